const HALF_YEAR_MS = 182.5 * 86_400_000;

/** The instant of a date without a year: in the year that brings it nearest to `observedAt`. */
export function inNearestYear(inYear: (year: number) => number, observedAt: number): number {
  const year = new Date(observedAt).getUTCFullYear();
  const at = inYear(year);
  if (at - observedAt > HALF_YEAR_MS) return inYear(year - 1);
  return observedAt - at > HALF_YEAR_MS ? inYear(year + 1) : at;
}
