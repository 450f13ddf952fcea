const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** `500ms`, `30s`, `5m`, `2h`, `7d`, `1.5h`, and 0 without a unit, in ms; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return withUnit(text, DURATION_MS, '');
}

/** `8KB`, `10MB`, `2GB` (a KB is 1,024 bytes), or bare bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return withUnit(text.replace(/i(?=b$)/i, ''), SIZE_BYTES, 'b');
}

function withUnit(
  text: string,
  units: Readonly<Record<string, number>>,
  defaultUnit: string,
): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const amount = Number(match[1]);
  const unit = (match[2] ?? '').toLowerCase() || defaultUnit;
  if (unit === '') return amount === 0 ? 0 : undefined;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? undefined : Math.round(amount * factor);
}
