/** What a character can be to the scanner; a word's classes are or-ed together. */
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
export const SPACE = 8;
/** Ends a word, whatever it is: brackets, `,`, `;`, `=`, `|`. */
export const STOP = 16;
export const QUOTE = 32;
/** A letter that is not ASCII: many such scripts put no blank between a word and a number. */
export const WIDE = 64;
export const DOT = 128;
export const SLASH = 256;
export const COLON = 512;
export const AT = 1024;
export const BACKSLASH = 2048;
export const HYPHEN = 4096;
/** A letter above f: what holds one is no hex number. */
export const BEYOND_HEX = 8192;
export const UNDERSCORE = 16384;

export const LETTER = LOWER | UPPER;

const CLASSES = new Uint16Array(0x10000);
/** Classes of characters beyond ASCII are found out once for each: 0 is "not yet known", this bit is "known". */
const KNOWN = 32768;

for (const [from, to, bits] of [
  ['a', 'f', LOWER],
  ['g', 'z', LOWER | BEYOND_HEX],
  ['A', 'F', UPPER],
  ['G', 'Z', UPPER | BEYOND_HEX],
  ['0', '9', DIGIT],
] as const) {
  for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) CLASSES[code] = bits;
}
const SINGLE: Readonly<Record<string, number>> = {
  ' \t\n\r\f\v': SPACE,
  '()[]{}<>,;=|': STOP,
  '"\'`': QUOTE,
  '.': DOT,
  '/': SLASH,
  ':': COLON,
  '@': AT,
  '\\': BACKSLASH,
  '-': HYPHEN,
  _: UNDERSCORE,
};
for (const [chars, bits] of Object.entries(SINGLE)) {
  for (const char of chars) CLASSES[char.charCodeAt(0)] = bits;
}

/** The class bits of a UTF-16 unit; 0 for ASCII that is none of them (`#`, `*`, `%` …). */
export function classOf(code: number): number {
  if (code < 128) return CLASSES[code] as number;
  const known = CLASSES[code] as number;
  if (known !== 0) return known & ~KNOWN;
  const bits = wideClass(String.fromCharCode(code));
  CLASSES[code] = bits | KNOWN;
  return bits;
}

function wideClass(char: string): number {
  if (/\p{Nd}/u.test(char)) return DIGIT | WIDE;
  if (/\s/u.test(char)) return SPACE;
  if (/[\p{L}\p{M}\p{Cs}]/u.test(char)) return WIDE;
  return /[\p{P}\p{S}]/u.test(char) ? STOP : 0;
}

export function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code > 127 && (classOf(code) & DIGIT) !== 0);
}

/** Letter, digit or `_` of ASCII, or any other letter or digit. */
export function isWordChar(code: number): boolean {
  return (classOf(code) & (LETTER | DIGIT | WIDE | UNDERSCORE)) !== 0;
}
