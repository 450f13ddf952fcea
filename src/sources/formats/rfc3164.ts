import { cleanText } from '../../record/clean-text.ts';
import { inNearestYear } from '../../record/nearest-year.ts';
import { severityOfName } from '../../record/severity.ts';
import { timestampAtStart } from '../../record/timestamp.ts';
import { pidOf, type SyslogHead } from './syslog-head.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** `May  1 10:00:00`, with a fraction, a year in front of or behind the time, a zone, and Cisco's `*` and closing colon. */
const BSD_TIME =
  /[*.]?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: (\d{4})(?= ))?(?: (?:UTC|GMT|Z))?:? ?/y;
const ISO_TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? ?/y;
const TAG = /([\w./@+()-]{1,64})(?:\[([^\]\s]{1,32})\])?:(?= |$)/y;
const WORD = /([^\s:[\]]{1,255}|[0-9A-Fa-f:.]{2,45}) /y;

/**
 * The head of an RFC 3164 message whose PRI ends at `start`, as rsyslog, syslog-ng, `logger` and the BSDs write it: the time (BSD
 * without a year: the one nearest to `observedAt`; or ISO), the host and the tag may each be missing. What is no head belongs to
 * the message. Times without a zone are UTC.
 */
export function parseRfc3164(text: string, start: number, observedAt: number): SyslogHead {
  const time = timeAt(text, start, observedAt);
  let at = time?.end ?? start;
  let tag = tagAt(text, at, time !== undefined);
  let host: string | undefined;
  if (!tag && time) {
    const word = wordAt(text, at);
    const next = word === undefined ? undefined : tagAt(text, at + word.length + 1, true);
    if (word !== undefined && (next || /[\d.-]/.test(word))) {
      host = word;
      at += word.length + 1;
      tag = next;
    }
  }
  const [, service, pid] = tag ?? [];
  if (tag) at += tag[0].length;
  return {
    ...(time ? { timestamp: time.at } : {}),
    ...(host === undefined ? {} : { host: cleanText(host) }),
    ...(service === undefined ? {} : { service: cleanText(service) }),
    ...(pid === undefined ? {} : { pid: pidOf(pid) }),
    messageAt: text[at] === ' ' && tag ? at + 1 : at,
  };
}

/** `error: …` and `TypeError: …` are messages, not programs. */
function tagAt(text: string, at: number, timed: boolean): RegExpExecArray | undefined {
  TAG.lastIndex = at;
  const tag = TAG.exec(text);
  if (!tag) return undefined;
  const [, name = '', pid] = tag;
  if (pid !== undefined) return tag;
  if (severityOfName(name) !== undefined || /^\d+$/.test(name)) return undefined;
  return !timed && /(?:Error|Exception)$/.test(name) ? undefined : tag;
}

function wordAt(text: string, at: number): string | undefined {
  WORD.lastIndex = at;
  return WORD.exec(text)?.[1];
}

function timeAt(text: string, start: number, observedAt: number): { at: number; end: number } | undefined {
  ISO_TIME.lastIndex = start;
  const iso = ISO_TIME.exec(text);
  const isoAt = iso ? timestampAtStart(iso[0]) : undefined;
  if (iso && isoAt !== undefined) return { at: isoAt, end: ISO_TIME.lastIndex };
  BSD_TIME.lastIndex = start;
  const bsd = BSD_TIME.exec(text);
  if (!bsd) return undefined;
  const [, name = '', day, before, hour, minute, second, fraction = '', behind] = bsd;
  const month = MONTHS.indexOf(name.toLowerCase());
  if (month < 0) return undefined;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const inYear = (year: number) =>
    Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second), ms);
  const stated = before ?? behind;
  const at = stated === undefined ? inNearestYear(inYear, observedAt) : inYear(Number(stated));
  return { at, end: BSD_TIME.lastIndex };
}
