import { isObject } from './bounded-value.ts';
import { dayFirst } from './head-time.ts';
import type { AnyValue, Attributes } from './log-record.ts';
import { SEVERITY, severityOfName } from './severity.ts';

/** nginx' `combined`, Apache's `common`, `combined` and `vhost_combined`: https://httpd.apache.org/docs/2.4/logs.html#accesslog */
const ACCESS =
  /^(?:\S{1,255} )?[0-9A-Fa-f.:]{2,45} \S{1,255} \S{1,255} \[([^\]]{20,32})\] "[^"\n]{0,8192}" (\d{3}) /;

export interface AccessLine {
  readonly severityNumber: number;
  readonly timestamp?: number;
}

/** What a line of an access log says, or undefined for any other line. */
export function accessLine(line: string): AccessLine | undefined {
  // The quote behind the time is what other lines do not have.
  if (!line.includes('] "')) return undefined;
  const match = ACCESS.exec(line);
  const severityNumber = match ? severityOfStatus(Number(match[2])) : undefined;
  if (!match || severityNumber === undefined) return undefined;
  const timestamp = dayFirst(match[1] ?? '');
  return { severityNumber, ...(timestamp === undefined ? {} : { timestamp }) };
}

/** The server's failures are errors; what the client did wrong is none. */
function severityOfStatus(status: number): number | undefined {
  if (!(status >= 100 && status < 600)) return undefined;
  if (status >= 500) return SEVERITY.ERROR;
  return status >= 400 ? SEVERITY.WARN : SEVERITY.INFO;
}

const REQUEST = ['request', 'method', 'request_method', 'uri', 'request_uri', 'url', 'path', 'http_method'];

/**
 * The severity of a structured record that has no level: of an access log in JSON its status, and `"status": "error"` in words
 * (Datadog). A `status` beside no request is anything.
 */
export function severityOfStatusField(attributes: Attributes): number | undefined {
  const status = attributes['status'] ?? attributes['status_code'] ?? attributes['statusCode'];
  if (typeof status === 'string' && !/^\d{3}$/.test(status)) return severityOfName(status);
  const number = numberOf(status);
  if (number === undefined || !REQUEST.some((key) => isRequest(attributes[key]))) return undefined;
  return severityOfStatus(number);
}

function numberOf(value: AnyValue | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : undefined;
}

function isRequest(value: AnyValue | undefined): boolean {
  return typeof value === 'string' || isObject(value);
}
