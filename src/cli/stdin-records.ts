import { type LineChunk, MARK, type MarkLines, textOfLine } from '../record/line-chunk.ts';
import type { LogRecord } from '../record/log-record.ts';
import { TextStreams } from '../sources/formats/text-streams.ts';

export interface StdinRecordsOptions {
  readonly maxLineBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
  /** Tells which lines need not become a record. */
  readonly mark?: MarkLines | undefined;
  /** So few lines that come together go the plain way all: there the time until an alert counts, not the work. */
  readonly fewLines?: number;
  readonly onRecords: (taken: TakenLines) => Promise<void>;
}

/** What became of lines: records that are complete, lines that are part of the record of another one, and lines that are only counted. */
export interface TakenLines {
  readonly records: readonly LogRecord[];
  readonly joined: number;
  readonly quiet: number;
}

const FEW_LINES = 64;

/** Makes records of the lines of stdin. The last lines wait for the rest of their stack trace, which may come with the next read. */
export class StdinRecords {
  readonly #options: StdinRecordsOptions;
  readonly #streams: TextStreams;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StdinRecordsOptions) {
    this.#options = options;
    this.#streams = new TextStreams({ ...options, syslog: false });
  }

  /** Takes lines of a chunk, from `from` on and before `to`; resolves when the records that are complete now are taken. */
  take(chunk: LineChunk, from: number, to: number): Promise<void> {
    const records: LogRecord[] = [];
    const { now, mark, fewLines = FEW_LINES } = this.#options;
    const context = { observedAt: now() };
    const marks = to - from > fewLines ? mark?.(chunk, from, to) : undefined;
    for (let line = from; line < to; ) {
      const start = line;
      if (marks && !this.#streams.open) while (line < to && marks[line - from] === MARK.QUIET) line += 1;
      if (line > start) this.#streams.skip(chunk, start, line, context, records);
      else {
        const most = marks?.[line - from] ?? MARK.TRACE;
        this.#streams.take('', textOfLine(chunk, line), context, records, most);
        line += 1;
      }
    }
    if (this.#timer === undefined && this.#streams.waiting) this.#waitUntilDue(this.#options.stackTraceMs);
    return this.#hand(records);
  }

  /** Hands on all that waits. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const records: LogRecord[] = [];
    this.#streams.flush(records);
    return this.#hand(records);
  }

  #waitUntilDue(delayMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const records: LogRecord[] = [];
        const now = this.#options.now();
        const next = this.#streams.due(now, records);
        void this.#hand(records);
        if (next !== undefined) this.#waitUntilDue(next - now);
      },
      Math.max(1, delayMs),
    );
  }

  #hand(records: LogRecord[]): Promise<void> {
    const joined = this.#streams.takeJoined();
    const quiet = this.#streams.takeQuiet();
    return records.length === 0 && joined === 0 && quiet === 0
      ? Promise.resolve()
      : this.#options.onRecords({ records, joined, quiet });
  }
}
