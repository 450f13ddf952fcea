import { ByteWords } from './byte-words.ts';
import { acceptField } from './field-values.ts';
import { isDigit, literalEnd, numberAt, numberEnd, StringReader, skipBlanks } from './json-bytes.ts';
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
const LINE_FEED = 10;
const LOWER_N = 110;

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
  readonly #strings = new StringReader();
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

  /**
   * Writes the text of the object that was read last; returns where it ends, at most twice as far as the object is long. Several texts
   * are lines. So is a body behind an event: its level and its secrets are looked for in the body alone, from its beginning on.
   */
  write(target: Buffer, at: number): number {
    let end = at;
    if (this.#hasEvent) {
      end = this.#copy(this.#event, target, end);
      if (this.#bodies === 0) return end;
      target[end++] = BLANK;
      end = this.#copy(this.#texts[0] as Range, target, end);
      target[end++] = LINE_FEED;
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
      if (this.#strings.escaped) this.#tells = true;
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

  /** The closing quote of a string, or -1. */
  #string(start: number): number {
    const end = this.#strings.end(this.#bytes, start);
    if (this.#strings.foreign) this.#tells = true;
    return end;
  }

  #weighString(start: number, end: number, field: Field | undefined): void {
    const bytes = this.#bytes;
    if (isOurs(bytes, start, end)) this.#tells = true;
    if (field === undefined) return;
    switch (field.kind) {
      case FIELD.BODY:
        if (start === end) return;
        if (this.#bodies === MAX_TEXTS || this.#strings.coded || isBlank(bytes, start, end))
          this.#tells = true;
        else this.#keep(this.#texts[this.#bodies++] as Range, start, end);
        return;
      case FIELD.EVENT:
        if (start === end) return;
        if (this.#hasEvent || this.#strings.coded || isBlank(bytes, start, end)) this.#tells = true;
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
        if (this.#strings.escaped || bytes[start] === BLANK || bytes[end - 1] === BLANK) this.#tells = true;
        if (this.#names.find(bytes, start, end)) this.#tells = true;
        return;
      case FIELD.STATUS:
        if (this.#strings.escaped || this.#isErrorStatus(start, end)) this.#tells = true;
    }
  }

  #keep(range: Range, start: number, end: number): void {
    range.start = start;
    range.end = end;
    range.escaped = this.#strings.escaped;
  }

  #isErrorLevel(start: number, end: number): boolean {
    const accepted = acceptField('severity', this.#bytes.toString('latin1', start, end)) as
      | { number: number }
      | undefined;
    return this.#strings.escaped || (accepted?.number ?? 0) >= ERROR_FLOOR;
  }

  #isErrorStatus(start: number, end: number): boolean {
    const status = this.#bytes.toString('latin1', start, end);
    return /^\d{3}$/.test(status) ? Number(status) >= 500 : (severityOfName(status) ?? 0) >= ERROR_FLOOR;
  }

  #number(start: number, field: Field | undefined): number {
    const end = numberEnd(this.#bytes, start);
    if (field !== undefined && end > 0) this.#weighNumber(start, end, field.kind);
    return end;
  }

  #weighNumber(start: number, end: number, kind: number): void {
    const value = numberAt(this.#bytes, start, end);
    // What is larger than any number becomes a text (bounded-value.ts).
    if (kind === FIELD.BODY || !Number.isFinite(value)) this.#tells = true;
    if (kind === FIELD.LEVEL && (severityOfLevelNumber(value) ?? 0) >= ERROR_FLOOR) this.#tells = true;
    if (kind === FIELD.NUMBER && value >= ERROR_FLOOR) this.#tells = true;
    if (kind === FIELD.STATUS && value >= 500) this.#tells = true;
  }

  #literal(start: number, field: Field | undefined): number {
    // `true` is a text, `null` is none.
    if (field?.kind === FIELD.BODY && this.#bytes[start] !== LOWER_N) this.#tells = true;
    return literalEnd(this.#bytes, start);
  }
}

function lengthOf({ start, end }: Range): number {
  return end - start;
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
