import { tooManyRequests } from './refusal.ts';

/** https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
const LIMITS = {
  /** "avoid sending more than one message per second"; short bursts pass. */
  chat: { count: 3, perMs: 3_000 },
  group: { count: 20, perMs: 60_000 },
  bot: { count: 30, perMs: 1_000 },
} as const;

/** Throws 429 with the seconds to wait when one more message would be too much. */
export type RateLimiter = (chatId: number, now: number) => void;

/** Counts messages in sliding windows; what was refused does not count. */
export function createRateLimiter(): RateLimiter {
  const sent = new Map<string, number[]>();
  return (chatId, now) => {
    const windows = [
      { key: 'bot', ...LIMITS.bot },
      { key: `chat ${chatId}`, ...LIMITS.chat },
      ...(chatId < 0 ? [{ key: `group ${chatId}`, ...LIMITS.group }] : []),
    ];
    for (const { key, count, perMs } of windows) {
      const recent = (sent.get(key) ?? []).filter((at) => at > now - perMs);
      sent.set(key, recent);
      const oldest = recent.at(-count);
      if (oldest !== undefined) throw tooManyRequests(Math.max(1, Math.ceil((oldest + perMs - now) / 1000)));
    }
    for (const { key } of windows) sent.get(key)?.push(now);
  };
}
