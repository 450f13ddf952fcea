import type { Pipeline } from '../pipeline/pipeline.ts';
import type { LogRecord } from '../record/log-record.ts';
import { RecordJoiner } from './formats/record-joiner.ts';

export interface TraceHoldOptions {
  readonly source: string;
  readonly pipeline: Pick<Pipeline, 'submit'>;
  /** How long a record waits for the rest of its stack trace; 0: not at all. */
  readonly stackTraceMs: number;
  readonly now: () => number;
}

/** Holds the last record of each stream until it is known whether the next one is of the same stack trace, `stackTraceMs` at most. */
export class TraceHold {
  readonly #options: TraceHoldOptions;
  readonly #joiner: RecordJoiner;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TraceHoldOptions) {
    this.#options = options;
    this.#joiner = new RecordJoiner(options.stackTraceMs);
  }

  /** What is complete by these records. The rest is submitted when its time is over. */
  take(records: readonly LogRecord[]): { records: LogRecord[]; joined: number } {
    const out: LogRecord[] = [];
    for (const record of records) this.#joiner.take(record, out);
    if (this.#timer === undefined && this.#joiner.waiting) this.#wait(this.#options.stackTraceMs);
    return { records: out, joined: this.#joiner.takeJoined() };
  }

  /** All that waits. */
  flush(): { records: LogRecord[]; joined: number } {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const out: LogRecord[] = [];
    this.#joiner.flush(out);
    return { records: out, joined: this.#joiner.takeJoined() };
  }

  /** Submits all that waits; resolves after the commit, whatever became of it. */
  finish(): Promise<void> {
    return this.#submit(this.flush());
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const out: LogRecord[] = [];
        const now = this.#options.now();
        const next = this.#joiner.due(now, out);
        void this.#submit({ records: out, joined: this.#joiner.takeJoined() });
        if (next !== undefined) this.#wait(next - now);
      },
      Math.max(1, delayMs),
    );
  }

  async #submit(held: { records: LogRecord[]; joined: number }): Promise<void> {
    const { pipeline, source } = this.#options;
    // What cannot be stored is counted by the pipeline.
    if (held.records.length + held.joined > 0)
      await pipeline.submit({ source, ...held }).catch(() => undefined);
  }
}
