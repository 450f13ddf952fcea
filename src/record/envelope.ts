import type { LogRecord } from './log-record.ts';
import { SEVERITY } from './severity.ts';

/** What is known of a record besides its message. */
export type Envelope = Omit<LogRecord, 'body' | 'raw'>;

/**
 * A record that came inside another one (JSON in a syslog message, in a line of Docker). The inner one says what happened; the
 * envelope adds what the inner one does not know. A level of the inner one wins: `logger` sends everything as
 * user.notice and Docker all of stderr as an error, whatever the program itself says. A stack trace without a level of its own is
 * no information because systemd, Docker and Heroku call all that a program prints one.
 */
export function mergeEnvelope(inner: LogRecord, envelope: LogRecord): LogRecord {
  const { severityNumber, severityText } = levelOf(inner, envelope);
  const timestamp = inner.timestamp ?? envelope.timestamp;
  const event = inner.event ?? (envelope.event === envelope.body ? undefined : envelope.event);
  const error = inner.error ?? envelope.error;
  const exception = inner.exception ?? envelope.exception;
  const traceId = inner.traceId ?? envelope.traceId;
  const spanId = inner.spanId ?? envelope.spanId;
  return {
    observedAt: envelope.observedAt,
    ...(timestamp === undefined ? {} : { timestamp }),
    severityNumber,
    ...(severityText === undefined ? {} : { severityText }),
    ...(event === undefined ? {} : { event }),
    body: inner.body,
    ...(error === undefined || error === inner.body ? {} : { error }),
    ...(exception === undefined ? {} : { exception }),
    attributes: { ...envelope.attributes, ...inner.attributes },
    resource: { ...envelope.resource, ...inner.resource },
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    raw: envelope.raw,
  };
}

function levelOf(inner: LogRecord, envelope: LogRecord): Pick<LogRecord, 'severityNumber' | 'severityText'> {
  if (inner.severityNumber > 0) return inner;
  const crashed = inner.exception?.stacktrace !== undefined && envelope.severityNumber < SEVERITY.WARN;
  return crashed ? { severityNumber: 0 } : envelope;
}
