/** First wait after a failure, and the longest. An alert waits as long as the chat is away: there is no last attempt. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before attempt `attempts + 1` (ms): doubling from half a second to 30 s, with up to a quarter of jitter so
 * that several destinations behind one broken link do not knock at once. `random` is in [0, 1).
 */
export function backoffMs(attempts: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 16));
  return Math.round(full * (1 - random / 4));
}

const BLOCKED_FIRST_MS = 2_000;

/** How long to wait (ms) before a chat is asked again that only a person can mend: doubling from 2 s to 30 s. */
export function blockedBackoffMs(attempts: number): number {
  return Math.min(LONGEST_MS, BLOCKED_FIRST_MS * 2 ** Math.min(attempts, 16));
}
