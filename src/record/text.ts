import { cleanText } from './clean-text.ts';
import { exceptionInText } from './exception-in-text.ts';
import { timeInHead } from './head-time.ts';
import { accessLine } from './http-status.ts';
import { idsInText } from './ids-in-text.ts';
import type { LogRecord, RecordDraft } from './log-record.ts';
import { levelInText } from './severity-in-text.ts';
import { parseObject, type RecordContext, recordOfObject } from './structured.ts';
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

  const access = accessLine(body);
  const level = access ? undefined : levelInText(body);
  const timestamp = access ? access.timestamp : timeInHead(body, context.observedAt);
  const exception = exceptionInText(body);
  const said = exception?.stacktrace === undefined ? body : bodyOfTrace(body, exception);
  const fields = idsInText(body);
  const service = fields?.service ?? context.service;
  const { host } = context;
  const record: RecordDraft = {
    observedAt: context.observedAt,
    severityNumber: level?.number ?? access?.severityNumber ?? 0,
    body: said,
    attributes: fields?.requestId === undefined ? {} : { request_id: fields.requestId },
    resource: {
      ...(service === undefined ? {} : { service: cleanText(service) }),
      ...(host === undefined ? {} : { host: cleanText(host) }),
    },
    raw,
  };
  if (timestamp !== undefined) record.timestamp = timestamp;
  if (level !== undefined) record.severityText = level.text;
  if (exception !== undefined) record.exception = exception;
  if (fields?.traceId !== undefined) record.traceId = fields.traceId;
  if (fields?.spanId !== undefined) record.spanId = fields.spanId;
  return record;
}
