import { cleanText } from './clean-text.ts';
import { exceptionInText } from './exception-in-text.ts';
import type { LogRecord } from './log-record.ts';
import { levelInText } from './severity-in-text.ts';
import { parseObject, type RecordContext, recordOfObject } from './structured.ts';
import { timestampAtStart } from './timestamp.ts';
import { bodyOfTrace } from './trace-body.ts';

/**
 * The log record of one text line (or of a message of several lines). A JSON object is decoded as one; of other text the body
 * is the line as it came, head included, since the `seed` fingerprint is made of it; level, time, ids and a stack trace are
 * read out of it. Of a stack trace the body is what stands before the frames. Never throws; linear.
 */
export function recordOfText(line: string, context: RecordContext): LogRecord {
  const body = cleanText(line);
  const raw = context.raw === undefined ? body : cleanText(context.raw);
  const object = parseObject(body);
  if (object) return recordOfObject(object, { ...context, raw });

  const level = levelInText(body);
  const timestamp = timestampInHead(body);
  const exception = exceptionInText(body);
  const said = exception?.stacktrace === undefined ? body : bodyOfTrace(body, exception);
  const fields = logfmtFields(body);
  const service = fields?.service ?? context.service;
  const { host } = context;
  return {
    observedAt: context.observedAt,
    ...(timestamp === undefined ? {} : { timestamp }),
    severityNumber: level?.number ?? 0,
    ...(level === undefined ? {} : { severityText: level.text }),
    body: said,
    ...(exception === undefined ? {} : { exception }),
    attributes: {},
    resource: {
      ...(service === undefined ? {} : { service: cleanText(service) }),
      ...(host === undefined ? {} : { host: cleanText(host) }),
    },
    ...(fields?.traceId === undefined ? {} : { traceId: fields.traceId }),
    ...(fields?.spanId === undefined ? {} : { spanId: fields.spanId }),
    raw,
  };
}

/** In front of a time: an opening bracket, a kernel prefix, the key of logfmt. */
const BEFORE_TIME = /^(?:<\d{1,3}>)?(?:[A-Z], )?["'[(]?(?:(?:time|ts|timestamp|t)=)?"?/;

function timestampInHead(line: string): number | undefined {
  const skip = BEFORE_TIME.exec(line)?.[0].length ?? 0;
  const code = line.charCodeAt(skip);
  return code >= 48 && code <= 57 ? timestampAtStart(line.slice(skip, skip + 48)) : undefined;
}

const LOGFMT = /(?:^|\s)(?:level|lvl|severity|msg|ts|time|caller)=/;
const FIELD =
  /(?:^|\s)(service(?:[._]name)?|app|trace[._]?id|span[._]?id)=(?:"([^"\s]{1,128})"|([^\s",;]{1,128})(?=\s|$))/gi;

interface LogfmtFields {
  service?: string;
  traceId?: string;
  spanId?: string;
}

function logfmtFields(line: string): LogfmtFields | undefined {
  if (!line.includes('=') || !LOGFMT.test(line)) return undefined;
  const fields: LogfmtFields = {};
  FIELD.lastIndex = 0;
  for (let match = FIELD.exec(line); match; match = FIELD.exec(line)) {
    const value = match[2] ?? match[3] ?? '';
    const name = match[1]?.toLowerCase() ?? '';
    if (name.startsWith('trace')) fields.traceId ??= value;
    else if (name.startsWith('span')) fields.spanId ??= value;
    else fields.service ??= value;
  }
  return fields;
}
