/** What takes the lines of stdin: an own pipeline, or the bot that runs already on the same data directory. */
export interface LineSink {
  /** Resolves when more may come. */
  take(lines: readonly string[]): Promise<void>;
  /** Commits all that was taken; resolves with how many messages are still to be delivered. */
  undelivered(): Promise<number>;
  close(): Promise<void>;
}
