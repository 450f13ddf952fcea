import { CHUNKS_KEPT, type LineChunk, textOfLine } from '../../record/line-chunk.ts';
import type { RecordContext } from '../../record/structured.ts';

/** A line that was passed over, in case that it leads a stack trace after all. */
export interface QuietLine {
  readonly source: string;
  readonly text: string;
  readonly context: RecordContext;
}

/** Lines that follow each other in a chunk: from one on, and before another. */
interface Run {
  readonly from: number;
  readonly to: number;
  /** The place of the first among all lines. */
  readonly place: number;
}

/** Lines of one chunk that were passed over. */
interface Segment {
  chunk: LineChunk;
  /** Of the chunk, among those that came while lines waited. */
  readonly number: number;
  readonly context: RecordContext;
  readonly runs: Run[];
  /** How many lines are to be counted: all, less those that were taken back. */
  left: number;
}

interface Found {
  readonly segment: Segment;
  readonly line: number;
  readonly place: number;
}

export interface QuietBacklogOptions {
  /** How long a line is kept (ms). */
  readonly waitMs: number;
  /** The stream that a line is of: asked for no line unless a trace asks. */
  readonly streamOf: (line: QuietLine) => string;
}

/** Streams whose newest line is remembered without looking whether it is still there. */
const MANY_STREAMS = 10_000;

/**
 * The lines that are only counted, as long as the next line of their stream may be the first of a stack trace that they lead. They
 * stay bytes; only when a line of a trace comes, the one before it in its stream is looked for. Linear: no line is looked at twice.
 */
export class QuietBacklog {
  readonly #options: QuietBacklogOptions;
  #segments: Segment[] = [];
  /** The newest line of each stream among those that were looked at: `#seen` segments, and `#seenRuns` of the next. */
  #newest = new Map<string, Found>();
  #seen = 0;
  #seenRuns = 0;
  /** The place of the last line of each stream that was not passed over. */
  #plain = new Map<string, number>();
  #place = 0;
  #settled = 0;
  /** The chunk that came last, while lines wait. */
  #chunk: LineChunk | undefined;
  #chunks = 0;

  constructor(options: QuietBacklogOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#segments.length > 0;
  }

  /** Lines of a chunk come: of chunks far behind it the lines that still wait are copied before their bytes are used again. */
  reach(chunk: LineChunk): void {
    if (chunk === this.#chunk || !this.waiting) return;
    this.#chunk = chunk;
    this.#chunks += 1;
    let last: LineChunk | undefined;
    let copy: LineChunk | undefined;
    for (const segment of this.#segments) {
      if (segment.number + CHUNKS_KEPT >= this.#chunks) return;
      if (!segment.chunk.fleeting) continue;
      if (segment.chunk !== last) {
        last = segment.chunk;
        copy = copyOf(last);
      }
      segment.chunk = copy as LineChunk;
    }
  }

  /** Passes lines over: from one on, and before another. */
  add(chunk: LineChunk, from: number, to: number, context: RecordContext): void {
    if (this.#options.waitMs <= 0) {
      this.#settled += to - from;
      return;
    }
    let last = this.#segments.at(-1);
    if (last?.chunk !== chunk || last.context !== context) {
      this.#chunk = chunk;
      last = { chunk, number: this.#chunks, context, runs: [], left: 0 };
      this.#segments.push(last);
      if (this.#segments.length > CHUNKS_KEPT) this.#settleFirst(1);
    }
    last.runs.push({ from, to, place: this.#place });
    last.left += to - from;
    this.#place += to - from;
  }

  /** A line of a stream was not passed over: no line before it leads what follows. */
  pass(stream: string): void {
    if (!this.waiting) return;
    this.#plain.set(stream, this.#place);
    this.#place += 1;
  }

  /** Gives back the last line of a stream if it was passed over; it is not counted then. */
  takeBack(stream: string): QuietLine | undefined {
    const last = this.#segments.at(-1);
    if (!last) return undefined;
    const before = this.#place - 1;
    const behind = this.#plain.get(stream) ?? -1;
    if (behind === before) return undefined;
    const { from, to, place } = last.runs.at(-1) as Run;
    if (place + (to - 1 - from) === before) {
      const line = quietLine(last, to - 1);
      if (this.#options.streamOf(line) === stream) {
        last.left -= 1;
        return line;
      }
    }
    this.#lookAtAll();
    const found = this.#newest.get(stream);
    const oldest = this.#segments[0]?.runs[0]?.place ?? 0;
    if (!found || found.place <= behind || found.place < oldest) return undefined;
    found.segment.left -= 1;
    return quietLine(found.segment, found.line);
  }

  /** Lets go what has waited long enough; returns when the next is due, or undefined when nothing waits. */
  due(at: number): number | undefined {
    const { waitMs } = this.#options;
    const isDue = ({ context: { observedAt } }: Segment) =>
      // A clock that was set back must not make a line wait.
      observedAt + waitMs <= at || observedAt > at + waitMs;
    const kept = this.#segments.findIndex((segment) => !isDue(segment));
    this.#settleFirst(kept < 0 ? this.#segments.length : kept);
    const [first] = this.#segments;
    return first && first.context.observedAt + waitMs;
  }

  flush(): void {
    this.#settleFirst(this.#segments.length);
  }

  /** How many lines are only counted, for good; asking sets it back. */
  takeSettled(): number {
    const lines = this.#settled;
    this.#settled = 0;
    return lines;
  }

  #settleFirst(count: number): void {
    if (count === 0) return;
    for (const { left } of this.#segments.splice(0, count)) this.#settled += left;
    if (this.#seen >= count) this.#seen -= count;
    else {
      this.#seen = 0;
      this.#seenRuns = 0;
    }
    if (!this.waiting) this.#chunk = undefined;
    if (!this.waiting || this.#newest.size + this.#plain.size > MANY_STREAMS) this.#forget();
  }

  #forget(): void {
    this.#newest.clear();
    this.#seen = 0;
    this.#seenRuns = 0;
    const oldest = this.#segments[0]?.runs[0]?.place ?? Number.POSITIVE_INFINITY;
    for (const [stream, place] of this.#plain) if (place < oldest) this.#plain.delete(stream);
  }

  #lookAtAll(): void {
    for (; this.#seen < this.#segments.length; this.#seen += 1, this.#seenRuns = 0) {
      const segment = this.#segments[this.#seen] as Segment;
      for (; this.#seenRuns < segment.runs.length; this.#seenRuns += 1) {
        const { from, to, place } = segment.runs[this.#seenRuns] as Run;
        for (let line = from; line < to; line++) {
          const stream = this.#options.streamOf(quietLine(segment, line));
          this.#newest.set(stream, { segment, line, place: place + line - from });
        }
      }
      // The last one may get more lines.
      if (this.#seen === this.#segments.length - 1) return;
    }
  }
}

function copyOf({ bytes, starts, ends }: LineChunk): LineChunk {
  return { bytes: Buffer.from(bytes), starts, ends };
}

function quietLine({ chunk, context }: Segment, line: number): QuietLine {
  return { source: chunk.sources?.[line] ?? '', text: textOfLine(chunk, line), context };
}
