/** What has become of an error since it rang. */
export type LifeState =
  /** Its last event is within its window. */
  | 'ongoing'
  /** Quiet for a window, but the cooldown still runs: more events belong to this alert. */
  | 'quiet'
  /** Quiet, and its cooldown has ended: more events are another alert's. */
  | 'over'
  /** It rang again: the newer alert tells how it goes on. */
  | 'superseded';

export interface Life {
  readonly rangAt: number;
  readonly lastSeenAt: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  /** Its last event, if it is known to be over. */
  readonly endedAt: number | null;
  /** Whether the group has rung again since. */
  readonly rangAgain: boolean;
}

/** The state of an alert at `now` (ms). */
export function lifeOf(life: Life, now: number): LifeState {
  if (life.rangAgain) return 'superseded';
  if (life.endedAt !== null) return 'over';
  if (now - life.lastSeenAt < life.windowMs) return 'ongoing';
  return now < life.rangAt + life.cooldownMs ? 'quiet' : 'over';
}

/** When the state of an alert changes by itself, if no further event comes (ms); undefined when it is final. */
export function lifeChangesAt(life: Life, now: number): number | undefined {
  const state = lifeOf(life, now);
  if (state === 'ongoing') return life.lastSeenAt + life.windowMs;
  return state === 'quiet' ? life.rangAt + life.cooldownMs : undefined;
}
