/** A step back of the wall clock up to this long (NTP slewing, leap second) is waited out; a longer one is believed. */
const TOLERATED_STEP_MS = 60_000;

/** The wall clock in ms, made steady: it does not run back by small steps, so that nothing rings twice for one. */
export function createClock(wall: () => number = Date.now): () => number {
  let last = 0;
  return () => {
    const now = wall();
    last = now < last && last - now < TOLERATED_STEP_MS ? last : now;
    return last;
  };
}
