/** What to do about a match (product.md section 5): heal by itself, tell, or call somebody. */
export const POLICIES = ['retry', 'notify', 'escalate'] as const;
export type Policy = (typeof POLICIES)[number];

/**
 * Severities of a signature, weakest first. Teams write both Alertmanager's and Sentry's words, so equals share a rank;
 * what is shown and reported is the word that stands in the file.
 */
export const ALERT_SEVERITIES = [
  ['debug'],
  ['info'],
  ['low', 'notice'],
  ['anomaly'],
  ['medium', 'warning', 'warn'],
  ['high', 'error', 'major'],
  ['critical', 'fatal', 'emergency', 'page'],
] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number][number];

/** Rank of a severity word, 0 the weakest; undefined for a word that is none. */
export function rankOfSeverity(name: string): number | undefined {
  const key = name.toLowerCase();
  const rank = ALERT_SEVERITIES.findIndex((names) => (names as readonly string[]).includes(key));
  return rank < 0 ? undefined : rank;
}

/** Thresholds that a category or a signature may override (spans in ms). */
export interface ThresholdOverrides {
  readonly windowMs?: number;
  readonly minCount?: number;
  readonly cooldownMs?: number;
}

/** One signature, its defaults filled in from category and file. */
export interface Signature extends ThresholdOverrides {
  readonly id: string;
  readonly category: string;
  /** RE2 source, as `parsePattern` returned it. */
  readonly pattern: string;
  /** RE2 source of what must not match beside it. */
  readonly unless?: string;
  readonly severity: AlertSeverity;
  readonly policy: Policy;
  readonly summary: string;
  readonly runbook?: string;
}

/** All that the signature file says, in the order of the file. */
export interface Ruleset {
  /** RE2 sources of the noise allowlist. */
  readonly noise: readonly string[];
  readonly signatures: readonly Signature[];
}
