import { isObject, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue } from '../../record/log-record.ts';
import { recordOfObject } from '../../record/structured.ts';
import { createHarvest, type DecodeContext, type Decoded, type Harvest, type Unreadable } from './harvest.ts';
import { parseJson } from './json.ts';
import { type EnvelopeItem, parseEnvelope } from './sentry-envelope.ts';
import { recordOfSentryEvent } from './sentry-event.ts';

export interface SentryRecords extends Decoded {
  readonly eventId: string | undefined;
}

/** Where a sender's message came in. */
export interface SentryContext extends DecodeContext {
  /** The number at the end of the DSN. */
  readonly project: string;
}

/** The events and logs of an envelope; what else Sentry takes (sessions, transactions, attachments …) is counted as no error. */
export function decodeEnvelope(body: Uint8Array, context: SentryContext): SentryRecords | Unreadable {
  const envelope = parseEnvelope(body);
  if (!envelope) return { unreadable: 'no envelope: the first line is no JSON object' };
  const harvest = createHarvest(context);
  for (const item of envelope.items) readItem(item, harvest, context);
  if (envelope.broken) harvest.drop('malformed');
  return { records: harvest.records, dropped: harvest.dropped, eventId: envelope.eventId };
}

/** `POST /api/<project>/store/`: one event, from SDKs before envelopes. */
export function decodeStore(body: Uint8Array, context: SentryContext): SentryRecords | Unreadable {
  const parsed = parseJson(body);
  if (!parsed.ok || !isObject(parsed.value)) return { unreadable: 'no event: expected a JSON object' };
  const harvest = createHarvest(context);
  harvest.add(recordOfSentryEvent(parsed.value, context.project, context));
  const { event_id: id } = parsed.value;
  const eventId = typeof id === 'string' ? id.slice(0, 64) : undefined;
  return { records: harvest.records, dropped: harvest.dropped, eventId };
}

function readItem({ type, payload }: EnvelopeItem, harvest: Harvest, context: SentryContext): void {
  if (type !== 'event' && type !== 'log' && type !== 'client_report') {
    harvest.drop('not_an_error');
    return;
  }
  const parsed = parseJson(payload);
  if (!parsed.ok || !isObject(parsed.value)) harvest.drop('malformed');
  else if (type === 'event') harvest.add(recordOfSentryEvent(parsed.value, context.project, context));
  else if (type === 'log') readLogs(parsed.value['items'], harvest, context);
  else readReport(parsed.value['discarded_events'], harvest);
}

/** Sentry's structured logs. https://develop.sentry.dev/sdk/telemetry/logs/ */
function readLogs(items: unknown, harvest: Harvest, context: SentryContext): void {
  if (!Array.isArray(items)) {
    harvest.drop('malformed');
    return;
  }
  for (const item of items as readonly unknown[]) {
    if (!isObject(item)) {
      harvest.drop('malformed');
      continue;
    }
    const attributes = isObject(item['attributes']) ? plainAttributes(item['attributes']) : {};
    const { timestamp, level, severity_number, body, trace_id, span_id } = item;
    const host = attributes['server.address'] ?? attributes['sentry.server.address'];
    const fields = {
      timestamp,
      level_name: level,
      severity_number,
      message: body,
      trace_id,
      span_id,
      attributes,
    };
    const service = `sentry-project-${context.project}`;
    harvest.add(
      recordOfObject(fields, {
        observedAt: context.observedAt,
        service,
        ...(typeof host === 'string' ? { host } : {}),
      }),
    );
  }
}

/** `{"key": {"value": 5, "type": "integer"}}`. */
function plainAttributes(attributes: { readonly [key: string]: unknown }): MutableObject {
  const plain: MutableObject = {};
  for (const [key, value] of Object.entries(attributes).slice(0, 1000)) {
    setOwn(plain, key, (isObject(value) && 'value' in value ? value['value'] : value) as AnyValue);
  }
  return plain;
}

/** What an SDK had to throw away itself, for errors and logs. https://develop.sentry.dev/sdk/telemetry/client-reports/ */
function readReport(discarded: unknown, harvest: Harvest): void {
  harvest.drop('not_an_error');
  for (const entry of Array.isArray(discarded) ? (discarded as readonly unknown[]) : []) {
    if (!isObject(entry) || !LOSSES.has(entry['category'])) continue;
    const { quantity } = entry;
    if (typeof quantity === 'number' && quantity > 0)
      harvest.drop('sender_lost', Math.min(Math.ceil(quantity), 1e9));
  }
}

const LOSSES: ReadonlySet<unknown> = new Set(['error', 'default', 'log_item']);
