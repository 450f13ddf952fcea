/** Earlier seconds (before March 1973) are taken for a duration or a counter, not for a time. */
const MIN_MS = 1e11;
/** The end of the year 9999. */
const MAX_MS = 253_402_300_799_999;

const ISO =
  /^(\d{4})([-/])(\d\d)\2(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?: ?(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)(?![A-Za-z0-9]))?/;

/**
 * An instant (ms since the epoch) at the very start of a text: ISO 8601 with `T` or a blank, `.` or `,` before the fraction,
 * and the `2024/05/01` of Go and nginx. Without a zone it is UTC: a record must not depend on the zone of Tocsin's machine.
 */
export function timestampAtStart(text: string): number | undefined {
  const code = text.charCodeAt(0);
  if (code < 48 || code > 57) return undefined;
  const usual = usualInstant(text);
  if (usual !== undefined) return usual;
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields;
  if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60) return undefined;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const at = Date.UTC(y, mo - 1, d, h, mi, s, ms) - zoneOffsetMs(zone);
  return at >= 0 && at <= MAX_MS ? at : undefined;
}

/** `2024-05-01T10:00:00.123Z`, as most loggers write it, read without a pattern; undefined for all others and what is no instant. */
function usualInstant(text: string): number | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(10) !== 84) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const dot = text.charCodeAt(19) === 46;
  const end = dot ? 23 : 19;
  const behind = text.charCodeAt(end + 1);
  if (text.charCodeAt(end) !== 90 || isWordCode(behind)) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const ms = dot ? digits(text, 20, 23) : 0;
  const inRange = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59;
  if (!inRange || second > 60 || !(year >= 1970) || Number.isNaN(ms)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** A number of decimal digits; NaN where there is anything else. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = 10 * number + digit;
  }
  return number;
}

function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/**
 * The instant (ms since the epoch) that a logger's time field means: an ISO text, epoch seconds, milliseconds, microseconds or
 * nanoseconds told apart by their size (as number or digits), `{"$date": …}` of MongoDB, `{epochSecond, nanoOfSecond}` of
 * log4j. Undefined for anything else.
 */
export function timestampOf(value: unknown): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value === 'string') {
    if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return epochMs(Number(value));
    return timestampAtStart(value) ?? withZone(value);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as { readonly [key: string]: unknown };
  const seconds = object['epochSecond'] ?? object['seconds'];
  const nanos = object['nanoOfSecond'] ?? object['nanos'];
  if (typeof seconds === 'number') {
    return epochMs(seconds * 1000 + (typeof nanos === 'number' ? Math.floor(nanos / 1e6) : 0));
  }
  const inner = object['$date'] ?? object['timestamp'];
  return typeof inner === 'object' ? undefined : timestampOf(inner);
}

function epochMs(value: number): number | undefined {
  let ms = value;
  if (ms < MIN_MS) ms *= 1000;
  else if (ms > 1e17) ms /= 1e6;
  else if (ms > 1e14) ms /= 1e3;
  ms = Math.floor(ms);
  return ms >= MIN_MS && ms <= MAX_MS ? ms : undefined;
}

/** `Wed, 01 May 2024 10:00:00 GMT`: only with a zone, since without one `Date.parse` takes the machine's. */
function withZone(text: string): number | undefined {
  if (text.length > 50 || !/(?:GMT|UTC|[+-]\d{4})\)?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return ms >= 0 && ms <= MAX_MS ? ms : undefined;
}
