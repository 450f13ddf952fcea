import { classOf, DIGIT, LETTER, LOWER, QUOTE, SPACE, STOP, UPPER, WIDE } from './char-class.ts';
import { keyKind, VALUE } from './keys.ts';
import { trimmedEnd } from './shapes.ts';
import { FRAME } from './trace.ts';
import { isErrorClass } from './vendor-code.ts';
import { CODE, ERROR, METHOD, wordKind } from './word-lists.ts';

/** Words that say what happened, or to what: texts that differ in one of them are different errors. */
const SAYING = new Set(
  (
    'not no never none without cannot already still only too all any some from to in on at by with for of into onto over under before after ' +
    'between within via up down off out full empty low high slow fast old new first last bad good ok success failure fail error errors ' +
    'warning timeout crash panic abort reset lost found dead alive busy idle ready open close start stop read write get put post delete ' +
    'insert update create select connect disconnect send receive login logout load save begin end true false yes and or is was are were be has'
  ).split(' '),
);
const LONGEST_SAYING = Math.max(...[...SAYING].map((word) => word.length));
/** Verbs say what happened: `refused`, `closing`. Shorter words may be names (`fred`, `ming`). */
const VERB = /^[A-Za-z][a-z]{3,}(?:ed|ing)$/;
const LEADING_VERB = /^[A-Za-z][a-z]{3,}(?:ed|ing) $/;
const ERROR_WORD = /(?:error|exception|failure|fault)$/i;

/** A text needs so many words besides the one that varies: of `upload failed` and `login failed` each says it all. */
const LEAST_CONTEXT = 2;
/** Only the first words of a text may vary: bounds what a long one costs. */
const MAX_WORDS = 64;

/** A place of a canonical text whose word may vary. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The places of a canonical text at which another text may differ from it and still be the same error. Never an error class, a
 * code or status, a quoted name, a verb, a negation, a frame of a stack trace, the value of a key that says what the error is.
 */
export function placesThatVary(text: string): readonly Place[] {
  if (text.includes(FRAME)) return [];
  const places: Place[] = [];
  let context = 0;
  let words = 0;
  let before: Place | undefined;
  const { length } = text;
  for (let at = 0; at < length && words < MAX_WORDS; ) {
    if (!isWordAt(text, at)) {
      at += 1;
      continue;
    }
    let end = at;
    let bits = 0;
    for (; end < length && isWordAt(text, end); end++) bits |= classOf(text.charCodeAt(end));
    const word = { start: at, end: trimmedEnd(text, at, end) };
    if ((bits & (LETTER | WIDE)) !== 0 && word.end - word.start > 1) {
      words += 1;
      context += 1;
      if (mayVary(text, word, bits, before)) places.push(word);
    }
    before = word;
    at = end;
  }
  if (context > LEAST_CONTEXT) return places;
  // `removing hub`: a verb and its object.
  const [object] = places;
  return places.length === 1 && object !== undefined && LEADING_VERB.test(text.slice(0, object.start))
    ? places
    : [];
}

function isWordAt(text: string, at: number): boolean {
  return (classOf(text.charCodeAt(at)) & (SPACE | STOP | QUOTE)) === 0;
}

function mayVary(text: string, { start, end }: Place, bits: number, before: Place | undefined): boolean {
  // What still holds a digit was kept on purpose: a code, a status, a route.
  if ((bits & DIGIT) !== 0) return false;
  if ((bits & (UPPER | LOWER)) === UPPER && isConstantName(text, start, end)) return false;
  const previous = text.charCodeAt(start - 1);
  // `"name"`, `reason=…`
  if (isQuote(previous) || isQuote(text.charCodeAt(end)) || previous === 61) return false;
  if (isSaying(text.slice(start, end))) return false;
  if (before === undefined) return true;
  if (isCause(text, start, end)) return false;
  const kind = wordKind(text, before.start, before.end);
  return kind !== CODE && kind !== ERROR && keyKind(text, before.start, before.end) === VALUE;
}

const CAUSE = /\b(?:because of|due to|caused by|reason:?) (?:the |an? )?$/i;
const LONGEST_CAUSE = 16;

/** Whether a word says why: `aborted because of disk`, `aborted due to the quota`, and what ends a text behind a colon, `aborted: disk`. */
function isCause(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start - 1) !== 32) return false;
  if (text.charCodeAt(start - 2) === 58 && trimmedEnd(text, start, text.length) === end) return true;
  return CAUSE.test(text.slice(Math.max(0, start - LONGEST_CAUSE), start));
}

/** Whether a word says what happened: a small word, a verb, the name of an error. */
function isSaying(word: string): boolean {
  if (word.length <= LONGEST_SAYING && SAYING.has(/[A-Z]/.test(word) ? word.toLowerCase() : word))
    return true;
  const last = word.charCodeAt(word.length - 1);
  // d, g: `-ed`, `-ing`
  if ((last === 100 || last === 103) && VERB.test(word)) return true;
  return ERROR_WORD.test(word) || isErrorClass(word, 0, word.length);
}

/** `ECONNRESET`, `SIGKILL`, `GET`, `NOT_FOUND`: names of errors, signals, methods and states. */
function isConstantName(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) === 69 || text.startsWith('SIG', start)) return true;
  if (wordKind(text, start, end) === METHOD) return true;
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === 95) return true;
  return false;
}

function isQuote(code: number): boolean {
  return (classOf(code) & QUOTE) !== 0;
}
