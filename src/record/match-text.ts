import type { Exception, LogRecord } from './log-record.ts';

/** Longest text (UTF-16 units) that is classified: as long as the longest line, so that nothing stands too late to be found. */
export const MATCH_LENGTH = 256 * 1024;
/** So much of it is kept for the exception, which stands last and tells most. */
const EXCEPTION_LENGTH = 2048;

/**
 * What signatures are matched against (product.md section 2): `event`, error and body joined by one space, then the exception
 * as `type: message`; nothing twice. At most 256 Ki UTF-16 units, never half a surrogate pair; of a longer text the exception
 * is kept. Redact the record first: cutting may leave half a secret.
 */
export function matchText(record: LogRecord): string {
  const { event, error, body } = record;
  const exception = cut(exceptionText(record.exception), EXCEPTION_LENGTH);
  if (event === undefined && error === undefined && exception === '') return cut(body, MATCH_LENGTH);
  const parts: string[] = [];
  if (event !== undefined && event !== error && event !== body && event !== exception) parts.push(event);
  if (error !== undefined && !body.includes(error) && !exception.includes(error)) parts.push(error);
  if (body !== '' && !parts.includes(body) && !isPartOf(body, error) && body !== exception) parts.push(body);
  const text = parts.filter((part) => part !== '').join(' ');
  if (exception === '') return cut(text, MATCH_LENGTH);
  const head = cut(text, MATCH_LENGTH);
  if (head.includes(exception)) return head;
  if (head === '') return exception;
  return `${cut(text, MATCH_LENGTH - exception.length - 1)} ${exception}`;
}

function isPartOf(text: string, other: string | undefined): boolean {
  return other !== undefined && other.length > text.length && other.includes(text);
}

/** `type: message`, or the one that is there. */
function exceptionText(exception: Exception | undefined): string {
  if (!exception) return '';
  const { type = '', message = '' } = exception;
  if (type === '' || message.startsWith(`${type}: `)) return message;
  return message === '' ? type : `${type}: ${message}`;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
