/**
 * https://docs.slack.dev/apis/web-api/rate-limits: a bucket of short bursts for each channel and method
 * family.
 */

export interface RateLimits {
  /** 0 when the call may go on, else the seconds of Retry-After. */
  take(method: string, channel: string): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** "about one message per second per channel, with short bursts"; chat.update is tier 3, some 50 a minute. */
const RULES: Readonly<Record<string, { readonly burst: number; readonly perSecond: number }>> = {
  'chat.postMessage': { burst: 3, perSecond: 1 },
  webhook: { burst: 3, perSecond: 1 },
  'chat.update': { burst: 50, perSecond: 50 / 60 },
};

export function createRateLimits(enabled: boolean): RateLimits {
  const buckets = new Map<string, Bucket>();
  return {
    take(method, channel) {
      const rule = enabled && Object.hasOwn(RULES, method) ? RULES[method] : undefined;
      if (rule === undefined) return 0;
      const key = `${method} ${channel}`;
      const now = Date.now();
      const bucket = buckets.get(key) ?? { tokens: rule.burst, at: now };
      buckets.set(key, bucket);
      bucket.tokens = Math.min(rule.burst, bucket.tokens + ((now - bucket.at) / 1000) * rule.perSecond);
      bucket.at = now;
      if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / rule.perSecond));
      bucket.tokens -= 1;
      return 0;
    },
  };
}
