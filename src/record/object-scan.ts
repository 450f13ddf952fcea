import { ByteWords } from './byte-words.ts';
import { acceptField } from './field-values.ts';
import { FIELD, FIELD_COUNT, FIELDS, type Field, type Fields } from './object-fields.ts';
import { ERROR_FLOOR, LEVEL_NAMES, severityOfLevelNumber, severityOfName } from './severity.ts';

/**
 * What the bytes of an object say without being decoded:
 * - `UNKNOWN`: it may be no JSON at all
 * - `TELLING`: it is a JSON object that may be anything
 * - `TEXT`: it is one that says what its text says, and nothing else
 */
export const SCANNED = { UNKNOWN: 0, TELLING: 1, TEXT: 2 } as const;

/** Far less than what is left out of a record (bounded-value.ts). */
const MAX_DEPTH = 15;
const MAX_VALUES = 900;
const MAX_TEXTS = 4;
/** So long a number is the sum of its digits, exactly. */
const MAX_DIGITS = 8;
const LONGEST_NUMBER = 100;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const BACKSLASH = 92;
const BLANK = 32;
const MINUS = 45;
const DOT = 46;
const LOWER_E = 101;
const LINE_FEED = 10;
const SLASH = 47;
const ZERO = 48;
const LOWER_N = 110;
const LOWER_U = 117;

/** Within a string: 1 ends a run of plain characters. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < BLANK || byte === QUOTE || byte === BACKSLASH || byte > 126 ? 1 : 0,
);
/** Escapes that do not stand for themselves. */
const CONTROLS = Buffer.from('bfnrt');
const HEX = /^[0-9a-fA-F]{4}$/;
const LITERALS: readonly (readonly [first: number, word: Buffer])[] = ['true', 'false', 'null'].map(
  (word) => [word.charCodeAt(0), Buffer.from(word)],
);

const LEVELS = new ByteWords(LEVEL_NAMES.map((name) => [name, (severityOfName(name) ?? 0) >= ERROR_FLOOR]));

/** A text within the bytes. */
interface Range {
  start: number;
  end: number;
  escaped: boolean;
}

/**
 * Reads JSON objects as bytes: whether one is valid, whether any of its fields may make it more than a line that is counted
 * (fields.ts, field-values.ts, http-status.ts, loop-guard.ts), and where its text stands. Whatever is not plain ASCII with a message
 * of its own is `TELLING`. Makes nothing; one line after the other.
 */
export class ObjectScan {
  #bytes: Buffer = Buffer.alloc(0);
  #tells = false;
  /** Of the string read last: whether there is any backslash, and one that stands for another character. */
  #escaped = false;
  #coded = false;
  #values = 0;
  readonly #texts: Range[] = Array.from({ length: MAX_TEXTS }, () => ({ start: 0, end: 0, escaped: false }));
  #bodies = 0;
  readonly #event: Range = { start: 0, end: 0, escaped: false };
  #hasEvent = false;
  /** In which object a field was seen last. */
  readonly #seen = new Int32Array(FIELD_COUNT);
  #object = 0;
  readonly #names: ByteWords<true>;

  /** `names`: services of which every object is telling. */
  constructor(names: readonly string[]) {
    this.#names = new ByteWords(names.map((name) => [name, true]));
  }

  /** Reads the object that begins at `start` and ends before `end`. */
  read(bytes: Buffer, start: number, end: number): number {
    this.#bytes = bytes;
    this.#tells = false;
    this.#values = 0;
    this.#bodies = 0;
    this.#hasEvent = false;
    this.#object = (this.#object + 1) | 0;
    if (this.#members(start, FIELDS, 1) !== end) return SCANNED.UNKNOWN;
    return this.#tells || !this.#isText() ? SCANNED.TELLING : SCANNED.TEXT;
  }

  /** Writes the text of the object that was read last; returns where it ends. Several texts are lines. */
  write(target: Buffer, at: number): number {
    let end = at;
    if (this.#hasEvent) {
      end = this.#copy(this.#event, target, end);
      if (this.#bodies > 0) target[end++] = BLANK;
    }
    for (let index = 0; index < this.#bodies; index++) {
      if (index > 0) target[end++] = LINE_FEED;
      end = this.#copy(this.#texts[index] as Range, target, end);
    }
    return end;
  }

  /** Whether its texts make one that is not blank: the event, a space, the body (match-text.ts). */
  #isText(): boolean {
    if (!this.#hasEvent) return this.#bodies > 0;
    const [body] = this.#texts as [Range];
    // Two texts that are equal are only one.
    return this.#bodies === 0 || (this.#bodies === 1 && lengthOf(body) !== lengthOf(this.#event));
  }

  #copy({ start, end, escaped }: Range, target: Buffer, at: number): number {
    const bytes = this.#bytes;
    let to = at;
    for (let from = start; from < end; from++) {
      if (escaped && bytes[from] === BACKSLASH) from += 1;
      target[to++] = bytes[from] as number;
    }
    return to;
  }

  /** Reads an object; returns where it ends, or -1. */
  #members(start: number, fields: Fields | undefined, depth: number): number {
    if (depth > MAX_DEPTH) return -1;
    const bytes = this.#bytes;
    let at = skipBlanks(bytes, start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      const key = at + 1;
      const keyEnd = this.#string(key);
      if (keyEnd < 0) return -1;
      if (this.#escaped) this.#tells = true;
      const field = fields?.find(bytes, key, keyEnd);
      if (field) this.#see(field);
      at = skipBlanks(bytes, keyEnd + 1);
      if (bytes[at] !== COLON) return -1;
      at = this.#value(skipBlanks(bytes, at + 1), field, depth);
      if (at < 0) return -1;
      at = skipBlanks(bytes, at);
      const next = bytes[at];
      if (next === CLOSE) return at + 1;
      if (next !== COMMA) return -1;
      at = skipBlanks(bytes, at + 1);
    }
  }

  /** Of a field that comes twice the last one counts, and only decoding tells which that is. */
  #see({ id }: Field): void {
    if (this.#seen[id] === this.#object) this.#tells = true;
    this.#seen[id] = this.#object;
  }

  #list(start: number, depth: number): number {
    if (depth > MAX_DEPTH) return -1;
    const bytes = this.#bytes;
    let at = skipBlanks(bytes, start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      at = this.#value(at, undefined, depth);
      if (at < 0) return -1;
      at = skipBlanks(bytes, at);
      const next = bytes[at];
      if (next === CLOSE_LIST) return at + 1;
      if (next !== COMMA) return -1;
      at = skipBlanks(bytes, at + 1);
    }
  }

  #value(at: number, field: Field | undefined, depth: number): number {
    this.#values += 1;
    if (this.#values > MAX_VALUES) return -1;
    const first = this.#bytes[at];
    if (first === QUOTE) {
      const end = this.#string(at + 1);
      if (end < 0) return -1;
      this.#weighString(at + 1, end, field);
      return end + 1;
    }
    if (first === OPEN) {
      const kind = field?.kind ?? FIELD.NONE;
      const members = field?.members;
      // ECS's `log` is an object; of other texts an object is a text as well.
      if (kind === FIELD.BODY && members === undefined) this.#tells = true;
      return this.#members(at, members, depth + 1);
    }
    if (first === OPEN_LIST) {
      if (field?.kind === FIELD.BODY || field?.kind === FIELD.ERROR) this.#tells = true;
      return this.#list(at, depth + 1);
    }
    return first === MINUS || isDigit(first) ? this.#number(at, field) : this.#literal(at, field);
  }

  /** The end of a string (its quote) that begins at `start`, or -1. */
  #string(start: number): number {
    const bytes = this.#bytes;
    this.#escaped = false;
    this.#coded = false;
    for (let at = start; ; at++) {
      while (STOPS[bytes[at] as number] === 0) at++;
      const stop = bytes[at];
      if (stop === QUOTE) return at;
      if (stop === BACKSLASH) {
        at = this.#escape(at + 1);
        if (at < 0) return -1;
      } else if (stop === undefined || stop < BLANK) return -1;
      // Not ASCII, or what cleaning removes.
      else this.#tells = true;
    }
  }

  #escape(at: number): number {
    const character = this.#bytes[at];
    this.#escaped = true;
    if (character === QUOTE || character === BACKSLASH || character === SLASH) return at;
    // A line break makes a trace of a text; what is written by its number may be any word.
    if (character === LOWER_U) {
      this.#tells = true;
      return HEX.test(this.#bytes.toString('latin1', at + 1, at + 5)) ? at + 4 : -1;
    }
    this.#coded = true;
    return character !== undefined && CONTROLS.includes(character) ? at : -1;
  }

  #weighString(start: number, end: number, field: Field | undefined): void {
    const bytes = this.#bytes;
    if (isOurs(bytes, start, end)) this.#tells = true;
    if (field === undefined) return;
    switch (field.kind) {
      case FIELD.BODY:
        if (start === end) return;
        if (this.#bodies === MAX_TEXTS || this.#coded || isBlank(bytes, start, end)) this.#tells = true;
        else this.#keep(this.#texts[this.#bodies++] as Range, start, end);
        return;
      case FIELD.EVENT:
        if (start === end) return;
        if (this.#hasEvent || this.#coded || isBlank(bytes, start, end)) this.#tells = true;
        this.#hasEvent = true;
        this.#keep(this.#event, start, end);
        return;
      case FIELD.ERROR:
        if (start < end) this.#tells = true;
        return;
      case FIELD.LEVEL:
        if (LEVELS.find(bytes, start, end) ?? this.#isErrorLevel(start, end)) this.#tells = true;
        return;
      case FIELD.SERVICE:
        if (this.#escaped || bytes[start] === BLANK || bytes[end - 1] === BLANK) this.#tells = true;
        if (this.#names.find(bytes, start, end)) this.#tells = true;
        return;
      case FIELD.STATUS:
        if (this.#escaped || this.#isErrorStatus(start, end)) this.#tells = true;
    }
  }

  #keep(range: Range, start: number, end: number): void {
    range.start = start;
    range.end = end;
    range.escaped = this.#escaped;
  }

  #isErrorLevel(start: number, end: number): boolean {
    const accepted = acceptField('severity', this.#bytes.toString('latin1', start, end)) as
      | { number: number }
      | undefined;
    return this.#escaped || (accepted?.number ?? 0) >= ERROR_FLOOR;
  }

  #isErrorStatus(start: number, end: number): boolean {
    const status = this.#bytes.toString('latin1', start, end);
    return /^\d{3}$/.test(status) ? Number(status) >= 500 : (severityOfName(status) ?? 0) >= ERROR_FLOOR;
  }

  #number(start: number, field: Field | undefined): number {
    const bytes = this.#bytes;
    let at = bytes[start] === MINUS ? start + 1 : start;
    if (!isDigit(bytes[at])) return -1;
    if (bytes[at] === ZERO) at += 1;
    else at = skipDigits(bytes, at);
    if (bytes[at] === DOT) {
      if (!isDigit(bytes[at + 1])) return -1;
      at = skipDigits(bytes, at + 1);
    }
    const isHuge = isExponent(bytes[at] as number);
    if (isHuge) {
      at += bytes[at + 1] === 43 || bytes[at + 1] === MINUS ? 2 : 1;
      if (!isDigit(bytes[at])) return -1;
      at = skipDigits(bytes, at);
    }
    if (field === undefined) return at;
    // What is larger than any number becomes a text (bounded-value.ts).
    if (at - start > LONGEST_NUMBER || isHuge) this.#tells = true;
    else this.#weighNumber(start, at, field.kind);
    return at;
  }

  #weighNumber(start: number, end: number, kind: number): void {
    if (kind === FIELD.BODY) this.#tells = true;
    if (kind !== FIELD.LEVEL && kind !== FIELD.NUMBER && kind !== FIELD.STATUS) return;
    const value = this.#numberAt(start, end);
    if (kind === FIELD.LEVEL && (severityOfLevelNumber(value) ?? 0) >= ERROR_FLOOR) this.#tells = true;
    if (kind === FIELD.NUMBER && value >= ERROR_FLOOR) this.#tells = true;
    if (kind === FIELD.STATUS && value >= 500) this.#tells = true;
  }

  #numberAt(start: number, end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let at = start; at < end; at++) {
      if (!isDigit(bytes[at]) || at - start > MAX_DIGITS) return Number(bytes.toString('latin1', start, end));
      value = value * 10 + (bytes[at] as number) - ZERO;
    }
    return value;
  }

  #literal(start: number, field: Field | undefined): number {
    const bytes = this.#bytes;
    for (const [first, word] of LITERALS) {
      if (bytes[start] !== first) continue;
      for (let index = 1; index < word.length; index++) if (bytes[start + index] !== word[index]) return -1;
      // `true` is a text, `null` is none.
      if (field?.kind === FIELD.BODY && first !== LOWER_N) this.#tells = true;
      return start + word.length;
    }
    return -1;
  }
}

function lengthOf({ start, end }: Range): number {
  return end - start;
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === 9 || bytes[at] === 13) at += 1;
  return at;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  return at;
}

function isExponent(byte: number): boolean {
  return (byte | BLANK) === LOWER_E;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== BLANK) return false;
  return true;
}

/** Whether a value may be `tocsin`, `internal_alert` or `alert_received` (loop-guard.ts): by its length, and a character or two. */
function isOurs(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 6) return bytes[start] === 116 && bytes[end - 1] === 110;
  return length === 14 && (bytes[start + 8] === 95 || bytes[start + 5] === 95);
}
