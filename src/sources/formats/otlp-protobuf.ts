import { MAX_DEPTH, MAX_VALUES, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue, Attributes } from '../../record/log-record.ts';
import type { OtlpLog, OtlpVisitor } from './otlp-log.ts';
import { fieldsOf, messageOf, signed, textOf, WireError, type WireField } from './protobuf-wire.ts';

/**
 * Reads an ExportLogsServiceRequest. Field numbers: opentelemetry/proto/logs/v1/logs.proto, common/v1/common.proto,
 * resource/v1/resource.proto. Throws WireError when the request as a whole cannot be read.
 */
export function readOtlpProtobuf(bytes: Uint8Array, visit: OtlpVisitor): void {
  for (const field of fieldsOf(bytes)) if (field.number === 1) readResourceLogs(messageOf(field), visit);
}

function readResourceLogs(bytes: Uint8Array, visit: OtlpVisitor): void {
  // The resource counts for all its logs, wherever it stands.
  const resource: MutableObject = {};
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) readKeyValues(messageOf(field), resource, newAllowance());
  }
  for (const field of fieldsOf(bytes))
    if (field.number === 2) readScopeLogs(messageOf(field), resource, visit);
}

function readScopeLogs(bytes: Uint8Array, resource: Attributes, visit: OtlpVisitor): void {
  let scope = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) scope = scopeName(messageOf(field));
    else if (field.number === 2) visit(readable(field, scope), resource);
  }
}

function scopeName(bytes: Uint8Array): string {
  for (const field of fieldsOf(bytes)) if (field.number === 1) return textOf(field);
  return '';
}

function readable(field: WireField, scope: string): OtlpLog | undefined {
  try {
    return readLog(messageOf(field), scope);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function readLog(bytes: Uint8Array, scope: string): OtlpLog {
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = '';
  let body: AnyValue = null;
  const attributes: MutableObject = {};
  let traceId = '';
  let spanId = '';
  let eventName = '';
  const allowance = newAllowance();
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case 1:
        timeUnixNano = numberOf(field);
        break;
      case 2:
        severityNumber = Number(numberOf(field));
        break;
      case 3:
        severityText = textOf(field);
        break;
      case 5:
        body = readAnyValue(messageOf(field), allowance);
        break;
      case 6:
        readKeyValue(messageOf(field), attributes, allowance);
        break;
      case 9:
        traceId = hexOf(field);
        break;
      case 10:
        spanId = hexOf(field);
        break;
      case 11:
        observedTimeUnixNano = numberOf(field);
        break;
      case 12:
        eventName = textOf(field);
        break;
    }
  }
  const times = { timeUnixNano, observedTimeUnixNano };
  return { ...times, severityNumber, severityText, body, attributes, traceId, spanId, eventName, scope };
}

function numberOf(field: WireField): bigint {
  if (field.wire === 'bytes') throw new WireError(`field ${field.number} is no number`);
  return field.value;
}

function hexOf(field: WireField): string {
  return Buffer.from(messageOf(field)).toString('hex').slice(0, 64);
}

/** What may still be read of one log: two bytes make a value, and a body has room for millions. */
interface Allowance {
  values: number;
  depth: number;
}

/** More than a record keeps, so that it says that something was cut. */
const newAllowance = (): Allowance => ({ values: 2 * MAX_VALUES, depth: MAX_DEPTH });

function readKeyValues(bytes: Uint8Array, into: MutableObject, allowance: Allowance): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) readKeyValue(messageOf(field), into, allowance);
  }
}

function readKeyValue(bytes: Uint8Array, into: MutableObject, allowance: Allowance): void {
  if (allowance.values <= 0) return;
  let key = '';
  let value: AnyValue = null;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = textOf(field);
    else if (field.number === 2) value = readAnyValue(messageOf(field), allowance);
  }
  setOwn(into, key, value);
}

function readAnyValue(bytes: Uint8Array, allowance: Allowance): AnyValue {
  allowance.values -= 1;
  if (allowance.depth <= 0) throw new WireError(`deeper than ${MAX_DEPTH} levels`);
  allowance.depth -= 1;
  let value: AnyValue = null;
  for (const field of fieldsOf(bytes)) value = readOneOf(field, allowance) ?? value;
  allowance.depth += 1;
  return value;
}

function readOneOf(field: WireField, allowance: Allowance): AnyValue | undefined {
  switch (field.number) {
    case 1:
      return textOf(field);
    case 2:
      return numberOf(field) !== 0n;
    case 3:
      return safeInteger(signed(numberOf(field)));
    case 4:
      return doubleOf(numberOf(field));
    case 5:
      return readArray(messageOf(field), allowance);
    case 6: {
      const object: MutableObject = {};
      readKeyValues(messageOf(field), object, allowance);
      return object;
    }
    case 7:
      return Buffer.from(messageOf(field)).toString('base64');
    default:
      return undefined;
  }
}

function readArray(bytes: Uint8Array, allowance: Allowance): AnyValue {
  const items: AnyValue[] = [];
  for (const field of fieldsOf(bytes)) {
    if (allowance.values <= 0) break;
    if (field.number === 1) items.push(readAnyValue(messageOf(field), allowance));
  }
  return items;
}

function safeInteger(value: bigint): AnyValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
