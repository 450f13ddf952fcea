import { isObject } from '../../record/bounded-value.ts';
import { type LineChunk, MARK, type MarksInForce, textOfLine } from '../../record/line-chunk.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { type RecordContext, recordOfObject } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';
import type { LineLimits } from './line-limits.ts';
import { TextStreams } from './text-streams.ts';

export interface LineError {
  /** The physical line, or the place in a JSON array; from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface BodyLimits extends LineLimits {
  /** Tells which lines need not become a record, by the rules in force. */
  readonly marks?: MarksInForce;
}

/** Some of a body's lines, in their order. */
export interface BodyPiece {
  readonly records: readonly LogRecord[];
  /** Text lines that are part of the record of another line (stack traces). */
  readonly joined: number;
  /** Lines that are only counted. */
  readonly quiet: number;
  readonly rejected: number;
  /** Of the first 100 of the body that were rejected, those of this piece. */
  readonly errors: readonly LineError[];
}

const MAX_ERRORS = 100;
/** What is decoded and committed at a time: small enough that the event loop is free again within some tens of ms. */
const PIECE_LINES = 5_000;
const PIECE_CHARACTERS = 512 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const ORDER_MARK = Buffer.from('\uFEFF');
const NDJSON = /^application\/(?:x-)?(?:ndjson|jsonl|json-?lines|json-seq|ldjson)$/;
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json$/;
const NO_JSON = 'not valid JSON';

/**
 * The records of a request's body (product.md section 7): NDJSON (a line is an object or a string; blank lines are skipped), a
 * JSON array, one JSON object, or text lines. The content type decides; where it says nothing (curl's is
 * `application/x-www-form-urlencoded`) the first character does. What is not understood is counted, and told by line. Comes in pieces, so that a huge body need not be
 * handled at one go; at least one.
 */
export function* recordsOfBody(
  body: Uint8Array | string,
  contentType: string | undefined,
  context: RecordContext,
  limits: BodyLimits,
): Generator<BodyPiece> {
  const bytes = withoutMarks(bytesOf(body));
  const reader = new BodyReader(context, limits);
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (NDJSON.test(type)) yield* reader.readNdjson(bytes);
  else if (JSON_TYPE.test(type)) yield* reader.readJson(bytes);
  else if (type.startsWith('text/')) yield* reader.readText(bytes);
  else yield* reader.readUnknown(bytes);
  yield reader.take();
}

function bytesOf(body: Uint8Array | string): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** Without byte order marks: that of the sender, and that of the file which it sends. */
function withoutMarks(bytes: Buffer): Buffer {
  const isMarked = (from: number) => bytes.subarray(from, from + ORDER_MARK.length).equals(ORDER_MARK);
  const first = isMarked(0) ? ORDER_MARK.length : 0;
  return bytes.subarray(isMarked(first) ? first + ORDER_MARK.length : first);
}

class BodyReader {
  #records: LogRecord[] = [];
  #errors: LineError[] = [];
  #joined = 0;
  #quiet = 0;
  #rejected = 0;
  #told = 0;
  #items = 0;
  #characters = 0;
  readonly #context: RecordContext;
  readonly #limits: BodyLimits;

  constructor(context: RecordContext, limits: BodyLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** What was read since the last time. */
  take(): BodyPiece {
    const piece = {
      records: this.#records,
      joined: this.#joined,
      quiet: this.#quiet,
      rejected: this.#rejected,
      errors: this.#errors,
    };
    this.#records = [];
    this.#errors = [];
    this.#joined = 0;
    this.#quiet = 0;
    this.#rejected = 0;
    this.#items = 0;
    this.#characters = 0;
    return piece;
  }

  *readText(bytes: Buffer): Generator<BodyPiece> {
    // All lines are here: none has to wait for another one. A trace may go on in the next piece.
    const { maxLineBytes, marks } = this.#limits;
    const streams = new TextStreams({ stackTraceMs: 1, maxLineBytes, syslog: false });
    for (const { chunk, first, isLast } of piecesOf(bytes)) {
      const lines = chunk.starts.length;
      const marked = this.#withoutLong(marks?.()?.texts(chunk, 0, lines), chunk);
      for (let line = 0; line < lines; ) {
        const behind = streams.skip(chunk, line, lines, marked, this.#context, this.#records);
        if (behind > line) {
          line = behind;
          continue;
        }
        const text = textOfLine(chunk, line);
        if (text.trim() !== '' && !this.#isTooLong(text, first + line))
          streams.take('', text, this.#context, this.#records, marked?.[line]);
        line += 1;
      }
      if (isLast) streams.flush(this.#records);
      this.#joined = streams.takeJoined();
      this.#quiet = streams.takeQuiet();
      if (!isLast) yield this.take();
    }
  }

  *readNdjson(bytes: Buffer): Generator<BodyPiece> {
    for (const { chunk, first, isLast } of piecesOf(bytes)) {
      const marks = this.#limits.marks?.()?.objects(chunk, 0, chunk.starts.length);
      const marked = this.#withoutLong(marks, chunk);
      for (let line = 0; line < chunk.starts.length; line++) {
        if (marked?.[line] === MARK.QUIET) this.#quiet += 1;
        else this.#readLine(textOfLine(chunk, line), first + line);
      }
      if (!isLast) yield this.take();
    }
  }

  /** A line that is too long is rejected, whatever it says. */
  #withoutLong(marks: Uint8Array | undefined, { starts, ends }: LineChunk): Uint8Array | undefined {
    const { maxLineBytes } = this.#limits;
    for (let line = 0; marks && line < marks.length; line++)
      if ((ends[line] as number) - (starts[line] as number) > maxLineBytes) marks[line] = MARK.TRACE;
    return marks;
  }

  #readLine(line: string, number: number): void {
    if (line.trim() === '' || this.#isTooLong(line, number)) return;
    const parsed = parse(line);
    if (parsed.ok) this.#add(parsed.value, number, line);
    else this.#reject(number, NO_JSON);
  }

  /** One value, an array of them, or lines of JSON under the wrong type. */
  *readJson(bytes: Buffer): Generator<BodyPiece> {
    const text = bytes.toString();
    const parsed = parse(text);
    if (parsed.ok) yield* this.#addAll(parsed.value);
    else if (parse(firstLine(text)).ok) yield* this.readNdjson(bytes);
    else this.#reject(lineOf(text, parsed.position), NO_JSON);
  }

  *readUnknown(bytes: Buffer): Generator<BodyPiece> {
    const text = bytes.toString();
    const start = text.trimStart();
    // `[2024-05-01 …`, `["GET"] 200` and `{main} …` are text; an object that was cut off is not.
    const object = /^(?:\[\s*)?\{\s*["}]/.test(start);
    const parsed = !object && start.startsWith('[') ? parse(text) : undefined;
    if (object) yield* this.readJson(bytes);
    else if (parsed?.ok) yield* this.#addAll(parsed.value);
    else yield* this.readText(bytes);
  }

  *#addAll(value: unknown): Generator<BodyPiece> {
    if (!Array.isArray(value)) return this.#add(value, 1);
    for (const [index, item] of value.entries()) {
      this.#add(item, index + 1);
      if (this.#isFull(this.#records.at(-1)?.raw.length ?? 0)) yield this.take();
    }
  }

  #isFull(characters: number): boolean {
    this.#items += 1;
    this.#characters += characters;
    return this.#items >= PIECE_LINES || this.#characters >= PIECE_CHARACTERS;
  }

  #add(value: unknown, line: number, raw?: string): void {
    if (typeof value === 'string') {
      if (!this.#isTooLong(value, line)) this.#records.push(recordOfText(value, this.#context));
    } else if (isObject(value)) {
      const record = recordOfObject(value, raw === undefined ? this.#context : { ...this.#context, raw });
      if (raw !== undefined || !this.#isTooLong(record.raw, line)) this.#records.push(record);
    } else {
      this.#reject(line, `expected an object or a string, got ${nameOf(value)}`);
    }
  }

  #isTooLong(line: string, number: number): boolean {
    const { maxLineBytes } = this.#limits;
    if (line.length * 3 <= maxLineBytes) return false;
    const bytes = Buffer.byteLength(line);
    if (bytes <= maxLineBytes) return false;
    this.#reject(number, `${bytes} bytes are more than the limit of ${maxLineBytes} for one line`);
    return true;
  }

  #reject(line: number, reason: string): void {
    this.#rejected += 1;
    this.#told += 1;
    if (this.#told <= MAX_ERRORS) this.#errors.push({ line, reason });
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

interface Piece {
  readonly chunk: LineChunk;
  /** The number of its first line. */
  readonly first: number;
  readonly isLast: boolean;
}

/** The lines of a body, some at a time; `\r\n` is a line end as well. At least one piece. */
function* piecesOf(bytes: Buffer): Generator<Piece> {
  let first = 1;
  let start = 0;
  do {
    const starts: number[] = [];
    const ends: number[] = [];
    const begin = start;
    while (start < bytes.length && starts.length < PIECE_LINES && start - begin < PIECE_CHARACTERS) {
      const found = bytes.indexOf(LINE_FEED, start);
      const end = found < 0 ? bytes.length : found;
      starts.push(start);
      ends.push(end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
      start = end + 1;
    }
    yield { chunk: { bytes, starts, ends }, first, isLast: start >= bytes.length };
    first += starts.length;
  } while (start < bytes.length);
}

function firstLine(text: string): string {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    if (text.slice(start, end).trim() !== '') return text.slice(start, end);
    start = end + 1;
  }
  return text.slice(start);
}

/** The physical line of an index; the last one without an index (the text ended too early). */
function lineOf(text: string, position = text.trimEnd().length): number {
  return text.slice(0, position).split('\n').length;
}

function parse(text: string): { ok: true; value: unknown } | { ok: false; position?: number } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const position = / at position (\d+)/.exec((error as Error).message)?.[1];
    return position === undefined ? { ok: false } : { ok: false, position: Number(position) };
  }
}
