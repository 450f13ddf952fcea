import type { LogRecord } from '../record/log-record.ts';
import { TextStreams } from '../sources/formats/text-streams.ts';

export interface StdinRecordsOptions {
  readonly maxLineBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
  /** Takes the records that are complete, and how many lines are part of the record of another one. */
  readonly onRecords: (records: LogRecord[], joined: number) => Promise<void>;
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

  /** Resolves when the records that are complete now are taken. */
  take(lines: readonly string[]): Promise<void> {
    const records: LogRecord[] = [];
    const context = { observedAt: this.#options.now() };
    for (const line of lines) this.#streams.take('', line, context, records);
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
    return records.length === 0 && joined === 0
      ? Promise.resolve()
      : this.#options.onRecords(records, joined);
  }
}
