import type { MutableObject } from '../../record/bounded-value.ts';
import type { AnyValue, Attributes, LogRecord } from '../../record/log-record.ts';
import { recordOfObject } from '../../record/structured.ts';
import { createHarvest, type DecodeContext, type Decoded, type Unreadable } from './harvest.ts';
import { readOtlpJson } from './otlp-json.ts';
import type { OtlpLog, OtlpVisitor } from './otlp-log.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { WireError } from './protobuf-wire.ts';

export type OtlpEncoding = 'json' | 'protobuf';

/**
 * The records of an ExportLogsServiceRequest. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
 * What cannot be read as a whole is `Unreadable`; a single log that cannot is dropped as malformed.
 */
export function decodeOtlp(
  body: Uint8Array,
  encoding: OtlpEncoding,
  context: DecodeContext,
): Decoded | Unreadable {
  const harvest = createHarvest(context);
  const visit: OtlpVisitor = (log, resource) => {
    if (log === undefined) harvest.drop('malformed');
    else harvest.add(recordOfOtlp(log, resource, context));
  };
  if (encoding === 'json') return readOtlpJson(body, visit) ?? harvest;
  try {
    readOtlpProtobuf(body, visit);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { unreadable: `no ExportLogsServiceRequest: ${error.message}` };
  }
  return harvest;
}

/** The names that count most for their role (record/fields.ts), so that an attribute `message` does not replace the body. */
function recordOfOtlp(log: OtlpLog, resource: Attributes, context: DecodeContext): LogRecord {
  const nanos = log.timeUnixNano > 0n ? log.timeUnixNano : log.observedTimeUnixNano;
  const object: MutableObject = {
    ...(nanos > 0n ? { timestamp: Number(nanos / 1_000_000n) } : {}),
    ...(log.severityNumber > 0 ? { severityNumber: log.severityNumber } : {}),
    ...text('level_name', log.severityText),
    ...text('event', log.eventName),
    ...bodyField(log.body),
    ...text('trace_id', idOf(log.traceId)),
    ...text('span_id', idOf(log.spanId)),
    ...text('service.name', firstText(resource, SERVICE)),
    ...text('host.name', firstText(resource, HOST)),
    attributes: log.attributes,
    ...text('scope', log.scope),
    resource,
  };
  return recordOfObject(object, { observedAt: context.observedAt });
}

/** https://opentelemetry.io/docs/specs/semconv/resource/: who sent it, the best name first. */
const SERVICE = ['service.name', 'k8s.deployment.name', 'k8s.container.name', 'container.name'];
const HOST = ['host.name', 'k8s.pod.name', 'k8s.node.name'];

function firstText(attributes: Attributes, names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function text(name: string, value: string): MutableObject {
  return value === '' ? {} : { [name]: value };
}

/** A body with members (a line of JSON that the Collector took apart) is one of its own: its fields count as such. */
function bodyField(body: AnyValue): MutableObject {
  if (body === null || body === '') return {};
  return { message: typeof body === 'object' ? JSON.stringify(body) : body };
}

/** All zeros mean "none" (https://www.w3.org/TR/trace-context/#trace-id). */
function idOf(hex: string): string {
  return /^0*$/.test(hex) ? '' : hex;
}
