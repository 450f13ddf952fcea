import { isObject, type MutableObject } from '../../record/bounded-value.ts';
import type { AnyValue, LogRecord } from '../../record/log-record.ts';
import { SEVERITY, severityOfName } from '../../record/severity.ts';
import { recordOfObject } from '../../record/structured.ts';
import { createHarvest, type DecodeContext, type Decoded, type Unreadable } from './harvest.ts';
import { parseJson } from './json.ts';

type Members = { readonly [key: string]: unknown };

/**
 * The alerts of an Alertmanager or Grafana webhook, a record each: firing ones by their `severity` label, ERROR without one; resolved
 * ones INFO, with the event `resolved`.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export function decodeAlerts(body: Uint8Array, context: DecodeContext): Decoded | Unreadable {
  const parsed = parseJson(body);
  if (!parsed.ok || !isObject(parsed.value)) return { unreadable: 'expected the JSON of a webhook' };
  const { alerts, truncatedAlerts } = parsed.value;
  if (!Array.isArray(alerts)) return { unreadable: 'expected an object with the array alerts' };
  const harvest = createHarvest(context);
  for (const alert of alerts as readonly unknown[]) {
    if (isObject(alert) && isObject(alert['labels']))
      harvest.add(recordOfAlert(alert, parsed.value, context));
    else harvest.drop('malformed');
  }
  // With `max_alerts` Alertmanager leaves some out, and says how many.
  if (typeof truncatedAlerts === 'number' && truncatedAlerts > 0 && truncatedAlerts < 1e6) {
    harvest.drop('sender_lost', Math.floor(truncatedAlerts));
  }
  return harvest;
}

function recordOfAlert(alert: Members, group: Members, context: DecodeContext): LogRecord {
  const labels = membersOf(alert['labels']);
  const annotations = membersOf(alert['annotations']);
  const resolved = alert['status'] === 'resolved';
  const name = textOf(labels['alertname']);
  const summary =
    textOf(annotations['summary']) || textOf(annotations['description']) || textOf(annotations['message']);
  const object: MutableObject = {
    timestamp: (resolved ? alert['endsAt'] : alert['startsAt']) as AnyValue,
    ...(resolved
      ? { event: 'resolved', severityNumber: SEVERITY.INFO, level_name: 'info' }
      : levelOf(labels['severity'] ?? labels['level'] ?? labels['priority'])),
    message: [name, summary].filter((part) => part !== '').join(': ') || 'alert',
    ...given('service.name', firstText(labels, SERVICE)),
    ...given('host.name', firstText(labels, HOST)),
    status: resolved ? 'resolved' : 'firing',
    ...given('description', annotations['description']),
    ...given('runbook_url', annotations['runbook_url']),
    ...given('generatorURL', alert['generatorURL']),
    ...given('dashboardURL', alert['dashboardURL']),
    ...given('panelURL', alert['panelURL']),
    ...given('silenceURL', alert['silenceURL']),
    ...given('valueString', alert['valueString']),
    ...given('fingerprint', alert['fingerprint']),
    ...given('receiver', group['receiver']),
    ...given('externalURL', group['externalURL']),
    labels: labels as MutableObject,
  };
  return recordOfObject(object, { observedAt: context.observedAt });
}

const SERVICE = [
  'service',
  'service_name',
  'app',
  'application',
  'job',
  'container',
  'namespace',
  'grafana_folder',
];
const HOST = ['host', 'hostname', 'node', 'instance', 'pod'];

/** Words of Alertmanager's users that are no level of a logger. https://prometheus.io/docs/practices/alerting/ */
const WORDS: Readonly<Record<string, number>> = {
  page: SEVERITY.FATAL,
  high: SEVERITY.ERROR,
  major: SEVERITY.ERROR,
  medium: SEVERITY.WARN,
  minor: SEVERITY.WARN,
  low: SEVERITY.INFO,
  none: SEVERITY.INFO,
  ticket: SEVERITY.WARN,
  p1: SEVERITY.FATAL,
  p2: SEVERITY.ERROR,
  p3: SEVERITY.WARN,
  p4: SEVERITY.INFO,
};

/** An alert that fires is an error unless its severity says that it is less. */
function levelOf(severity: unknown): MutableObject {
  const text = textOf(severity).trim();
  const word = text.toLowerCase();
  const number = severityOfName(text) ?? (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined);
  return { severityNumber: number ?? SEVERITY.ERROR, level_name: number === undefined ? 'error' : text };
}

function firstText(labels: Members, names: readonly string[]): string {
  return names.map((name) => textOf(labels[name])).find((value) => value !== '') ?? '';
}

function given(name: string, value: unknown): MutableObject {
  return value === undefined || value === null || value === '' ? {} : { [name]: value as AnyValue };
}

function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
