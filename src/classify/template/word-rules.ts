import { BEYOND_HEX, classOf, DIGIT, LETTER, SLASH, WIDE } from './char-class.ts';
import { isErrorClass, isVendorCode } from './vendor-code.ts';
import {
  AFTER_USER,
  BEFORE_NAME,
  BEFORE_USER,
  CODE,
  CREDENTIAL,
  DAY,
  ERROR,
  EXIT,
  HEX_CODE,
  isFailedStatus,
  isReason,
  MONTH,
  NAMES_WITH_DIGITS,
  SIGNAL,
  STATUS,
  USER,
  unitEnd,
  wordKind,
} from './word-lists.ts';

/** What stands in front of a word. */
export interface Before {
  readonly text: string;
  /** The kinds of the last two words. */
  readonly kind: number;
  readonly kindBefore: number;
  /** Where the last word ended; -1 at the beginning. */
  readonly wordEnd: number;
}

/** Whether the words in front make the next one a name: `for user ann`, `invalid user ann`, `password for ann`. */
export function namesUser({ kind: before, kindBefore: earlier }: Before, kind: number): boolean {
  if (before !== USER) return kind === 0 && before === BEFORE_NAME && earlier === CREDENTIAL;
  if (earlier !== BEFORE_USER && earlier !== BEFORE_NAME) return false;
  return kind !== AFTER_USER && kind !== BEFORE_USER && kind !== CREDENTIAL && kind !== ERROR;
}

/** Whether a number is one that stays: a code, a status. */
export function isCodeNumber(
  { text, kind, kindBefore, wordEnd }: Before,
  start: number,
  end: number,
): boolean {
  const gap = start - wordEnd;
  if (wordEnd >= 0 && gap <= 3) {
    if (kind === CODE) return end - start <= 7;
    if (kind === ERROR) return gap === 1 && end - start <= 7;
    if (kind === EXIT || kindBefore === EXIT) return end - start <= 3;
    if (kind === SIGNAL) return isSignal(text, start, end);
    if (kindBefore === CODE && isLink(text, kind, wordEnd)) return isLinkedCode(text, start, end);
    if (kind === STATUS || kindBefore === STATUS) return isFailedStatus(text, start, end);
  }
  return isFailedStatus(text, start, end) && isReason(text, end);
}

/** `signal 9`, `signal: 11 (SEGV)`: of 1 to 64, without a unit; the strength of a signal is a measure. */
function isSignal(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  const first = text.charCodeAt(start);
  if (first < 49 || first > 57 || last < 48 || last > 57 || end - start > 2) return false;
  if (end - start === 2 && (first > 54 || (first === 54 && last > 52))) return false;
  return unitEnd(text, text.charCodeAt(end) === 32 ? end + 1 : end) < 0;
}

const LINK = / (?:of|is|was)$/;

/** Whether the word that ends at `end` joins a code to its name: `a status of 404`, `the exit code was 3`. */
function isLink(text: string, kind: number, end: number): boolean {
  return (kind === BEFORE_NAME || kind === AFTER_USER) && LINK.test(text.slice(end - 4, end));
}

/** Of 1 to 3 digits, and no count: `the status of 12 jobs`. */
function isLinkedCode(text: string, start: number, end: number): boolean {
  if (isFailedStatus(text, start, end)) return true;
  const counts = text.charCodeAt(end) === 32 && (classOf(text.charCodeAt(end + 1)) & LETTER) !== 0;
  return end - start <= 3 && !counts;
}

/** `0x` and one to eight hex digits: a code of 32 bits (`0x80070005`). A longer one is an address. */
function isHexCode(text: string, start: number, end: number): boolean {
  if (end - start < 3 || end - start > 10 || text.charCodeAt(start) !== 48) return false;
  const x = text.charCodeAt(start + 1);
  if (x !== 120 && x !== 88) return false;
  for (let i = start + 2; i < end; i++) {
    const bits = classOf(text.charCodeAt(i));
    if ((bits & (LETTER | DIGIT)) === 0 || (bits & (BEYOND_HEX | WIDE)) !== 0) return false;
  }
  return true;
}

/** Whether a word with a digit is a name: of an error class, of a vendor's code, or a word that is written so. */
export function isNumberedName(before: Before, start: number, end: number, bits: number): boolean {
  const { text, kind, wordEnd } = before;
  if (kind === CODE && (bits & SLASH) === 0 && end - start <= 12 && start - wordEnd <= 3) return true;
  if ((kind === HEX_CODE || kind === ERROR) && start - wordEnd <= 3 && isHexCode(text, start, end))
    return true;
  if (isErrorClass(text, start, end)) return true;
  if (isVendorCode(text, start, end, kind === ERROR)) return true;
  return end - start <= 8 && NAMES_WITH_DIGITS.has(text.slice(start, end).toLowerCase());
}

/** Whether the name of a day or a month stands in a date: `Fri Jul 01`, `Jul 01`. */
export function isInDate(text: string, kind: number, end: number): boolean {
  if (text.charCodeAt(end) !== 32) return false;
  const next = text.charCodeAt(end + 1);
  if (next >= 48 && next <= 57) return kind === DAY || kind === MONTH;
  return kind === DAY && wordKind(text, end + 1, end + 4) === MONTH;
}

/** The end of a device and its number, `LOCAL(0)`, or -1. `ECONNRESET(104)` and `SIGSEGV(11)` are errors. */
export function deviceEnd(text: string, start: number, end: number): number {
  if (end - start < 2 || text.charCodeAt(start) === 69 || text.startsWith('SIG', start)) return -1;
  const last = digitsEnd(text, end + 1, 3);
  return last > end + 1 && text.charCodeAt(last) === 41 ? last + 1 : -1;
}

/** The end of the port in `db:5432 no answer`, where a message begins with a host and then speaks of it; or -1. */
export function portEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== 58) return -1;
  const end = digitsEnd(text, at + 1, 6);
  return end >= at + 3 && end <= at + 6 && text.charCodeAt(end) === 32 ? end : -1;
}

/** Where a number begins with its sign: `<1 sec` and `1 sec` are one kind of value. */
export function signStart(text: string, start: number): number {
  const before = text.charCodeAt(start - 1);
  return (before === 60 || before === 62) && text.charCodeAt(start - 2) === 32 ? start - 1 : start;
}

function digitsEnd(text: string, start: number, most: number): number {
  let end = start;
  while (end < start + most && (classOf(text.charCodeAt(end)) & DIGIT) !== 0) end++;
  return end;
}

/** Eight letters of a to f or more, and nothing else. (That there is no other letter is known.) */
export function isHexWord(text: string, start: number, end: number): boolean {
  if (end - start < 8) return false;
  for (let i = start; i < end; i++) if ((classOf(text.charCodeAt(i)) & LETTER) === 0) return false;
  return true;
}

/** Two asterisks or more, and nothing else. */
export function isCensored(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text.charCodeAt(i) !== 42) return false;
  return end - start >= 2;
}
