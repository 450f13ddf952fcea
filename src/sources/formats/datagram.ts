import type { LogRecord } from '../../record/log-record.ts';
import { redactRecord } from '../../record/redact.ts';
import { CUT_ATTRIBUTE, parseObject, type RecordContext, recordOfObject } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';
import { recordOfSyslog } from './syslog.ts';

export interface LineLimits {
  /** Bytes of UTF-8. */
  readonly maxLineBytes: number;
}

/**
 * The records of a UDP datagram: a syslog message, a JSON object, or text, of which each line that is not blank is a record.
 * Broken UTF-8 is replaced. A text longer than the limit is redacted, then cut, and the attribute `tocsin.cut` says so.
 */
export function recordsOfDatagram(
  bytes: Uint8Array,
  context: RecordContext,
  limits: LineLimits,
): LogRecord[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes).replace(/^[\0\r\n]+/, '');
  const end = endOf(text);
  if (end === 0) return [];
  const trimmed = text.slice(0, end);
  const message = recordOfSyslog(trimmed, context) ?? recordOfJson(trimmed, context);
  if (message) return [cutRecord(message, limits)];
  return trimmed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => cutRecord(recordOfSyslog(line, context) ?? recordOfText(line, context), limits));
}

/** Where trailing NULs and white space begin. (A regex with `+$` is quadratic.) */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && '\0\r\n\t '.includes(text[end - 1] as string)) end -= 1;
  return end;
}

function recordOfJson(text: string, context: RecordContext): LogRecord | undefined {
  const object = parseObject(text);
  return object && recordOfObject(object, { ...context, raw: text });
}

/** A record whose text is longer than the limit: redacted, then cut; the attribute `tocsin.cut` says so. */
export function cutRecord(record: LogRecord, { maxLineBytes }: LineLimits): LogRecord {
  if (record.raw.length * 3 <= maxLineBytes) return record;
  const bytes = Buffer.byteLength(record.raw);
  if (bytes <= maxLineBytes) return record;
  // Half a secret is one that no rule knows any more.
  const clean = redactRecord(record);
  return {
    ...clean,
    body: cutBytes(clean.body, maxLineBytes),
    raw: cutBytes(clean.raw, maxLineBytes),
    attributes: { ...clean.attributes, [CUT_ATTRIBUTE]: `${bytes} bytes, cut to ${maxLineBytes}` },
  };
}

/** Cuts at a character's boundary. */
function cutBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] as number) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
