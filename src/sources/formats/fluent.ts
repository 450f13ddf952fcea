import { gunzipSync } from 'node:zlib';
import type { AnyValue, LogRecord } from '../../record/log-record.ts';
import { recordOfObject } from '../../record/structured.ts';
import { createHarvest, type DecodeContext, type Decoded, type Harvest } from './harvest.ts';
import { decodeMsgpack, isBytes, isMap, type MsgpackValue, plainObject, plainValue } from './msgpack.ts';
import { valueEnd } from './msgpack-scan.ts';

export interface FluentMessage {
  /** The sender waits for this to be acknowledged. */
  readonly chunk: string | undefined;
  /** Decoded as they are asked for: a chunk of 8 MB may hold a hundred thousand records. */
  readonly batches: Iterable<Decoded>;
}

/** Records decoded at once. */
const BATCH = 5_000;

/**
 * The records of one message of the Forward protocol: Message, Forward, PackedForward and CompressedPackedForward mode.
 * https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
 * `bytes` is one whole MessagePack value. Never throws.
 */
export function decodeFluent(bytes: Uint8Array, context: DecodeContext): FluentMessage {
  const parts = partsOf(bytes);
  // A heartbeat over TCP is nil.
  if (parts === 'nothing') return { chunk: undefined, batches: [] };
  const tag = parts === undefined ? undefined : textOf(decodeMsgpack(parts[0] as Uint8Array));
  if (parts === undefined || tag === undefined) return { chunk: undefined, batches: [dropOne('malformed')] };
  const [, second = EMPTY] = parts;
  const entries = isArrayHead(second[0]) ? second.subarray(headLength(second)) : undefined;
  const packed = entries ? undefined : bytesIn(second);
  const { chunk, signal, compressed } = optionOf(parts[entries || packed ? 2 : 3]);
  if (signal > 0) return { chunk, batches: [dropOne('not_a_log')] };
  const packedEntries = entries ?? (packed && unpacked(packed, compressed, context));
  if (packedEntries === undefined) {
    const harvest = createHarvest(context);
    readEntry(parts[1], parts[2], tag, harvest, context);
    return { chunk, batches: [harvest] };
  }
  if ('dropped' in packedEntries) return { chunk, batches: [dropOne(packedEntries.dropped)] };
  const batches = packedEntries.length === 0 ? [dropOne('empty')] : readEntries(packedEntries, tag, context);
  return { chunk, batches };
}

function dropOne(reason: string): Decoded {
  return { records: [], dropped: new Map([[reason, 1]]) };
}

const EMPTY = new Uint8Array(0);
/** An entry has two parts, a message four. */
const MAX_PARTS = 8;

/** The members of an array, undecoded. */
function partsOf(bytes: Uint8Array): readonly Uint8Array[] | 'nothing' | undefined {
  if (bytes[0] === 0xc0) return 'nothing';
  if (!isArrayHead(bytes[0])) return undefined;
  const parts: Uint8Array[] = [];
  for (let at = headLength(bytes); at < bytes.length; ) {
    const end = valueEnd(bytes, at);
    if (end === undefined || parts.length >= MAX_PARTS) return undefined;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts.length === 0 ? undefined : parts;
}

function isArrayHead(first: number | undefined): boolean {
  return first !== undefined && ((first >= 0x90 && first <= 0x9f) || first === 0xdc || first === 0xdd);
}

function headLength([first]: Uint8Array): number {
  if (first === 0xdc) return 3;
  return first === 0xdd ? 5 : 1;
}

/** What a `bin` or `str` holds. */
function bytesIn(part: Uint8Array): Uint8Array | undefined {
  const value = decodeMsgpack(part, { texts: 'bytes' });
  return isBytes(value) ? value : undefined;
}

function unpacked(
  packed: Uint8Array,
  compressed: string,
  { maxBodyBytes }: DecodeContext,
): Uint8Array | { readonly dropped: string } {
  if (compressed === '' || compressed === 'text') return packed;
  if (compressed !== 'gzip') return { dropped: 'malformed' };
  try {
    return gunzipSync(packed, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return { dropped: tooLarge ? 'too_large' : 'malformed' };
  }
}

/** Entries one behind the other. After one whose end cannot be found nothing more can be read. */
function* readEntries(bytes: Uint8Array, tag: string, context: DecodeContext): Generator<Decoded> {
  let harvest = createHarvest(context);
  let entries = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = valueEnd(bytes, at);
    const parts = end === undefined ? undefined : partsOf(bytes.subarray(at, end));
    if (Array.isArray(parts)) readEntry(parts[0], parts[1], tag, harvest, context);
    else harvest.drop('malformed');
    at = end ?? bytes.length;
    entries += 1;
    if (entries % BATCH === 0) {
      yield harvest;
      harvest = createHarvest(context);
    }
  }
  yield harvest;
}

function readEntry(
  time: Uint8Array | undefined,
  record: Uint8Array | undefined,
  tag: string,
  harvest: Harvest,
  context: DecodeContext,
): void {
  const fields = record && decodeMsgpack(record);
  const at = time && decodeMsgpack(time);
  if (at === undefined || !isMap(fields)) harvest.drop('malformed');
  else harvest.add(recordOfEvent(plainObject(fields), timeOf(at), tag, context));
}

/** ms since the epoch: seconds, an EventTime, or `[time, metadata]` of Fluent Bit 2. */
function timeOf(time: MsgpackValue): number | undefined {
  if (typeof time === 'number') return time > 0 ? Math.floor(time * 1000) : undefined;
  if (Array.isArray(time))
    return time[0] === undefined || Array.isArray(time[0]) ? undefined : timeOf(time[0]);
  if (typeof time !== 'object' || time === null || !('extension' in time)) return undefined;
  const { extension, data } = time;
  if (extension !== 0 || data.length !== 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, 8);
  return view.getUint32(0) * 1000 + Math.floor(view.getUint32(4) / 1e6);
}

function recordOfEvent(
  fields: { [key: string]: AnyValue },
  at: number | undefined,
  tag: string,
  { observedAt }: DecodeContext,
): LogRecord {
  const container = fields['container_name'];
  // Docker's names begin with a slash.
  if (typeof container === 'string' && container.startsWith('/'))
    fields['container_name'] = container.slice(1);
  const service = serviceOfTag(tag);
  const record = recordOfObject(fields, { observedAt, ...(service === undefined ? {} : { service }) });
  const timestamp = record.timestamp ?? at;
  return {
    ...record,
    ...(timestamp === undefined ? {} : { timestamp }),
    attributes: { ...record.attributes, 'fluent.tag': tag.slice(0, 256) },
  };
}

/** `shop` of `shop.access`; a tag that Kubernetes or Docker made names a file or an id. */
function serviceOfTag(tag: string): string | undefined {
  const [first = ''] = tag.split('.', 1);
  return /^[\w-]{1,64}$/.test(first) && !/^(?:kube|docker|[0-9a-f]{12,64}|fluent|debug)$/.test(first)
    ? first
    : undefined;
}

interface Option {
  readonly chunk: string | undefined;
  readonly compressed: string;
  /** 0 logs, 1 metrics, 2 traces (Fluent Bit). */
  readonly signal: number;
}

function optionOf(part: Uint8Array | undefined): Option {
  const value = part && decodeMsgpack(part);
  const option = isMap(value) ? plainObject(value) : {};
  const { chunk, compressed, fluent_signal: signal } = option;
  return {
    chunk: typeof chunk === 'string' && chunk !== '' && chunk.length <= 1024 ? chunk : undefined,
    compressed: typeof compressed === 'string' ? compressed : '',
    signal: typeof signal === 'number' ? signal : 0,
  };
}

function textOf(value: MsgpackValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : undefined;
}
