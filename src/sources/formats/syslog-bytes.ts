import { severityOfName } from '../../record/severity.ts';

/** Where the message of a syslog line stands, and what its head says besides. */
export interface MessageRange {
  start: number;
  /** Host and program, each as a range of the bytes; empty where the head has none. */
  hostStart: number;
  hostEnd: number;
  appStart: number;
  appEnd: number;
}

const BLANK = 32;
const MONTHS = new Set(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(codeOf),
);
const MAX_PRI = 191;
/** `err` and what is worse. */
const WORST_HARMLESS = 4;

function codeOf(text: string): number {
  return ((text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2)) >>> 0;
}

const kindsOf = (pattern: RegExp) =>
  Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0));
const DIGIT = kindsOf(/[0-9]/);
const NAME = kindsOf(/[A-Za-z0-9_.-]/);
const PROGRAM = kindsOf(/[\w./-]/);
const FIELD = kindsOf(/[!-~]/);

/**
 * Finds the message of a syslog line whose PRI is a warning or less, in the forms that nearly all senders use: RFC 3164 with a host
 * and a tag (`<14>Nov 21 10:00:07 web-2 app[12]: …`, also behind an ISO time), RFC 5424 without structured data. Says the same as
 * `splitSyslog` (syslog.ts) or, of any other line, false. The bytes are ASCII.
 */
export function findMessage(bytes: Uint8Array, from: number, end: number, found: MessageRange): boolean {
  let at = from + 1;
  let code = 0;
  while (at < from + 4 && DIGIT[bytes[at] as number]) code = code * 10 + (bytes[at++] as number) - 48;
  if (at === from + 1 || bytes[at] !== 62 /* > */ || code > MAX_PRI || code % 8 < WORST_HARMLESS)
    return false;
  at += 1;
  if (bytes[at] === 49 /* 1 */ && bytes[at + 1] === BLANK) return findIn5424(bytes, at + 2, end, found);
  const behind = DIGIT[bytes[at] as number] ? isoTimeEnd(bytes, at) : bsdTimeEnd(bytes, at);
  return behind > 0 && bytes[behind] === BLANK && findBehindTime(bytes, behind + 1, end, found);
}

/** `host tag[pid]: message` */
function findBehindTime(bytes: Uint8Array, from: number, end: number, found: MessageRange): boolean {
  const hostEnd = skip(bytes, from, NAME);
  if (
    hostEnd === from ||
    hostEnd - from > 64 ||
    bytes[hostEnd] !== BLANK ||
    isPartOfTime(bytes, from, hostEnd)
  )
    return false;
  const app = hostEnd + 1;
  const appEnd = skip(bytes, app, PROGRAM);
  if (appEnd === app || appEnd - app > 64) return false;
  let at = appEnd;
  if (bytes[at] === 91 /* [ */) {
    at = skip(bytes, at + 1, DIGIT);
    if (at === appEnd + 1 || at - appEnd > 11 || bytes[at] !== 93 /* ] */) return false;
    at += 1;
  } else if (isNoTag(bytes, app, appEnd)) return false;
  if (bytes[at] !== 58 /* : */ || bytes[at + 1] !== BLANK || at + 2 >= end) return false;
  found.start = at + 2;
  found.hostStart = from;
  found.hostEnd = hostEnd;
  found.appStart = app;
  found.appEnd = appEnd;
  return true;
}

/** A year, and `UTC`, `GMT`, `Z`, may stand behind the time. */
function isPartOfTime(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (first === 85 /* U */ || first === 71 /* G */ || first === 90 /* Z */) return true;
  return end - start === 4 && DIGIT[first as number] === 1;
}

function isNoTag(bytes: Uint8Array, start: number, end: number): boolean {
  if (skip(bytes, start, DIGIT) >= end) return true;
  let name = '';
  for (let at = start; at < end; at++) name += String.fromCharCode(bytes[at] as number);
  return severityOfName(name) !== undefined;
}

/** `2026-11-21T10:00:07.1Z host app pid id - message` */
function findIn5424(bytes: Uint8Array, from: number, end: number, found: MessageRange): boolean {
  let at = bytes[from] === 45 /* - */ ? from + 1 : isoTimeEnd(bytes, from);
  if (at < 0 || bytes[at] !== BLANK) return false;
  for (let field = 0; field < 4; field++) {
    const start = at + 1;
    at = skip(bytes, start, FIELD);
    if (at === start || bytes[at] !== BLANK) return false;
    if (field === 0) {
      found.hostStart = start;
      found.hostEnd = at;
    } else if (field === 1) {
      found.appStart = start;
      found.appEnd = at;
    }
  }
  if (bytes[at + 1] !== 45 || bytes[at + 2] !== BLANK || at + 3 >= end) return false;
  found.start = at + 3;
  return true;
}

/** The end of `Nov 21 10:00:07`, or -1. */
function bsdTimeEnd(bytes: Uint8Array, at: number): number {
  const month =
    (((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)) >>> 0;
  const day = bytes[at + 4] === BLANK || DIGIT[bytes[at + 4] as number];
  const good =
    MONTHS.has(month) &&
    bytes[at + 3] === BLANK &&
    day &&
    DIGIT[bytes[at + 5] as number] &&
    bytes[at + 6] === BLANK;
  return good ? clockEnd(bytes, at + 7) : -1;
}

/** The end of `2026-11-21T10:00:07.123Z` or `…+01:00`, or -1. */
function isoTimeEnd(bytes: Uint8Array, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (!(year >= 1971 && year <= 9998 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return -1;
  if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45 || bytes[at + 10] !== 84 /* T */) return -1;
  if (
    !(twoDigits(bytes, at + 11) <= 23 && twoDigits(bytes, at + 14) <= 59 && twoDigits(bytes, at + 17) <= 59)
  )
    return -1;
  let end = clockEnd(bytes, at + 11);
  if (end < 0) return -1;
  if (bytes[end] === 46 /* . */) {
    const fraction = end + 1;
    end = skip(bytes, fraction, DIGIT);
    if (end === fraction || end - fraction > 9) return -1;
  }
  if (bytes[end] === 90 /* Z */) return end + 1;
  const zone = bytes[end] === 43 || bytes[end] === 45;
  const good =
    zone && twoDigits(bytes, end + 1) >= 0 && bytes[end + 3] === 58 && twoDigits(bytes, end + 4) >= 0;
  return good ? end + 6 : -1;
}

/** The end of `10:00:07`, or -1. */
function clockEnd(bytes: Uint8Array, at: number): number {
  const good =
    twoDigits(bytes, at) >= 0 &&
    bytes[at + 2] === 58 &&
    twoDigits(bytes, at + 3) >= 0 &&
    bytes[at + 5] === 58 &&
    twoDigits(bytes, at + 6) >= 0;
  return good ? at + 8 : -1;
}

/** NaN where no digits are. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at] as number, bytes[at + 1] as number];
  return DIGIT[tens] && DIGIT[ones] ? (tens - 48) * 10 + ones - 48 : Number.NaN;
}

function skip(bytes: Uint8Array, from: number, kinds: Uint8Array): number {
  let at = from;
  while (kinds[bytes[at] as number] === 1) at += 1;
  return at;
}
