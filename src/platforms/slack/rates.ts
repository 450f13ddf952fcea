import type { RateLimit } from '../../delivery/budget.ts';

/**
 * How often a channel may be posted to (https://docs.slack.dev/apis/web-api/rate-limits: "about one message per second per
 * channel"), and messages be changed (`chat.update` is tier 3: 50 a minute), with a little room for clocks and networks.
 */
export const RATES: readonly RateLimit[] = [
  { count: 1, perMs: 1_050, of: 'posts' },
  { count: 1, perMs: 1_050, of: 'edits' },
  { count: 45, perMs: 61_000, of: 'edits' },
];
