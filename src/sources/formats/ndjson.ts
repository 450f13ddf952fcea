import { isObject } from '../../record/bounded-value.ts';
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

/** Some of a body's lines, in their order. */
export interface BodyPiece {
  readonly records: readonly LogRecord[];
  /** Text lines that are part of the record of another line (stack traces). */
  readonly joined: number;
  readonly rejected: number;
  /** Of the first 100 of the body that were rejected, those of this piece. */
  readonly errors: readonly LineError[];
}

const MAX_ERRORS = 100;
/** What is decoded and committed at a time: small enough that the event loop is free again within some tens of ms. */
const PIECE_LINES = 5_000;
const PIECE_CHARACTERS = 512 * 1024;
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
  limits: LineLimits,
): Generator<BodyPiece> {
  const decoded = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const text = decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded;
  const reader = new BodyReader(context, limits);
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (NDJSON.test(type)) yield* reader.readNdjson(text);
  else if (JSON_TYPE.test(type)) yield* reader.readJson(text);
  else if (type.startsWith('text/')) yield* reader.readText(text);
  else yield* reader.readUnknown(text);
  yield reader.take();
}

class BodyReader {
  #records: LogRecord[] = [];
  #errors: LineError[] = [];
  #joined = 0;
  #rejected = 0;
  #told = 0;
  #lines = 0;
  #characters = 0;
  readonly #context: RecordContext;
  readonly #limits: LineLimits;

  constructor(context: RecordContext, limits: LineLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** What was read since the last time. */
  take(): BodyPiece {
    const piece = {
      records: this.#records,
      joined: this.#joined,
      rejected: this.#rejected,
      errors: this.#errors,
    };
    this.#records = [];
    this.#errors = [];
    this.#joined = 0;
    this.#rejected = 0;
    this.#lines = 0;
    this.#characters = 0;
    return piece;
  }

  *readText(text: string): Generator<BodyPiece> {
    // All lines are here: none has to wait for another one. A trace may go on in the next piece.
    const { maxLineBytes } = this.#limits;
    const streams = new TextStreams({ stackTraceMs: 1, maxLineBytes, syslog: false });
    for (const [line, number] of linesOf(text)) {
      if (line.trim() !== '' && !this.#isTooLong(line, number))
        streams.take('', line, this.#context, this.#records);
      if (this.#isFull(line.length)) {
        this.#joined = streams.takeJoined();
        yield this.take();
      }
    }
    streams.flush(this.#records);
    this.#joined = streams.takeJoined();
  }

  *readNdjson(text: string): Generator<BodyPiece> {
    for (const [line, number] of linesOf(text)) {
      if (line.trim() !== '' && !this.#isTooLong(line, number)) {
        const parsed = parse(line);
        if (parsed.ok) this.#add(parsed.value, number, line);
        else this.#reject(number, NO_JSON);
      }
      if (this.#isFull(line.length)) yield this.take();
    }
  }

  /** One value, an array of them, or lines of JSON under the wrong type. */
  *readJson(text: string): Generator<BodyPiece> {
    const parsed = parse(text);
    if (parsed.ok) yield* this.#addAll(parsed.value);
    else if (parse(firstLine(text)).ok) yield* this.readNdjson(text);
    else this.#reject(lineOf(text, parsed.position), NO_JSON);
  }

  *readUnknown(text: string): Generator<BodyPiece> {
    const start = text.trimStart();
    // `[2024-05-01 …`, `["GET"] 200` and `{main} …` are text; an object that was cut off is not.
    const object = /^(?:\[\s*)?\{\s*["}]/.test(start);
    const parsed = !object && start.startsWith('[') ? parse(text) : undefined;
    if (object) yield* this.readJson(text);
    else if (parsed?.ok) yield* this.#addAll(parsed.value);
    else yield* this.readText(text);
  }

  *#addAll(value: unknown): Generator<BodyPiece> {
    if (!Array.isArray(value)) return this.#add(value, 1);
    for (const [index, item] of value.entries()) {
      this.#add(item, index + 1);
      if (this.#isFull(this.#records.at(-1)?.raw.length ?? 0)) yield this.take();
    }
  }

  #isFull(characters: number): boolean {
    this.#lines += 1;
    this.#characters += characters;
    return this.#lines >= PIECE_LINES || this.#characters >= PIECE_CHARACTERS;
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

/** Lines with their numbers; `\r\n` is a line end as well. */
function* linesOf(text: string): Generator<[line: string, number: number]> {
  let number = 1;
  for (let start = 0; start < text.length; number++) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    yield [line, number];
    start = end + 1;
  }
}

function firstLine(text: string): string {
  for (const [line] of linesOf(text)) if (line.trim() !== '') return line;
  return '';
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
