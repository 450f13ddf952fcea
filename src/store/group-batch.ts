import type { DecisionKind } from '../alerting/decide.ts';
import type { FingerprintForm } from '../classify/fingerprint.ts';
import type { AlertSeverity, Policy } from '../classify/signature.ts';

/** All that one batch says about one group. */
export interface GroupBatch {
  readonly facts: GroupFacts;
  /** Of all of its events (ms). */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly events: readonly EventFold[];
  readonly minutes: readonly MinuteCount[];
  readonly decisions: ReadonlyMap<DecisionKind, DecisionFold>;
  readonly alerts: readonly AlertInput[];
}

/** What is known of a group when one of its events comes in. */
export interface GroupFacts {
  readonly fingerprint: string;
  readonly signatureKey: string;
  readonly signatureId: string | undefined;
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly severityRank: number;
  readonly summary: string;
  readonly runbook: string | undefined;
  readonly canonical: string;
  /** The form of its canonical text. */
  readonly form: FingerprintForm;
  /** False when only events of fingerprints that were merged into it are there: they do not say what the group is. */
  readonly isOwn: boolean;
}

/**
 * Events of one service: equal ones of one time, or, above so many rows a minute, of times within that minute. Its other facts
 * are those of the first.
 */
export interface EventFold {
  readonly service: string;
  readonly observedAt: number;
  readonly severityNumber: number;
  readonly timestamp: number | undefined;
  readonly host: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** The group rang with it: rows before it take no more events. */
  readonly startsOver: boolean;
  readonly samples: SampleInput[];
  count: number;
  lastAt: number;
  /** Times (ms) of the newest of its events after the first, at most `timesKept`. */
  readonly times: number[];
  readonly timesKept: number;
}

export interface SampleInput {
  readonly traceId: string | undefined;
  readonly text: string;
}

/** All events of one service within one minute. */
export interface MinuteCount {
  readonly minute: number;
  readonly service: string;
  count: number;
}

/** One ring, and where it goes. `suppressed` names why nothing is sent (`shadow`, `no destination`). */
export interface AlertInput {
  readonly rangAt: number;
  readonly reason: string;
  readonly count: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly firstAt: number;
  readonly destinations: readonly string[];
  readonly suppressed: string | undefined;
}

/** Equal decisions about one group, counted: what did not ring, and why. */
export interface DecisionFold {
  count: number;
  /** Below the threshold: the most events within the window; cooldown, mute: when it ends (ms). */
  value: number;
  /** Below the threshold: how many ring; muted: the id of the mute. */
  bound: number;
  lastAt: number;
}
