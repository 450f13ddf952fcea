import { type LineChunk, textOfLine } from '../record/line-chunk.ts';
import type { LogRecord } from '../record/log-record.ts';
import { TextStreams } from '../sources/formats/text-streams.ts';

export interface StdinRecordsOptions {
  readonly maxLineBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
  readonly onRecords: (taken: TakenLines) => Promise<void>;
}

/** What became of lines: records that are complete, lines that are part of the record of another one, and lines that are only counted. */
export interface TakenLines {
  readonly records: readonly LogRecord[];
  readonly joined: number;
  readonly quiet: number;
}

/** Makes records of the lines of stdin. The last lines wait for the rest of their stack trace, which may come with the next read. */
export class StdinRecords {
  readonly #options: StdinRecordsOptions;
  readonly #streams: TextStreams;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StdinRecordsOptions) {
    this.#options = options;
    this.#streams = new TextStreams({ ...options, syslog: false });
  }

  /**
   * Takes lines of a chunk, from one on and before another; resolves when the records that are complete now are taken. `marks` tells
   * of each line of the chunk what it may be at most (a MARK).
   */
  take(chunk: LineChunk, from: number, to: number, marks?: Uint8Array): Promise<void> {
    const records: LogRecord[] = [];
    const context = { observedAt: this.#options.now() };
    for (let line = from; line < to; ) {
      const behind = this.#streams.skip(chunk, line, to, marks, context, records);
      if (behind === line) {
        this.#streams.take('', textOfLine(chunk, line), context, records, marks?.[line]);
        line += 1;
      } else line = behind;
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
