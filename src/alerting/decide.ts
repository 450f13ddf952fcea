import type { Signature, ThresholdOverrides } from '../classify/signature.ts';
import type { AlertRules, Thresholds } from './rules.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** What the engine remembers of a group. Rebuilt from the database, so losing it loses nothing. */
export interface GroupState {
  readonly window: SlidingWindow;
  lastAlertAt: number | undefined;
  /** Nothing of it was ever seen before. */
  isNew: boolean;
}

/** What was decided about one event, and why: shown to people as it is. */
export type Decision =
  | { readonly kind: 'rang'; readonly reason: 'immediate' | 'new' | 'threshold'; readonly count: number }
  | { readonly kind: 'below_threshold'; readonly count: number; readonly minCount: number }
  | { readonly kind: 'cooldown'; readonly until: number }
  | { readonly kind: 'muted'; readonly until: number; readonly muteId: number }
  | { readonly kind: 'generic_off' };

export type DecisionKind = Decision['kind'];

/** A mute in force. */
export interface ActiveMute {
  readonly id: number;
  readonly until: number;
}

/** How one group is to be judged: thresholds with all overrides applied. */
export interface Rule extends Thresholds {
  readonly immediate: boolean;
  /** Whether the first event of a group that was never seen rings at once (`rings: new`). */
  readonly ringsNew: boolean;
  /** False for unclassified errors while `generic.alert` is off. */
  readonly rings: boolean;
}

/**
 * The rule for a group: the signature's own thresholds, else the category's, else the defaults. `hasTrace`: the event brings a
 * stack trace; of errors that no signature knows, such ones ring when they are new, unless the rules say otherwise.
 */
export function ruleFor(
  rules: AlertRules,
  category: string,
  signature: Signature | undefined,
  hasTrace = false,
): Rule {
  const own: ThresholdOverrides = signature ?? {};
  const shared: ThresholdOverrides = rules.categories.get(category) ?? {};
  return {
    windowMs: own.windowMs ?? shared.windowMs ?? rules.defaults.windowMs,
    minCount: own.minCount ?? shared.minCount ?? rules.defaults.minCount,
    cooldownMs: own.cooldownMs ?? shared.cooldownMs ?? rules.defaults.cooldownMs,
    immediate: rules.immediateCategories.has(category),
    ringsNew: ringsNew(rules, category) ?? (signature === undefined && hasTrace),
    rings: signature !== undefined || rules.genericAlert,
  };
}

/**
 * Decides about one event of a group at `now` (ms), and records it in the group's state (product.md section 5). An alert is due
 * when `minCount` events lie within the window, both edges inside, or at once for an immediate category; it does not ring before
 * `lastAlertAt + cooldownMs`. `mute` is one that covers the event.
 */
export function decide(group: GroupState, now: number, rule: Rule, mute?: ActiveMute): Decision {
  group.window.add(now);
  // Counted over the times that the window holds: after a clock stepped back those lie ahead of `now`.
  const count = group.window.countSince((group.window.lastAt ?? now) - rule.windowMs);
  const first = group.isNew && rule.ringsNew;
  group.isNew = false;
  if (!rule.rings) return { kind: 'generic_off' };
  if (!rule.immediate && !first && count < rule.minCount)
    return { kind: 'below_threshold', count, minCount: rule.minCount };
  if (mute && now < mute.until) return { kind: 'muted', until: mute.until, muteId: mute.id };
  const until = cooldownEnd(group.lastAlertAt, rule.cooldownMs, now);
  if (until !== undefined) return { kind: 'cooldown', until };
  group.lastAlertAt = now;
  return { kind: 'rang', reason: rule.immediate ? 'immediate' : first ? 'new' : 'threshold', count };
}

/** What the rules say about new groups of a category; undefined when they say nothing. */
function ringsNew(rules: AlertRules, category: string): boolean | undefined {
  const rings = rules.categoryRings.get(category) ?? rules.rings;
  return rings === undefined ? undefined : rings === 'new';
}

/** Lines of one moment come in by several doors: one that is this much older than the last alert (ms) is late, not a clock step. */
const LATE_MS = 60_000;

/** End of the cooldown, or undefined when it is over. An alert far "in the future" (the clock stepped back) holds nothing up. */
function cooldownEnd(lastAlertAt: number | undefined, cooldownMs: number, now: number): number | undefined {
  if (lastAlertAt === undefined || now < lastAlertAt - LATE_MS) return undefined;
  return now < lastAlertAt + cooldownMs ? lastAlertAt + cooldownMs : undefined;
}
