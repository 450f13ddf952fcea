import { parseObject } from '../../record/structured.ts';

/**
 * The lines of a UDP datagram or of one message of a stream: a syslog message and a JSON object are one, of other text each line
 * that is not blank is one. Broken UTF-8 is replaced.
 */
export function linesOfDatagram(bytes: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes).replace(/^[\0\r\n]+/, '');
  const end = endOf(text);
  if (end === 0) return [];
  const trimmed = text.slice(0, end);
  if (!trimmed.includes('\n')) return [trimmed];
  if (/^<\d{1,3}>/.test(trimmed) || parseObject(trimmed)) return [trimmed];
  return trimmed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** Where trailing NULs and white space begin. (A regex with `+$` is quadratic.) */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && '\0\r\n\t '.includes(text[end - 1] as string)) end -= 1;
  return end;
}

/** The same of the bytes. */
export function endOfDatagram(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && isTrimmed(bytes[end - 1] as number)) end -= 1;
  return end;
}

function isTrimmed(byte: number): boolean {
  return byte === 0 || byte === 9 || byte === 10 || byte === 13 || byte === 32;
}
