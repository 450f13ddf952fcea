import type { Exception } from './log-record.ts';
import { kindOfLine } from './trace-lines.ts';

const MAX_LINES = 20;
const CAUSE = /^\s*(?:Caused by: | ---> |Wrapped by: )/;
const NODE_PLACE = /^(?:node:|file:|\/|[A-Za-z]:\\)\S*:\d+$/;
const TRACEBACK = 'Traceback (most recent call last):';

/**
 * What a text with a stack trace says, without the frames: the line that leads, the exception's head, and its causes. It is what
 * is classified, together with the exception's type and message; the frames differ between two deployments of the same error.
 */
export function bodyOfTrace(text: string, exception: Exception): string {
  const lines = text.split('\n');
  if (NODE_PLACE.test(lines[0] as string)) {
    // Above the head of an uncaught error Node shows its source.
    return bodyOfTrace(exception.stacktrace ?? text, exception);
  }
  const end = lines.findIndex((line) => isFrame(line));
  if (end < 0) return text;
  if (lines[end] === TRACEBACK || end === 0) return lines.slice(0, end + 1).join('\n');
  const head = lines.slice(0, Math.min(end, MAX_LINES));
  const causes = lines.slice(end).filter((line) => CAUSE.test(line));
  return [...head, ...causes.slice(0, MAX_LINES)].join('\n').trimEnd();
}

function isFrame(line: string): boolean {
  const kind = kindOfLine(line);
  if (kind === 'other') return /^[^\s:]+:\d+:in [`'"](?!.*\([A-Z][\w:]*\)$)/.test(line);
  return kind !== 'blank' && kind !== 'indented' && kind !== 'cause' && kind !== 'tail';
}
