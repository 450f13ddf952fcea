/**
 * The protobuf wire format, read without a schema: enough for messages that are small and known (OTLP logs, Loki push).
 * https://protobuf.dev/programming-guides/encoding/
 */
export type WireField =
  | { readonly number: number; readonly wire: 'varint' | 'fixed64' | 'fixed32'; readonly value: bigint }
  | { readonly number: number; readonly wire: 'bytes'; readonly value: Uint8Array };

/** Bytes that are no protobuf message. Caught where a message is decoded; it never leaves `formats/`. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** The fields of a message in their order, groups (deprecated since 2008) left out. Throws WireError. Copies nothing. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  const reader: Reader = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  while (reader.at < bytes.length) {
    const tag = readVarint(reader);
    const number = Number(tag >> 3n);
    if (number < 1 || number > 0x1fff_ffff) throw new WireError(`field number ${number}`);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, wire: 'varint', value: readVarint(reader) };
        break;
      case 1:
        yield { number, wire: 'fixed64', value: reader.view.getBigUint64(skip(reader, 8), true) };
        break;
      case 2:
        yield { number, wire: 'bytes', value: readBytes(reader) };
        break;
      case 5:
        yield { number, wire: 'fixed32', value: BigInt(reader.view.getUint32(skip(reader, 4), true)) };
        break;
      default:
        throw new WireError(`wire type ${tag & 7n}`);
    }
  }
}

/** `int64` and `int32` as a varint writes them: two's complement of 64 bits. */
export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** The text of a `string` field; what is no UTF-8 is replaced. */
export function textOf(field: WireField): string {
  return field.wire === 'bytes' ? UTF8.decode(field.value) : String(field.value);
}

/** The message inside a field. Throws WireError when the field holds none. */
export function messageOf(field: WireField): Uint8Array {
  if (field.wire !== 'bytes') throw new WireError(`field ${field.number} is no message`);
  return field.value;
}

const UTF8 = new TextDecoder();

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** Ten bytes at most; small ones (nearly all) without a bigint on the way. */
function readVarint(reader: Reader): bigint {
  const { bytes } = reader;
  let small = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[reader.at++];
    if (byte === undefined) throw new WireError('cut off in a number');
    small |= (byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt(small);
  }
  let value = BigInt(small);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = bytes[reader.at++];
    if (byte === undefined) throw new WireError('cut off in a number');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new WireError('a number of more than ten bytes');
}

function readBytes(reader: Reader): Uint8Array {
  const length = readVarint(reader);
  if (length > BigInt(reader.bytes.length)) throw new WireError('a length beyond the end');
  const start = skip(reader, Number(length));
  return reader.bytes.subarray(start, reader.at);
}

function skip(reader: Reader, length: number): number {
  const start = reader.at;
  if (start + length > reader.bytes.length) throw new WireError('cut off');
  reader.at = start + length;
  return start;
}
