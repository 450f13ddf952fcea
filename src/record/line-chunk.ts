/**
 * Chunks of a stream that may still be looked at when the next one comes, whose bytes hold so long: what comes in the wait for a trace
 * on a busy machine.
 */
export const CHUNKS_KEPT = 64;
/** Chunks of a stream that may be on their way at once: being filled, marked, taken. */
export const CHUNKS_UNDER_WAY = 16;

/** Lines as they came, still bytes: line `n` is `bytes[starts[n], ends[n])`, without its line end. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
  /** Who sent each line, where they are of several senders. */
  readonly sources?: readonly string[];
  /** The bytes are used again when `CHUNKS_KEPT` chunks have come behind it. */
  readonly fleeting?: boolean;
}

/**
 * What a line may be:
 * - `QUIET`: it is only counted, and belongs to no stack trace of lines before it
 * - `TELLING`: it may be anything, but goes on no stack trace
 * - `TRACE`: it may also be a line of a trace, or the head of an exception, whose message may go on
 */
export const MARK = { QUIET: 0, TELLING: 1, TRACE: 2 } as const;

/** Tells of each line of a chunk, from `from` on and before `to`, what it may be at most (a MARK). */
export type MarkLines = (chunk: LineChunk, from: number, to: number) => Uint8Array<ArrayBuffer>;

/** Tells which lines are only counted. */
export interface QuietMarks {
  /** Of text lines, among which may be JSON objects. */
  readonly texts: MarkLines;
  /** Of lines that are JSON objects each; any other line is left to the plain way. */
  readonly objects: MarkLines;
  /** Services whose lines must become records; an envelope may name them, too. */
  readonly names: ReadonlySet<string>;
}

/** What tells it by the rules in force; undefined when nothing can, and every line goes the plain way. */
export type MarksInForce = () => QuietMarks | undefined;

export function textOfLine({ bytes, starts, ends }: LineChunk, line: number): string {
  return bytes.toString('utf8', starts[line], ends[line]);
}
