import type { Pipeline } from '../pipeline/pipeline.ts';
import type { LineChunk, MarksInForce } from '../record/line-chunk.ts';
import type { LogRecord } from '../record/log-record.ts';
import { endOfDatagram, linesOfDatagram } from './formats/datagram.ts';
import { markDatagrams } from './formats/datagram-marks.ts';
import { TextStreams } from './formats/text-streams.ts';

/** Lines are handed on together this often (ms); the pipeline commits them within its own short wait. */
const HAND_ON_MS = 10;
/** Or as soon as there are so many. */
const HAND_ON_RECORDS = 5_000;
/** So few datagrams that come together go the plain way all. */
const FEW_DATAGRAMS = 8;

export interface LineFeedOptions {
  /** How the source is called in `/observe`. */
  readonly source: string;
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly maxLineBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
  /** Tells which lines need not become a record, by the rules in force. */
  readonly marks?: MarksInForce;
}

/** Collects the lines of a listener, makes records of them, and hands them to the pipeline in batches. */
export class LineFeed {
  readonly #options: LineFeedOptions;
  readonly #streams: TextStreams;
  readonly #pending = new Set<Promise<void>>();
  #records: LogRecord[] = [];
  /** Datagrams that wait to be looked at together, and who sent them. */
  #datagrams: Buffer[] = [];
  #senders: string[] = [];
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

  /** A datagram, or a message of a connection; the bytes are the feed's from now on. */
  takeDatagram(stream: string, bytes: Buffer): void {
    this.#datagrams.push(bytes);
    this.#senders.push(stream);
    if (this.#datagrams.length >= HAND_ON_RECORDS) this.#handOn();
    else this.#soon();
  }

  #readDatagrams(): void {
    const datagrams = this.#datagrams;
    if (datagrams.length === 0) return;
    const sources = this.#senders;
    this.#datagrams = [];
    this.#senders = [];
    const context = { observedAt: this.#options.now() };
    const marks = datagrams.length > FEW_DATAGRAMS ? this.#options.marks?.() : undefined;
    const chunk = chunkOf(datagrams, sources);
    const marked = marks && markDatagrams(chunk, marks);
    for (let line = 0; line < datagrams.length; ) {
      const behind = this.#streams.skip(chunk, line, datagrams.length, marked, context, this.#records);
      if (behind > line) {
        line = behind;
        continue;
      }
      const texts = linesOfDatagram(datagrams[line] as Buffer);
      for (const text of texts)
        this.#streams.take(sources[line] as string, text, context, this.#records, marked?.[line]);
      if (texts.length === 0) this.drop('empty');
      line += 1;
    }
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
    this.#readDatagrams();
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
        this.#soon();
        if (next !== undefined) this.#waitUntilDue(next - now);
      },
      Math.max(1, delayMs),
    );
  }

  #handOn(): void {
    this.#readDatagrams();
    clearTimeout(this.#handOnTimer);
    this.#handOnTimer = undefined;
    const settled = this.#settled;
    const joined = this.#streams.takeJoined();
    const quiet = this.#streams.takeQuiet();
    const { source, pipeline } = this.#options;
    const submission = { source, records: this.#records, dropped: this.#dropped, joined, quiet };
    if (this.#records.length === 0 && this.#dropped.size === 0 && joined + quiet === 0) {
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

/** The datagrams one behind the other, each without what is trimmed at its end. */
function chunkOf(datagrams: readonly Buffer[], sources: readonly string[]): LineChunk {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const datagram of datagrams) {
    starts.push(at);
    ends.push(at + endOfDatagram(datagram));
    at += datagram.length;
  }
  return { bytes: Buffer.concat(datagrams, at), starts, ends, sources };
}
