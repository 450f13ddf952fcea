import type { FingerprintForm } from '../classify/fingerprint.ts';
import type { ThresholdOverrides } from '../classify/signature.ts';

/** When a group rings (product.md section 5). Spans in ms. */
export interface Thresholds {
  readonly windowMs: number;
  readonly minCount: number;
  readonly cooldownMs: number;
}

/** All that `config/alerts.yml` says about ringing. */
export interface AlertRules {
  readonly defaults: Thresholds;
  readonly immediateCategories: ReadonlySet<string>;
  readonly categories: ReadonlyMap<string, ThresholdOverrides>;
  /** Whether errors that no signature knows ring (`generic.alert`). */
  readonly genericAlert: boolean;
  readonly fingerprint: FingerprintForm;
  /** Whether a new group rings at its first event, or at the threshold as any other; unset: see `ruleFor`. */
  readonly rings: Rings | undefined;
  readonly categoryRings: ReadonlyMap<string, Rings>;
  /** A group that was quiet for this long and comes back has regressed (ms). */
  readonly regressionAfterMs: number;
}

export const RINGS = ['new', 'threshold'] as const;
export type Rings = (typeof RINGS)[number];

export const DEFAULT_RULES: AlertRules = {
  defaults: { windowMs: 5 * 60_000, minCount: 3, cooldownMs: 10 * 60_000 },
  immediateCategories: new Set(['critical']),
  categories: new Map(),
  genericAlert: true,
  fingerprint: 'template',
  rings: undefined,
  categoryRings: new Map(),
  regressionAfterMs: 7 * 86_400_000,
};
