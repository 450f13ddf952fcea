import { gunzipSync, inflateSync } from 'node:zlib';
import { isObject, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import { exceptionInText } from '../../record/exception-in-text.ts';
import type { AnyValue, LogRecord } from '../../record/log-record.ts';
import { recordOfObject } from '../../record/structured.ts';
import type { DecodeContext } from './harvest.ts';
import { parseJson } from './json.ts';

export type GelfMessage =
  | { readonly record: LogRecord }
  /** Why it is none: `too_large`, `malformed`. */
  | { readonly dropped: string };

/**
 * The record of one GELF message, plain or compressed by gzip or zlib. https://go2docs.graylog.org/current/getting_in_log_data/gelf.html
 * Additional fields lose their underscore; `full_message` is looked through for a stack trace. Never throws.
 */
export function decodeGelf(bytes: Uint8Array, context: DecodeContext): GelfMessage {
  const inflated = inflate(bytes, context.maxBodyBytes);
  if ('dropped' in inflated) return inflated;
  const parsed = parseJson(inflated.bytes);
  return parsed.ok && isObject(parsed.value)
    ? { record: recordOfGelf(parsed.value, context) }
    : { dropped: 'malformed' };
}

function inflate(
  bytes: Uint8Array,
  maxOutputLength: number,
): { readonly bytes: Uint8Array } | { readonly dropped: string } {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  // zlib's first byte names deflate and a window, the first two are a multiple of 31 (RFC 1950).
  const zlib = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  try {
    if (gzip) return { bytes: gunzipSync(bytes, { maxOutputLength }) };
    if (zlib) return { bytes: inflateSync(bytes, { maxOutputLength }) };
    return bytes.length > maxOutputLength ? { dropped: 'too_large' } : { bytes };
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return { dropped: tooLarge ? 'too_large' : 'malformed' };
  }
}

function recordOfGelf(message: { readonly [key: string]: unknown }, context: DecodeContext): LogRecord {
  const fields: MutableObject = {};
  for (const key of Object.keys(message)) {
    if (OWN.has(key)) continue;
    const bare = key.replace(/^_/, '');
    const name = bare === '' || GIVEN.has(bare) ? key : bare;
    setOwn(fields, name, message[key] as AnyValue);
  }
  const { version, short_message: short, full_message: full, host, timestamp, level, facility } = message;
  const stack = typeof full === 'string' ? exceptionInText(full)?.stacktrace : undefined;
  const rest = stack === undefined && typeof full === 'string' && full !== short ? full : undefined;
  const object: MutableObject = {
    ...given('message', short),
    ...given('timestamp', timestamp),
    ...given('level_name', level),
    ...given('host.name', host),
    ...given('stack_trace', stack),
    ...fields,
    ...given('full_message', rest),
    ...given('gelf_version', version),
  };
  // Docker's driver names the container; GELF 1.0 had a facility.
  const service = firstText([fields['tag'], facility]);
  const { observedAt } = context;
  return recordOfObject(object, { observedAt, ...(service === undefined ? {} : { service }) });
}

/** The fields of the format itself. */
const OWN = new Set(['version', 'host', 'short_message', 'full_message', 'timestamp', 'level', 'facility']);

/** The names under which they are handed on; an additional field of that name keeps its underscore. */
const GIVEN = new Set([
  'message',
  'timestamp',
  'level_name',
  'host.name',
  'stack_trace',
  'full_message',
  'gelf_version',
]);

function given(name: string, value: unknown): MutableObject {
  return value === undefined || value === null || value === '' ? {} : { [name]: value as AnyValue };
}

function firstText(values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string' && value !== '') as string | undefined;
}
