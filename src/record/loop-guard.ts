import { isObject } from './bounded-value.ts';
import type { Attributes, LogRecord } from './log-record.ts';

export type LoopReason = 'internal_event' | 'own_line';

/** Events that stand for an alert itself (product.md section 2, Loop guard). */
const INTERNAL: ReadonlySet<unknown> = new Set(['internal_alert', 'alert_received']);
const INTERNAL_PAIR =
  /(?:^|[\s,;{["'\\(])event["'\\]{0,16}\s?[=:]\s?["'\\]{0,16}(?:internal_alert|alert_received)(?![\w-])/;

const NAME = 'tocsin';
/** Our line for people (`tocsin: WARN …`), bare or behind the prefix of docker compose. */
const OWN_PLAIN = /^(?:tocsin[\w.-]* +\| ?)?tocsin: /;
/** Our line behind the head of a log file: `May  1 10:00:00 host tocsin[12]: …`, `2024-05-01T10:00:00Z host tocsin: …`. */
const OWN_SYSLOG = /^(?:[A-Z][a-z]{2} +\d+ [\d:.]+|\d{4}-\d\d-\d\dT\S+) \S+ tocsin(?:\[\d+\])?: /;
/** The beginning of a line of our pino, wherever it stands in a line. */
const OWN_JSON = /\{"level":\d+,"time":\d+,"pid":\d+,"hostname":"[^"]{0,256}","name":"tocsin"[,}]/;

/** Objects in which an `event` is looked for. */
const MAX_DEPTH = 4;

/**
 * Why a record must not be looked at, or undefined: it is about an alert itself, or Tocsin wrote it. A line of another program
 * that only mentions tocsin (`tocsin.service: Failed`) is an ordinary one. Asked before redaction; linear.
 */
export function loopReason(record: LogRecord): LoopReason | undefined {
  if (isInternal(record)) return 'internal_event';
  return isOwn(record) ? 'own_line' : undefined;
}

function isInternal(record: LogRecord): boolean {
  if (INTERNAL.has(record.event)) return true;
  const { body, raw, attributes } = record;
  // An event anywhere in the record stands in its raw text, too; most lines are done here.
  if (mentions(body) && INTERNAL_PAIR.test(body)) return true;
  if (raw !== body && !mentions(raw)) return false;
  return hasInternalEvent(attributes, 0);
}

function mentions(text: string): boolean {
  return text.includes('alert') && (text.includes('internal_alert') || text.includes('alert_received'));
}

function hasInternalEvent(object: Attributes, depth: number): boolean {
  if (INTERNAL.has(object['event'])) return true;
  if (depth >= MAX_DEPTH) return false;
  return Object.values(object).some(
    (value) => isObject(value) && hasInternalEvent(value as Attributes, depth + 1),
  );
}

function isOwn({ resource, attributes, severityNumber, severityText, body }: LogRecord): boolean {
  if (resource.service === NAME) return true;
  // pino's level is a number; `"name":"tocsin"` beside a level in words is a Kubernetes controller's object.
  if (attributes['name'] === NAME && severityNumber > 0 && severityText === undefined) return true;
  return body.includes(NAME) && (OWN_PLAIN.test(body) || OWN_SYSLOG.test(body) || OWN_JSON.test(body));
}
