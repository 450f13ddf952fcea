const BARS = '▁▂▃▄▅▆▇█';

/** Numbers as a row of bars, the highest full: `▁▂▅█▃`. Zero is the lowest bar. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(1, ...values);
  return values.map((value) => BARS[Math.round((value / highest) * (BARS.length - 1))] ?? '▁').join('');
}
