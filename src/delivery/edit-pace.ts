import { type Life, type LifeState, lifeChangesAt, lifeOf } from '../alerting/life.ts';
import type { LiveMessage } from '../store/live.ts';

/** Between two edits of a message: a tenth of its age, but never more often nor more rarely than this (ms). */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;
/** What a person did is shown sooner. */
const TOUCHED_MS = 1_000;

/** What is to be done about a live message, and when (ms). */
export type EditPlan =
  | { readonly do: 'edit'; readonly at: number; readonly state: LifeState }
  /** Nothing in it changes any more. */
  | { readonly do: 'settle'; readonly state: LifeState }
  | { readonly do: 'wait'; readonly until: number | undefined };

/** Decides when a message in a chat has to be brought up to date. Pure. */
export function planEdit(live: LiveMessage & Life, now: number): EditPlan {
  const state = lifeOf(live, now);
  // Not later than now by a clock that was set back since.
  const editedAt = Math.min(live.editedAt, now);
  if (live.touched > 0) return { do: 'edit', at: editedAt + TOUCHED_MS, state };
  const final = state === 'over' || state === 'superseded';
  const news = live.lastSeenAt > live.seenAt;
  // Quiet was said already, and so is over.
  const said = live.shown === state || (live.shown === 'quiet' && state === 'over');
  if (said && !news) {
    return final ? { do: 'settle', state } : { do: 'wait', until: lifeChangesAt(live, now) };
  }
  if (!said) return { do: 'edit', at: editedAt + TOUCHED_MS, state };
  const pace = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (now - live.postedAt) / 10));
  return { do: 'edit', at: editedAt + pace, state };
}
