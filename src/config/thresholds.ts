import type { ThresholdOverrides } from '../classify/signature.ts';
import { number } from './read.ts';

const MINUTE_MS = 60_000;

export const windowMinutes = number({
  expected: 'a number of minutes greater than 0',
  mend: 'Write for example 5, without a unit.',
  accepts: (minutes) => minutes > 0,
});

export const minCount = number({
  expected: 'a whole number of at least 1',
  mend: 'Write 1 to ring at the first event.',
  accepts: (count) => Number.isSafeInteger(count) && count >= 1,
});

export const cooldownMinutes = number({
  expected: 'a number of minutes, 0 or more',
  mend: 'Write for example 10, without a unit; 0 is no cooldown.',
  accepts: (minutes) => minutes >= 0,
});

/** The keys that a category and a signature may set (product.md section 5). */
export const THRESHOLDS = {
  window_minutes: windowMinutes,
  min_count: minCount,
  cooldown_minutes: cooldownMinutes,
} as const;

/** Minutes as written, in ms; never rounded to nothing. */
export function minutesToMs(minutes: number): number {
  return minutes === 0 ? 0 : Math.max(1, Math.round(minutes * MINUTE_MS));
}

/** The thresholds of a mapping; what is not set is left to the level above. */
export function overridesOf(set: {
  readonly window_minutes?: number | undefined;
  readonly min_count?: number | undefined;
  readonly cooldown_minutes?: number | undefined;
}): ThresholdOverrides {
  const { window_minutes: window, min_count: count, cooldown_minutes: cooldown } = set;
  return {
    ...(window === undefined ? {} : { windowMs: minutesToMs(window) }),
    ...(count === undefined ? {} : { minCount: count }),
    ...(cooldown === undefined ? {} : { cooldownMs: minutesToMs(cooldown) }),
  };
}
