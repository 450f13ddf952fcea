import { inNearestYear } from './nearest-year.ts';
import { timestampAtStart } from './timestamp.ts';

/** In front of a time: an opening bracket, a kernel prefix, the key of logfmt. */
const BEFORE_TIME = /^(?:<\d{1,3}>)?(?:[A-Z], )?["'[(]?(?:(?:time|ts|timestamp|t)=)?"?/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `01/May/2024:12:00:00 +0200` of access logs, `01/May/2024 10:00:00` of Django, `01-May-2024 10:00:00 UTC` of PHP. */
const DAY_FIRST =
  /^[["]?(\d\d)[/ -]([A-Z][a-z]{2})[/ -](\d{4})[: ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?(?: ([+-]\d{4}))?/;
/** `[Wed May 01 10:00:00.123456 2024]` of Apache, `Wed May  1 10:00:00 2024`. */
const WEEKDAY =
  /^\[?[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? (\d{4})/;
/** `E0501 10:00:00.123456` of klog, without a year. */
const KLOG = /^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?/;
/** `7:M 01 May 2024 10:00:00.123` of Redis. */
const REDIS = /^\d{1,7}:[XCSM] /;

/** The instant (ms since the epoch) with which a line begins, or undefined. Without a zone it is UTC; without a year, the nearest. */
export function timeInHead(line: string, observedAt: number): number | undefined {
  const skip = BEFORE_TIME.exec(line)?.[0].length ?? 0;
  const code = line.charCodeAt(skip);
  if (code >= 48 && code <= 57) {
    const at = timestampAtStart(line.slice(skip, skip + 48));
    return at ?? dayFirst(line.slice(REDIS.exec(line)?.[0].length ?? Math.max(0, skip - 1)));
  }
  if (code === 69 || code === 73 || code === 87 || code === 70) {
    const at = klog(line, observedAt);
    if (at !== undefined) return at;
  }
  // A weekday has three letters.
  return code >= 65 && code <= 90 && line.charCodeAt(skip + 3) === 32 ? weekday(line) : undefined;
}

/** The instant of `01/May/2024:12:00:00 +0200` and the like at the very start, or undefined. */
export function dayFirst(text: string): number | undefined {
  const match = DAY_FIRST.exec(text);
  if (!match) return undefined;
  const [, day, month = '', year, hour, minute, second, fraction, zone] = match;
  const at = instant([year, MONTHS.indexOf(month), day, hour, minute, second], fraction);
  if (at === undefined || zone === undefined) return at;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * 60_000;
  return zone.startsWith('-') ? at + offset : at - offset;
}

function weekday(line: string): number | undefined {
  const match = WEEKDAY.exec(line);
  if (!match) return undefined;
  const [, month = '', day, hour, minute, second, fraction, year] = match;
  return instant([year, MONTHS.indexOf(month), day, hour, minute, second], fraction);
}

function klog(line: string, observedAt: number): number | undefined {
  const match = KLOG.exec(line);
  if (!match) return undefined;
  const [, month, day, hour, minute, second, fraction] = match;
  const of = (year: number) => instant([year, Number(month) - 1, day, hour, minute, second], fraction);
  return of(2000) === undefined ? undefined : inNearestYear((year) => of(year) ?? observedAt, observedAt);
}

function instant(fields: readonly (string | number | undefined)[], fraction = ''): number | undefined {
  const [y = 0, mo = -1, d = 0, h = 0, mi = 0, s = 0] = fields.map(Number);
  if (mo < 0 || mo > 11 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60) return undefined;
  return Date.UTC(y, mo, d, h, mi, s, Number(fraction.padEnd(3, '0').slice(0, 3)));
}
