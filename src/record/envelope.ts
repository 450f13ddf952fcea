import type { LogRecord, RecordDraft } from './log-record.ts';
import { SEVERITY } from './severity.ts';

/** What is known of a record besides its message. */
export type Envelope = Omit<LogRecord, 'body' | 'raw'>;

/**
 * A record that came inside another one (JSON in a syslog message, in a line of Docker). The inner one says what happened; the
 * envelope adds what the inner one does not know. A level of the inner one wins: `logger` sends everything as
 * user.notice and Docker all of stderr as an error, whatever the program itself says. A stack trace without a level of its own is
 * no information because systemd, Docker and Heroku call all that a program prints one. `raw` is the line with its envelope, `body`
 * the message that the envelope itself has, where it has one.
 */
export function mergeEnvelope(inner: LogRecord, envelope: Envelope, raw: string, body?: string): LogRecord {
  const { severityNumber, severityText } = levelOf(inner, envelope);
  const timestamp = inner.timestamp ?? envelope.timestamp;
  const event = inner.event ?? (envelope.event === body ? undefined : envelope.event);
  const error = inner.error ?? envelope.error;
  const exception = inner.exception ?? envelope.exception;
  const traceId = inner.traceId ?? envelope.traceId;
  const spanId = inner.spanId ?? envelope.spanId;
  // Nearly every line of a log is such a record: set one by one, which costs a third of spreads.
  const merged: RecordDraft = {
    observedAt: envelope.observedAt,
    severityNumber,
    body: inner.body,
    attributes: both(envelope.attributes, inner.attributes),
    resource: both(envelope.resource, inner.resource),
    raw,
  };
  if (timestamp !== undefined) merged.timestamp = timestamp;
  if (severityText !== undefined) merged.severityText = severityText;
  if (event !== undefined) merged.event = event;
  if (error !== undefined && error !== inner.body) merged.error = error;
  if (exception !== undefined) merged.exception = exception;
  if (traceId !== undefined) merged.traceId = traceId;
  if (spanId !== undefined) merged.spanId = spanId;
  return merged;
}

/** What stands in the second wins. */
function both<T extends object>(first: T, second: T): T {
  if (isEmpty(second)) return first;
  return isEmpty(first) ? second : { ...first, ...second };
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

function levelOf(inner: LogRecord, envelope: Envelope): Pick<LogRecord, 'severityNumber' | 'severityText'> {
  if (inner.severityNumber > 0) return inner;
  const crashed = inner.exception?.stacktrace !== undefined && envelope.severityNumber < SEVERITY.WARN;
  return crashed ? { severityNumber: 0 } : envelope;
}
