import type { Pipeline } from '../pipeline/pipeline.ts';
import type { LogRecord } from '../record/log-record.ts';
import { TextStreams } from './formats/text-streams.ts';

/** Lines are handed on together this often (ms); the pipeline commits them within its own short wait. */
const HAND_ON_MS = 10;
/** Or as soon as there are so many. */
const HAND_ON_RECORDS = 5_000;

export interface LineFeedOptions {
  /** How the source is called in `/observe`. */
  readonly source: string;
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly maxLineBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
}

/** Collects the lines of a listener, makes records of them, and hands them to the pipeline in batches. */
export class LineFeed {
  readonly #options: LineFeedOptions;
  readonly #streams: TextStreams;
  readonly #pending = new Set<Promise<void>>();
  #records: LogRecord[] = [];
  #dropped = new Map<string, number>();
  #settled: (() => void)[] = [];
  #handOnTimer: NodeJS.Timeout | undefined;
  #dueTimer: NodeJS.Timeout | undefined;

  constructor(options: LineFeedOptions) {
    this.#options = options;
    this.#streams = new TextStreams({ ...options, syslog: true });
  }

  get overloaded(): boolean {
    return this.#options.pipeline.overloaded;
  }

  /** A line of a stream: a peer, a connection. */
  take(stream: string, line: string): void {
    this.#streams.take(stream, line, { observedAt: this.#options.now() }, this.#records);
    this.#soon();
    if (this.#dueTimer === undefined && this.#streams.waiting) this.#waitUntilDue(this.#options.stackTraceMs);
  }

  /** Counts what could not become a record. */
  drop(reason: string, count = 1): void {
    if (count <= 0) return;
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
    this.#soon();
  }

  /** Calls back once, when the batch that takes what came so far is committed, or could not be. */
  whenSettled(callback: () => void): void {
    this.#settled.push(callback);
    this.#soon();
  }

  /** Hands on all that waits; resolves when it is committed. */
  async stop(): Promise<void> {
    clearTimeout(this.#dueTimer);
    this.#dueTimer = undefined;
    this.#streams.flush(this.#records);
    this.#handOn();
    await Promise.allSettled(this.#pending);
  }

  #soon(): void {
    if (this.#records.length >= HAND_ON_RECORDS) this.#handOn();
    else this.#handOnTimer ??= setTimeout(() => this.#handOn(), HAND_ON_MS);
  }

  #waitUntilDue(delayMs: number): void {
    this.#dueTimer = setTimeout(
      () => {
        this.#dueTimer = undefined;
        const now = this.#options.now();
        const next = this.#streams.due(now, this.#records);
        if (this.#records.length > 0) this.#soon();
        if (next !== undefined) this.#waitUntilDue(next - now);
      },
      Math.max(1, delayMs),
    );
  }

  #handOn(): void {
    clearTimeout(this.#handOnTimer);
    this.#handOnTimer = undefined;
    const settled = this.#settled;
    const joined = this.#streams.takeJoined();
    const { source, pipeline } = this.#options;
    const submission = { source, records: this.#records, dropped: this.#dropped, joined };
    if (this.#records.length === 0 && this.#dropped.size === 0 && joined === 0) {
      if (settled.length > 0) this.#settled = [];
      for (const callback of settled) callback();
      return;
    }
    this.#records = [];
    this.#dropped = new Map();
    this.#settled = [];
    const done: Promise<void> = pipeline
      .submit(submission)
      // What cannot be stored is counted by the pipeline.
      .catch(() => {})
      .then(() => {
        this.#pending.delete(done);
        for (const callback of settled) callback();
      });
    this.#pending.add(done);
  }
}
