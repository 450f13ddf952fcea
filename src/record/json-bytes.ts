/** JSON as bytes, read strictly: where each piece of it ends, or -1 where it is none. */

const QUOTE = 34;
const BACKSLASH = 92;
const BLANK = 32;
const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const LOWER_E = 101;
const LOWER_U = 117;

/** Within a string: 1 ends a run of plain characters. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < BLANK || byte === QUOTE || byte === BACKSLASH || byte > 126 ? 1 : 0,
);
/** Escapes that do not stand for themselves. */
const CONTROLS = Buffer.from('bfnrt');
const HEX = /^[0-9a-fA-F]{4}$/;
const LITERALS: readonly Buffer[] = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === 9 || bytes[at] === 13) at += 1;
  return at;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 57;
}

/** Reads strings; tells of the last one what a reader of its bytes must know. */
export class StringReader {
  /** It has a backslash. */
  escaped = false;
  /** It has an escape that does not stand for itself. */
  coded = false;
  /** It has what is not ASCII, an escape by number, or a character that cleaning removes. */
  foreign = false;

  /** The closing quote of the string whose first character is at `start`, or -1. */
  end(bytes: Buffer, start: number): number {
    this.escaped = false;
    this.coded = false;
    this.foreign = false;
    for (let at = start; ; at++) {
      while (STOPS[bytes[at] as number] === 0) at++;
      const stop = bytes[at];
      if (stop === QUOTE) return at;
      if (stop === BACKSLASH) {
        at = this.#escape(bytes, at + 1);
        if (at < 0) return -1;
      } else if (stop === undefined || stop < BLANK) return -1;
      else this.foreign = true;
    }
  }

  #escape(bytes: Buffer, at: number): number {
    const character = bytes[at];
    this.escaped = true;
    if (character === QUOTE || character === BACKSLASH || character === SLASH) return at;
    this.coded = true;
    if (character === LOWER_U) {
      this.foreign = true;
      return HEX.test(bytes.toString('latin1', at + 1, at + 5)) ? at + 4 : -1;
    }
    return character !== undefined && CONTROLS.includes(character) ? at : -1;
  }
}

/** Behind the number that begins at `start`, or -1. */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (!isDigit(bytes[at])) return -1;
  at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at);
  if (bytes[at] === DOT) {
    if (!isDigit(bytes[at + 1])) return -1;
    at = skipDigits(bytes, at + 1);
  }
  if (isExponent(bytes[at])) {
    at += bytes[at + 1] === PLUS || bytes[at + 1] === MINUS ? 2 : 1;
    if (!isDigit(bytes[at])) return -1;
    at = skipDigits(bytes, at);
  }
  return at;
}

/** Behind `true`, `false` or `null`, or -1. */
export function literalEnd(bytes: Uint8Array, start: number): number {
  for (const word of LITERALS) {
    if (bytes[start] !== word[0]) continue;
    for (let index = 1; index < word.length; index++) if (bytes[start + index] !== word[index]) return -1;
    return start + word.length;
  }
  return -1;
}

/** So long a number is the sum of its digits, exactly. */
const MAX_DIGITS = 14;

/** The value of a number. */
export function numberAt(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    if (!isDigit(bytes[at]) || at - start > MAX_DIGITS) return Number(bytes.toString('latin1', start, end));
    value = value * 10 + (bytes[at] as number) - ZERO;
  }
  return value;
}

function isExponent(byte: number | undefined): boolean {
  return byte !== undefined && (byte | BLANK) === LOWER_E;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  return at;
}
