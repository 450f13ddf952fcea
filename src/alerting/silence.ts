/** After a start senders have this long to connect again before their silence counts (ms). */
const START_GRACE_MS = 60_000;

/**
 * Whether somebody who was last heard at `lastAt` has been silent for too long at `now` (ms). What came while the bot was down
 * could not be heard: after a start at `startedAt` senders have a minute, or the limit where that is shorter.
 */
export function isOverdue(
  heard: { readonly lastAt: number; readonly limitMs: number },
  startedAt: number,
  now: number,
): boolean {
  const { lastAt, limitMs } = heard;
  return now - lastAt >= limitMs && now - startedAt >= Math.min(limitMs, START_GRACE_MS);
}
