import { isObject } from './bounded-value.ts';
import type { Attributes, Exception, LogRecord } from './log-record.ts';

/** A record that another process of ours wrote as JSON; undefined for anything else. Never throws. */
export function parseRecord(value: unknown): LogRecord | undefined {
  if (!isObject(value)) return undefined;
  const { observedAt, severityNumber, body, raw, attributes, resource } = value;
  if (typeof observedAt !== 'number' || typeof severityNumber !== 'number') return undefined;
  if (typeof body !== 'string' || typeof raw !== 'string') return undefined;
  if (!isObject(attributes) || !isObject(resource)) return undefined;
  return {
    observedAt,
    severityNumber,
    body,
    raw,
    attributes: attributes as Attributes,
    resource: texts(resource, ['service', 'host']),
    ...(typeof value['timestamp'] === 'number' ? { timestamp: value['timestamp'] } : {}),
    ...texts(value, ['severityText', 'event', 'error', 'traceId', 'spanId']),
    ...(isObject(value['exception']) ? { exception: exceptionOf(value['exception']) } : {}),
  };
}

function exceptionOf(value: { readonly [key: string]: unknown }): Exception {
  return texts(value, ['type', 'message', 'stacktrace']);
}

function texts<K extends string>(from: { readonly [key: string]: unknown }, keys: readonly K[]) {
  const found: { [key in K]?: string } = {};
  for (const key of keys) {
    const text = from[key];
    if (typeof text === 'string') found[key] = text;
  }
  return found;
}
