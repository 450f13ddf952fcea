import {
  AT,
  BACKSLASH,
  BEYOND_HEX,
  COLON,
  classOf,
  DIGIT,
  DOT,
  HYPHEN,
  isDigit,
  isWordChar,
  LETTER,
  QUOTE,
  SLASH,
  SPACE,
  STOP,
  UNDERSCORE,
  WIDE,
} from './char-class.ts';

/** A name with no other signs than these is an identifier. */
const IDENTIFIER = LETTER | WIDE | UNDERSCORE | HYPHEN | DOT;
const LONGEST_IDENTIFIER = 64;

/** Whether the text is a bare identifier: `id`, `users_email_key`, `content-type`, `Order.total()`. */
export function isIdentifier(text: string, start: number, end: number): boolean {
  let last = end;
  if (text.charCodeAt(end - 1) === 41 && text.charCodeAt(end - 2) === 40) last -= 2;
  if (last - start < 1 || last - start > LONGEST_IDENTIFIER) return false;
  let bits = 0;
  for (let i = start; i < last; i++) {
    const code = text.charCodeAt(i);
    bits |= code === 36 ? UNDERSCORE : classOf(code) || STOP;
  }
  return (bits & ~(IDENTIFIER | BEYOND_HEX)) === 0 && (bits & (LETTER | WIDE)) !== 0;
}

/** Whether the text is a sentence: two words or more, of nothing but letters. */
export function isSentence(text: string, start: number, end: number): boolean {
  let blanks = 0;
  for (let i = start; i < end; i++) {
    const bits = classOf(text.charCodeAt(i));
    if ((bits & SPACE) !== 0) blanks += 1;
    else if ((bits & (LETTER | WIDE | DOT | HYPHEN)) === 0 || (bits & DIGIT) !== 0) return false;
  }
  return blanks > 0;
}

/** Whether a path begins at `start`: `/x`, `./x`, `../x`, `~/x`, `C:\x`, `C:/x`, `\\x`. */
export function isPathStart(text: string, start: number, end: number): boolean {
  if (end - start < 2) return false;
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  if (first === 47) return second !== 47 || end - start > 2;
  if (first === 92) return second === 92 && end - start > 2;
  if (first === 126) return second === 47;
  if (first === 46) return second === 47 || (second === 46 && text.charCodeAt(start + 2) === 47);
  if (second !== 58 || end - start < 3 || (classOf(first) & LETTER) === 0) return false;
  const third = text.charCodeAt(start + 2);
  return third === 92 || third === 47;
}

/** Whether the last part of a path names a file: `src/main.c`, but not `and/or`. */
export function isFilePath(text: string, start: number, end: number): boolean {
  for (let i = end - 1; i >= start && i > end - 7; i--) {
    const code = text.charCodeAt(i);
    if (code === 46) return i < end - 1 && i > start;
    if ((classOf(code) & LETTER) === 0) return false;
  }
  return false;
}

/** Whether a character of class `own` ends the word that began at `start`, of which the classes `bits` were seen. */
export function endsWord(text: string, start: number, at: number, own: number, bits: number): boolean {
  if ((own & (SPACE | STOP)) !== 0) return true;
  if ((own & QUOTE) !== 0) return at === start || !isApostrophe(text, at);
  if ((own & COLON) !== 0) return at === start || colonEndsWord(text, start, at, bits);
  // `enabled........1`
  if (text.charCodeAt(at + 1) !== 46 || (bits & SLASH) !== 0) return false;
  return at > start || text.charCodeAt(at + 2) === 46;
}

/** Whether the colon at `at` ends the word that began at `start`, as in `key:value`; it does not in times, addresses, URLs. */
function colonEndsWord(text: string, start: number, at: number, bits: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (next === 47 && text.charCodeAt(at + 2) === 47)
    return (bits & ~(LETTER | DIGIT | BEYOND_HEX | DOT | HYPHEN)) !== 0;
  if ((next === 92 || next === 47) && at - start === 1 && (bits & LETTER) !== 0) return false;
  const hexSoFar = (bits & (BEYOND_HEX | SLASH | AT | BACKSLASH | WIDE)) === 0;
  if ((bits & DIGIT) !== 0)
    return !(isDigit(next) || (hexSoFar && (next === 58 || isHexGroup(text, at + 1))));
  // Letters only may begin a MAC address or one of IPv6: the next group decides.
  const group = at - start <= 4 && hexSoFar && (bits & ~(LETTER | COLON)) === 0;
  if (!group || !isHexGroup(text, at + 1)) return true;
  return (bits & COLON) === 0 && text.charCodeAt(hexGroupEnd(text, at + 1)) !== 58;
}

function hexGroupEnd(text: string, start: number): number {
  let end = start;
  while (end < start + 5) {
    const bits = classOf(text.charCodeAt(end));
    if ((bits & (LETTER | DIGIT)) === 0 || (bits & (BEYOND_HEX | WIDE)) !== 0) break;
    end += 1;
  }
  return end;
}

/** Whether one to four hex digits stand at `start`, and no more. */
function isHexGroup(text: string, start: number): boolean {
  const end = hexGroupEnd(text, start);
  return end > start && end <= start + 4 && !(end < text.length && isWordChar(text.charCodeAt(end)));
}

/** Whether a quote at `at` opens: it does not behind a word. */
export function opensQuote(text: string, at: number): boolean {
  if (at === 0) return true;
  const bits = classOf(text.charCodeAt(at - 1));
  return (bits & (SPACE | STOP | COLON | BACKSLASH)) !== 0;
}

/** The widest quotation that is looked at: keeps unmatched quotes from costing more than their length. */
const LONGEST_QUOTE = 300;

/** Where the quotation that opens at `at` closes, or -1. An apostrophe within a word does not close. */
export function closingQuote(text: string, at: number): number {
  const open = text.charCodeAt(at);
  const limit = Math.min(text.length, at + LONGEST_QUOTE);
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) {
      i += 1;
      continue;
    }
    if (code !== open && !(open === 96 && code === 39)) continue;
    if (
      (classOf(code) & QUOTE) !== 0 &&
      (code === 34 || i + 1 >= text.length || !isWordChar(text.charCodeAt(i + 1)))
    )
      return i;
  }
  return -1;
}

/** Whether the quote at `at` is an apostrophe within a word. */
function isApostrophe(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 39 && isWordChar(text.charCodeAt(at - 1)) && isWordChar(text.charCodeAt(at + 1))
  );
}

/** Whether a quote at `at` may begin a key: behind `{`, `,` or nothing. */
export function isKeyPlace(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1) === 32 ? at - 2 : at - 1;
  const code = text.charCodeAt(before);
  return before < 0 || code === 123 || code === 44;
}

/** The end of a word without the punctuation of the sentence. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1) {
    const code = text.charCodeAt(at - 1);
    if (code !== 46 && code !== 33 && code !== 63 && code !== 58) break;
    at -= 1;
  }
  return at;
}

/** Blanks, quotes and brackets end a URL; `=`, `,` and `;` do not. */
export function isUrlEnd(code: number): boolean {
  return (
    (classOf(code) & (SPACE | QUOTE)) !== 0 ||
    code === 60 ||
    code === 62 ||
    code === 41 ||
    code === 125 ||
    code === 93
  );
}
