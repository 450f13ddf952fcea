import { isObject, MAX_DEPTH, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue, Attributes } from '../../record/log-record.ts';
import type { Unreadable } from './harvest.ts';
import { parseJson } from './json.ts';
import type { OtlpLog, OtlpVisitor } from './otlp-log.ts';

/**
 * Reads an ExportLogsServiceRequest in OTLP's JSON: names in lowerCamelCase, 64-bit numbers as text, ids in hex.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function readOtlpJson(body: Uint8Array, visit: OtlpVisitor): Unreadable | undefined {
  const parsed = parseJson(body);
  if (!parsed.ok) return { unreadable: 'not valid JSON' };
  const resourceLogs = isObject(parsed.value) ? parsed.value['resourceLogs'] : undefined;
  if (!isObject(parsed.value) || (resourceLogs !== undefined && !Array.isArray(resourceLogs))) {
    return { unreadable: 'expected an object with the array resourceLogs' };
  }
  for (const group of listOf(resourceLogs)) {
    const resource = attributesOf(member(member(group, 'resource'), 'attributes'), 0);
    for (const scopeLogs of listOf(member(group, 'scopeLogs'))) {
      const scope = textOf(member(member(scopeLogs, 'scope'), 'name'));
      for (const log of listOf(member(scopeLogs, 'logRecords'))) {
        visit(isObject(log) ? readLog(log, scope) : undefined, resource);
      }
    }
  }
  return undefined;
}

function readLog(log: { readonly [key: string]: unknown }, scope: string): OtlpLog {
  const number = Number(log['severityNumber']);
  return {
    timeUnixNano: nanosOf(log['timeUnixNano']),
    observedTimeUnixNano: nanosOf(log['observedTimeUnixNano']),
    severityNumber: Number.isInteger(number) ? number : 0,
    severityText: textOf(log['severityText']),
    body: anyValueOf(log['body'], 0),
    attributes: attributesOf(log['attributes'], 0),
    traceId: idOf(log['traceId'], 16),
    spanId: idOf(log['spanId'], 8),
    eventName: textOf(log['eventName']),
    scope,
  };
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function nanosOf(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  return typeof value === 'number' && value > 0 && value < 1e20 ? BigInt(Math.floor(value)) : 0n;
}

/** Hex as the rule says, or base64 as protobuf's own JSON has it. */
function idOf(value: unknown, bytes: number): string {
  const id = textOf(value);
  if (new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'i').test(id)) return id.toLowerCase();
  const decoded = id.length < 40 ? Buffer.from(id, 'base64') : Buffer.alloc(0);
  return decoded.length === bytes ? decoded.toString('hex') : '';
}

function attributesOf(value: unknown, depth: number): Attributes {
  const attributes: MutableObject = {};
  for (const pair of listOf(value)) {
    if (isObject(pair) && typeof pair['key'] === 'string') {
      setOwn(attributes, pair['key'], anyValueOf(pair['value'], depth));
    }
  }
  return attributes;
}

function anyValueOf(value: unknown, depth: number): AnyValue {
  if (!isObject(value) || depth > MAX_DEPTH) return null;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined) return numberOrText(intValue);
  if (doubleValue !== undefined) return numberOrText(doubleValue);
  if (isObject(arrayValue)) return listOf(arrayValue['values']).map((item) => anyValueOf(item, depth + 1));
  if (isObject(kvlistValue)) return attributesOf(kvlistValue['values'], depth + 1);
  return typeof bytesValue === 'string' ? bytesValue : null;
}

function numberOrText(value: unknown): AnyValue {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) {
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? String(value) : number;
  }
  return typeof value === 'string' ? value : null;
}
