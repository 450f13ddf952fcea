import type { LogRecord } from '../../record/log-record.ts';
import { redactRecord } from '../../record/redact.ts';
import { CUT_ATTRIBUTE } from '../../record/structured.ts';

export interface LineLimits {
  /** Bytes of UTF-8. */
  readonly maxLineBytes: number;
}

/** A record whose text is longer than the limit is redacted, then cut, and the attribute `tocsin.cut` says so. */
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
