import type { LineChunk } from '../record/line-chunk.ts';

/** What takes the lines of stdin: an own pipeline, or the bot that runs already on the same data directory. */
export interface LineSink {
  /** Resolves when more may come; waits for a bot that is away until the signal. */
  take(chunk: LineChunk, signal: AbortSignal): Promise<void>;
  /** Lines that were given up. */
  readonly notTaken: number;
  /** Commits all that was taken; resolves with how many messages are still to be delivered, undefined if nobody can tell. */
  undelivered(): Promise<number | undefined>;
  close(): Promise<void>;
}
