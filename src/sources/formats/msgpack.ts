import { MAX_DEPTH, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue } from '../../record/log-record.ts';

/** A value as MessagePack has it. Bytes stay bytes: what they are, the reader of the message knows. */
export type MsgpackValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | MsgpackExtension
  | readonly MsgpackValue[]
  | MsgpackMap;
export interface MsgpackMap {
  readonly entries: readonly (readonly [key: MsgpackValue, value: MsgpackValue])[];
}
export interface MsgpackExtension {
  readonly extension: number;
  readonly data: Uint8Array;
}

/** No log record has more; a few bytes can claim millions. */
const MAX_ITEMS = 20_000;

/**
 * The value of bytes that hold exactly one (msgpack-scan.ts finds where it ends). Undefined when they do not, or when it has more than
 * 20,000 parts or more levels than a record keeps. Copies no bytes. With `texts: 'bytes'` texts are left as they came: some senders write
 * random bytes as text.
 */
export function decodeMsgpack(
  bytes: Uint8Array,
  { texts }: { readonly texts: 'decoded' | 'bytes' } = { texts: 'decoded' },
): MsgpackValue | undefined {
  const reader: Reader = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    at: 0,
    left: MAX_ITEMS,
    text: texts === 'bytes' ? (part) => part : (part) => UTF8.decode(part),
  };
  const value = read(reader, 0);
  return reader.at === bytes.length ? value : undefined;
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  left: number;
  readonly text: (bytes: Uint8Array) => string | Uint8Array;
}

function read(reader: Reader, depth: number): MsgpackValue | undefined {
  reader.left -= 1;
  if (reader.left < 0 || depth > 2 * MAX_DEPTH || reader.at >= reader.bytes.length) return undefined;
  const first = reader.bytes[reader.at++] as number;
  if (first < 0x80) return first;
  if (first >= 0xe0) return first - 256;
  if (first < 0x90) return readMap(reader, first & 15, depth);
  if (first < 0xa0) return readArray(reader, first & 15, depth);
  if (first < 0xc0) return readText(reader, first & 31);
  const simple = SIMPLE.get(first);
  if (simple !== undefined) return simple;
  const number = NUMBERS[first];
  if (number) return readNumber(reader, number);
  return readLong(reader, first, depth);
}

const SIMPLE: ReadonlyMap<number, null | boolean> = new Map([
  [0xc0, null],
  [0xc2, false],
  [0xc3, true],
]);

interface NumberKind {
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number | bigint;
}

const NUMBERS: Readonly<Record<number, NumberKind>> = {
  202: { bytes: 4, get: (view, at) => view.getFloat32(at) },
  203: { bytes: 8, get: (view, at) => view.getFloat64(at) },
  204: { bytes: 1, get: (view, at) => view.getUint8(at) },
  205: { bytes: 2, get: (view, at) => view.getUint16(at) },
  206: { bytes: 4, get: (view, at) => view.getUint32(at) },
  207: { bytes: 8, get: (view, at) => view.getBigUint64(at) },
  208: { bytes: 1, get: (view, at) => view.getInt8(at) },
  209: { bytes: 2, get: (view, at) => view.getInt16(at) },
  210: { bytes: 4, get: (view, at) => view.getInt32(at) },
  211: { bytes: 8, get: (view, at) => view.getBigInt64(at) },
};

/** A number that JavaScript cannot hold is its digits. */
function readNumber(reader: Reader, { bytes, get }: NumberKind): number | string | undefined {
  const start = skip(reader, bytes);
  if (start === undefined) return undefined;
  const value = get(reader.view, start);
  if (typeof value === 'number') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** The types whose length stands behind the first byte. */
function readLong(reader: Reader, first: number, depth: number): MsgpackValue | undefined {
  if (first >= 212 && first <= 216) return readExtension(reader, 2 ** (first - 212));
  const width = WIDTHS[first];
  const length = width === undefined ? undefined : readLength(reader, width);
  if (length === undefined) return undefined;
  if (first <= 198) return readBytes(reader, length);
  if (first <= 201) return readExtension(reader, length);
  if (first <= 219) return readText(reader, length);
  return first <= 221 ? readArray(reader, length, depth) : readMap(reader, length, depth);
}

const WIDTHS: Readonly<Record<number, number>> = {
  ...{ 196: 1, 197: 2, 198: 4, 199: 1, 200: 2, 201: 4 },
  ...{ 217: 1, 218: 2, 219: 4, 220: 2, 221: 4, 222: 2, 223: 4 },
};

function readLength(reader: Reader, width: number): number | undefined {
  const start = skip(reader, width);
  if (start === undefined) return undefined;
  let length = 0;
  for (let index = start; index < reader.at; index++) length = length * 256 + (reader.bytes[index] as number);
  return length;
}

function readArray(reader: Reader, length: number, depth: number): readonly MsgpackValue[] | undefined {
  const items: MsgpackValue[] = [];
  for (let index = 0; index < length; index++) {
    const item = read(reader, depth + 1);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function readMap(reader: Reader, length: number, depth: number): MsgpackMap | undefined {
  const entries: [MsgpackValue, MsgpackValue][] = [];
  for (let index = 0; index < length; index++) {
    const key = read(reader, depth + 1);
    const value = key === undefined ? undefined : read(reader, depth + 1);
    if (key === undefined || value === undefined) return undefined;
    entries.push([key, value]);
  }
  return { entries };
}

function readExtension(reader: Reader, length: number): MsgpackExtension | undefined {
  const start = skip(reader, 1);
  const data = start === undefined ? undefined : readBytes(reader, length);
  return start === undefined || !data ? undefined : { extension: reader.view.getInt8(start), data };
}

function readBytes(reader: Reader, length: number): Uint8Array | undefined {
  const start = skip(reader, length);
  return start === undefined ? undefined : reader.bytes.subarray(start, start + length);
}

function skip(reader: Reader, length: number): number | undefined {
  const start = reader.at;
  if (start + length > reader.bytes.length) return undefined;
  reader.at = start + length;
  return start;
}

const UTF8 = new TextDecoder();

function readText(reader: Reader, length: number): string | Uint8Array | undefined {
  const bytes = readBytes(reader, length);
  return bytes && reader.text(bytes);
}

export function isMap(value: MsgpackValue | undefined): value is MsgpackMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    'entries' in value &&
    !Array.isArray(value) &&
    !isBytes(value)
  );
}

export function isBytes(value: MsgpackValue | undefined): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** The value as JSON has it: bytes are text, an extension is its bytes in base64. */
export function plainValue(value: MsgpackValue): AnyValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isBytes(value)) return UTF8.decode(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (isMap(value)) return plainObject(value);
  return Buffer.from((value as MsgpackExtension).data).toString('base64');
}

export function plainObject({ entries }: MsgpackMap): MutableObject {
  const object: MutableObject = {};
  for (const [key, value] of entries) {
    const name = plainValue(key);
    setOwn(object, typeof name === 'string' ? name : JSON.stringify(name), plainValue(value));
  }
  return object;
}
