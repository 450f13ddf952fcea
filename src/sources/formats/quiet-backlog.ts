import { type LineChunk, textOfLine } from '../../record/line-chunk.ts';
import type { RecordContext } from '../../record/structured.ts';

/** A line that was passed over, in case that it leads a stack trace after all. */
export interface QuietLine {
  readonly text: string;
  readonly context: RecordContext;
}

/** Lines of one chunk that were passed over. */
interface Segment {
  readonly chunk: LineChunk;
  readonly context: RecordContext;
  /** Which lines of the chunk, ascending, and their places among all lines. */
  readonly lines: number[];
  readonly places: number[];
  /** How many were taken back. */
  taken: number;
}

interface Found {
  readonly segment: Segment;
  readonly index: number;
  readonly place: number;
}

export interface QuietBacklogOptions {
  /** How long a line is kept (ms). */
  readonly waitMs: number;
  /** The stream that a line is of: asked for no line unless a trace asks. */
  readonly streamOf: (line: QuietLine) => string;
}

/** Chunks that are kept, of 64 KiB each: what comes in `waitMs` on a busy machine. What is older leads no trace any more. */
const MAX_SEGMENTS = 64;
/** Streams whose newest line is remembered without looking whether it is still there. */
const MANY_STREAMS = 10_000;

/**
 * The lines that are only counted, as long as the next line of their stream may be the first of a stack trace that they lead. They
 * stay bytes; only when a line of a trace comes, the one before it in its stream is looked for. Linear: no line is looked at twice.
 */
export class QuietBacklog {
  readonly #options: QuietBacklogOptions;
  #segments: Segment[] = [];
  /** The newest line of each stream among those that were looked at: `#seen` segments, and `#seenLines` of the next. */
  #newest = new Map<string, Found>();
  #seen = 0;
  #seenLines = 0;
  /** The place of the last line of each stream that was not passed over. */
  #plain = new Map<string, number>();
  #place = 0;
  #settled = 0;

  constructor(options: QuietBacklogOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#segments.length > 0;
  }

  /** Passes a line over. */
  add(chunk: LineChunk, line: number, context: RecordContext): void {
    if (this.#options.waitMs <= 0) {
      this.#settled += 1;
      return;
    }
    let last = this.#segments.at(-1);
    if (last?.chunk !== chunk || last.context !== context) {
      last = { chunk, context, lines: [], places: [], taken: 0 };
      this.#segments.push(last);
      if (this.#segments.length > MAX_SEGMENTS) this.#settleFirst(1);
    }
    last.lines.push(line);
    last.places.push(this.#place);
    this.#place += 1;
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
    const index = last.lines.length - 1;
    if (last.places[index] === before) {
      const line = quietLine(last, index);
      if (this.#options.streamOf(line) === stream) {
        last.taken += 1;
        return line;
      }
    }
    this.#lookAtAll();
    const found = this.#newest.get(stream);
    const oldest = this.#segments[0]?.places[0] ?? 0;
    if (!found || found.place <= behind || found.place < oldest) return undefined;
    found.segment.taken += 1;
    return quietLine(found.segment, found.index);
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
    for (const { lines, taken } of this.#segments.splice(0, count)) this.#settled += lines.length - taken;
    if (this.#seen >= count) this.#seen -= count;
    else {
      this.#seen = 0;
      this.#seenLines = 0;
    }
    if (this.#segments.length === 0 || this.#newest.size + this.#plain.size > MANY_STREAMS) this.#forget();
  }

  #forget(): void {
    this.#newest.clear();
    this.#seen = 0;
    this.#seenLines = 0;
    const oldest = this.#segments[0]?.places[0] ?? Number.POSITIVE_INFINITY;
    for (const [stream, place] of this.#plain) if (place < oldest) this.#plain.delete(stream);
  }

  #lookAtAll(): void {
    for (; this.#seen < this.#segments.length; this.#seen += 1, this.#seenLines = 0) {
      const segment = this.#segments[this.#seen] as Segment;
      for (; this.#seenLines < segment.lines.length; this.#seenLines += 1) {
        const index = this.#seenLines;
        const place = segment.places[index] as number;
        this.#newest.set(this.#options.streamOf(quietLine(segment, index)), { segment, index, place });
      }
      // The last one may get more lines.
      if (this.#seen === this.#segments.length - 1) return;
    }
  }
}

function quietLine({ chunk, context, lines }: Segment, index: number): QuietLine {
  return { text: textOfLine(chunk, lines[index] as number), context };
}
