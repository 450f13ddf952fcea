import { isObject, MAX_VALUES, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue, Attributes, LogRecord } from '../../record/log-record.ts';
import { recordOfEnvelopedLine } from './enveloped-line.ts';
import { createHarvest, type DecodeContext, type Decoded, type Harvest, type Unreadable } from './harvest.ts';
import { parseJson } from './json.ts';
import { parseLabels } from './loki-labels.ts';
import { fieldsOf, messageOf, signed, textOf, WireError, type WireField } from './protobuf-wire.ts';
import { unsnappy } from './snappy.ts';

/**
 * The lines of a Loki push in JSON: `{"streams": [{"stream": {…}, "values": [["<ns>", "<line>", {…}]]}]}`.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
 */
export function decodeLokiJson(body: Uint8Array, context: DecodeContext): Decoded | Unreadable {
  const parsed = parseJson(body);
  const streams = parsed.ok && isObject(parsed.value) ? parsed.value['streams'] : undefined;
  if (!Array.isArray(streams)) return { unreadable: 'expected {"streams": […]}' };
  const harvest = createHarvest(context);
  for (const stream of streams as readonly unknown[]) readJsonStream(stream, harvest, context);
  return harvest;
}

function readJsonStream(stream: unknown, harvest: Harvest, context: DecodeContext): void {
  const values = isObject(stream) ? stream['values'] : undefined;
  if (!isObject(stream) || !Array.isArray(values)) {
    harvest.drop('malformed');
    return;
  }
  const labels = isObject(stream['stream']) ? (stream['stream'] as Attributes) : {};
  for (const value of values as readonly unknown[]) {
    const [at, line, metadata] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof line !== 'string') harvest.drop('malformed');
    else {
      const nanos = typeof at === 'string' || typeof at === 'number' ? at : '';
      const extra = isObject(metadata) ? (metadata as Attributes) : {};
      harvest.add(recordOfEntry({ line, nanos, labels, metadata: extra }, context));
    }
  }
}

/**
 * The lines of a Loki push in protobuf, compressed by snappy: PushRequest of pkg/push/push.proto, as promtail, Alloy and the Docker
 * driver send it.
 */
export function decodeLokiProtobuf(body: Uint8Array, context: DecodeContext): Decoded | Unreadable {
  const bytes = unsnappy(body, context.maxBodyBytes);
  if (!bytes) return { unreadable: 'not compressed by snappy, or larger than max_body' };
  const harvest = createHarvest(context);
  try {
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1) readStream(messageOf(field), harvest, context);
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { unreadable: `no PushRequest: ${error.message}` };
  }
  return harvest;
}

function readStream(bytes: Uint8Array, harvest: Harvest, context: DecodeContext): void {
  let labels: Attributes = {};
  for (const field of fieldsOf(bytes)) if (field.number === 1) labels = parseLabels(textOf(field)) ?? {};
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 2) continue;
    const entry = readEntry(field, labels);
    if (entry) harvest.add(recordOfEntry(entry, context));
    else harvest.drop('malformed');
  }
}

interface Entry {
  readonly line: string;
  /** ns since the epoch. */
  readonly nanos: string | number;
  readonly labels: Attributes;
  /** Labels of this line alone. */
  readonly metadata: Attributes;
}

function readEntry(entry: WireField, labels: Attributes): Entry | undefined {
  let nanos = '';
  let line = '';
  const metadata: MutableObject = {};
  let pairs = 0;
  try {
    for (const field of fieldsOf(messageOf(entry))) {
      if (field.number === 1) nanos = readTimestamp(messageOf(field));
      else if (field.number === 2) line = textOf(field);
      else if (field.number === 3 && pairs++ < MAX_VALUES) readPair(messageOf(field), metadata);
    }
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  return { line, nanos, labels, metadata };
}

function readTimestamp(bytes: Uint8Array): string {
  let seconds = 0n;
  let nanos = 0n;
  for (const field of fieldsOf(bytes)) {
    if (field.wire !== 'varint') continue;
    if (field.number === 1) seconds = signed(field.value);
    else if (field.number === 2) nanos = signed(field.value);
  }
  return String(seconds * 1_000_000_000n + nanos);
}

function readPair(bytes: Uint8Array, into: MutableObject): void {
  let name = '';
  let value = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = textOf(field);
    else if (field.number === 2) value = textOf(field);
  }
  setOwn(into, name, value);
}

/** Labels by which Grafana's agents name the program, when none of the usual names is there. The best first. */
const SERVICE = ['container', 'job', 'compose_service', 'unit', 'pod'];
const HOST = ['node_name', 'nodename', 'instance', 'pod'];

function recordOfEntry({ line, nanos, labels, metadata }: Entry, context: DecodeContext): LogRecord {
  const all = { ...labels, ...metadata };
  const level = all['level'] ?? all['detected_level'];
  const fields = { ...all, ...(level === undefined ? {} : { level }), timestamp: nanos };
  const service = firstText(all, SERVICE);
  const host = firstText(all, HOST);
  return recordOfEnvelopedLine(line, fields, {
    observedAt: context.observedAt,
    ...(service === undefined ? {} : { service }),
    ...(host === undefined ? {} : { host }),
  });
}

function firstText(labels: Attributes, names: readonly string[]): string | undefined {
  const values = names.map((name): AnyValue | undefined =>
    Object.hasOwn(labels, name) ? labels[name] : undefined,
  );
  return values.find((value) => typeof value === 'string' && value !== '') as string | undefined;
}
