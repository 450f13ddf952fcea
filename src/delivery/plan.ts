import type { BundleKind } from '../store/bundles.ts';
import type { Waiting } from '../store/outbox.ts';

/** An open storm, as far as the next step depends on it. */
export interface StormNow {
  /** Alerts folded into it that no message tells of yet, and how many of them are critical. */
  readonly unshown: number;
  readonly urgent: number;
  /** Alerts that went out singly since it began. */
  readonly singles: number;
  readonly posted: boolean;
  readonly editedAt: number;
}

/** All that the next step of a courier depends on. */
export interface Situation {
  readonly now: number;
  /** In the order of the queue. */
  readonly waiting: readonly Waiting[];
  /** Alerts that rang for this destination within the last minute, sent or not. */
  readonly rangLastMinute: number;
  readonly storm: StormNow | undefined;
  /** Posts that the chat takes before it makes a long pause. */
  readonly postsLeft: number;
  /** More rings than this a minute are a storm (`storm.groups_per_minute`). */
  readonly stormAbove: number;
  /** How often a storm's message is brought up to date (ms): for what is critical, and for the rest. */
  readonly stormPaceMs: { readonly urgent: number; readonly other: number };
}

export type Plan =
  | { readonly do: 'send'; readonly id: number }
  /** One new message for all of these. */
  | { readonly do: 'bundle'; readonly kind: BundleKind; readonly ids: readonly number[] }
  /** Into the open storm. */
  | { readonly do: 'fold'; readonly ids: readonly number[] }
  | { readonly do: 'show_storm' }
  | { readonly do: 'end_storm' }
  | { readonly do: 'nothing' };

/** An alert that has waited for longer than this is told in a summary with the others that have. */
const STALE_MS = 15 * 60_000;
/**
 * Alerts that go out by themselves, counted from the beginning of the storm; the other critical ones of it are on top of its
 * message. Telegram's groups take 20 messages a minute: these and the storm's own leave room for an edit every five seconds.
 */
const STORM_SINGLES = 5;
const MERGEABLE: readonly Waiting['kind'][] = ['alert', 'escalation'];

/**
 * What a courier does next about what waits. Pure: nothing is dropped, everything that waits is in exactly one
 * step's hands. Critical alerts come first; what must wait too long, or would need more messages than the chat takes, becomes
 * one message with all of it.
 */
export function planNext(situation: Situation): Plan {
  const { waiting, storm } = situation;
  // What may have arrived already is settled by itself: in a bundle it would come twice, unmarked.
  const alerts = waiting.filter(({ kind, maybeSent }) => MERGEABLE.includes(kind) && !maybeSent);
  if (storm) return planInStorm(situation, storm, alerts);
  const ids = alerts.map(({ id }) => id);
  const kind = bundleFor(situation, alerts);
  if (kind !== undefined) return { do: 'bundle', kind, ids };
  const [first] = waiting;
  return first ? { do: 'send', id: first.id } : { do: 'nothing' };
}

/** Why several waiting alerts should share one message, if they should. */
function bundleFor({ now, rangLastMinute, stormAbove, postsLeft }: Situation, alerts: readonly Waiting[]) {
  if (alerts.length < 2) return undefined;
  if (rangLastMinute > stormAbove) return 'storm';
  if (alerts.some(({ createdAt }) => now - createdAt > STALE_MS)) return 'backlog';
  return alerts.length > postsLeft ? 'budget' : undefined;
}

function planInStorm(situation: Situation, storm: StormNow, alerts: readonly Waiting[]): Plan {
  const { waiting, rangLastMinute, stormAbove } = situation;
  const single = alerts.find(({ urgent }) => urgent);
  // The storm's own message goes first: the critical ones are on top of it.
  const own = waiting.find(({ kind }) => kind === 'bundle') ?? waiting.find(({ maybeSent }) => maybeSent);
  const [first] = waiting;
  if (own) return { do: 'send', id: own.id };
  if (single && storm.posted && storm.singles < STORM_SINGLES) return { do: 'send', id: single.id };
  if (alerts.length > 0) return { do: 'fold', ids: alerts.map(({ id }) => id) };
  if (isDue(situation, storm)) return { do: 'show_storm' };
  if (first) return { do: 'send', id: first.id };
  const calm = rangLastMinute <= stormAbove / 2;
  return storm.posted && storm.unshown === 0 && calm ? { do: 'end_storm' } : { do: 'nothing' };
}

/** Whether its message has to be posted (it never was, or its row is gone), or brought up to date. */
function isDue({ now, stormPaceMs }: Situation, storm: StormNow): boolean {
  if (!storm.posted) return true;
  if (storm.unshown === 0) return false;
  const sinceMs = now - storm.editedAt;
  // A clock that was set back must not freeze it.
  return sinceMs < 0 || sinceMs >= (storm.urgent > 0 ? stormPaceMs.urgent : stormPaceMs.other);
}
