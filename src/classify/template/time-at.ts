import { DAY, MONTH, wordKind } from './word-lists.ts';

/** Each pattern is anchored where it is tried (`y`) and bounded: none can cost more than its length. */
const MONTHS = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const CLOCK = '\\d{1,2}[:.]\\d{1,2}[:.]\\d{1,2}(?:[.,:]\\d{1,9})?';
const ZONES = '(?:Z|UTC|GMT|[ECMP][SD]T|CES?T|EES?T|WES?T|BST|IST|JST|MSK|AE[SD]T|SGT|HKT)';
const ZONE = `(?: ?(?:${ZONES}|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?`;
const END = '(?![A-Za-z0-9])';

const NUMERIC = new RegExp(
  [
    // 2024-05-01T10:00:00.123Z, 2024/05/01 10:00:00, 2024-05-01-10.00.00.123456, 2024/5/1:10:00:00.123, 2024.05.01
    `\\d{4}([-/.])\\d{1,2}\\1\\d{1,2}(?:[T :_-]${CLOCK}${ZONE})?`,
    // 20240501-10:00:00:123
    `\\d{8}[-T ]${CLOCK}${ZONE}`,
    // 17/06/09 20:10:40, 01.05.2024 10:00:00, 03-17 16:13:38.811, 10.30 16:49:06
    `\\d\\d([-/.])\\d\\d(?:\\2\\d{2,4})?,? ${CLOCK}${ZONE}`,
    // 10/Oct/2024:13:55:36 +0000, 01-May-2024 10:00:00
    `\\d{1,2}[-/ ]${MONTHS}[-/ ]\\d{4}[: ]${CLOCK}${ZONE}`,
    // 240501 100000
    '\\d{6} \\d{6}(?= )',
    // 10:00:00.123
    `\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?${ZONE}`,
    // 1714557600, 1714557600.123, 1714557600123 and finer, 0501/100000
    '1\\d{9}(?:\\.\\d{1,9}|\\d{3}|\\d{6}|\\d{9})?(?![\\w.-])',
    '\\d{4}/\\d{6}(?=:)',
  ]
    .map((form) => `${form}${END}`)
    .join('|'),
  'y',
);
/** May 1 10:00:00, Wed May 01 10:00:00 2024, Wed May 01 10:00:00 UTC 2024 */
const NAMED = new RegExp(
  `(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:${MONTHS}  ?\\d{1,2}|\\d{1,2} ${MONTHS})(?: \\d{4})? ${CLOCK}(?: ${ZONES})?(?: \\d{4})?${ZONE}${END}`,
  'y',
);
/** E0501 10:00:00.000000 */
const KLOG = /[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}(?!\w)/y;

/** Where the time that stands at `at` ends, or -1. */
export function timeEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return match(NUMERIC, text, at);
  if (code < 65 || code > 90) return -1;
  const kind = wordKind(text, at, at + 3);
  if (kind === MONTH || kind === DAY) return match(NAMED, text, at);
  const second = text.charCodeAt(at + 1);
  return second >= 48 && second <= 57 ? match(KLOG, text, at) : -1;
}

/** Whether the time at `at` is of the kind that syslog puts in front of the host. */
export function isSyslogTime(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 65 && code <= 90 && !(text.charCodeAt(at + 1) < 58);
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
