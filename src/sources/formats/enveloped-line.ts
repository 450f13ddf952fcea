import { mergeEnvelope } from '../../record/envelope.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { type RecordContext, recordOfObject } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';

/**
 * The record of a line that came with labels around it (Loki, Fluentd of Docker): the line says what happened, the labels who and
 * where. Their time wins, since it names an instant; a line's own often names no zone.
 */
export function recordOfEnvelopedLine(line: string, labels: object, context: RecordContext): LogRecord {
  const { observedAt } = context;
  const inner = recordOfText(line, { observedAt, raw: line });
  const envelope = recordOfObject(labels, { ...context, raw: line });
  const merged = mergeEnvelope(inner, envelope, inner.raw, envelope.body);
  return envelope.timestamp === undefined ? merged : { ...merged, timestamp: envelope.timestamp };
}
