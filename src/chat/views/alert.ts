import type { Block, Button, Message, Span } from '../../message/message.ts';
import type { AlertDetail } from '../../store/alerts.ts';
import type { ChatContext } from '../command.ts';
import { formatAgo, formatSpan, plural } from './format.ts';
import { sentryLink } from './sentry-link.ts';
import { severitySign } from './severity-sign.ts';

type AlertContext = Pick<ChatContext, 'time' | 'sentry' | 'mentions' | 'now'>;

/** One hour: what the 🔕 button mutes for. */
export const MUTE_BUTTON_MS = 3_600_000;

/** The message of one ring (product.md section 6). */
export function alertMessage(context: AlertContext, alert: AlertDetail): Message {
  const title = alert.summary || alert.signatureId || alert.canonical;
  const name = alert.signatureId ?? alert.canonical;
  return {
    summary: `${severitySign(alert.severity)} ${title} · ${countText(alert)}${servicesSuffix(alert)}`,
    ...(alert.policy === 'retry' ? { silent: true } : {}),
    ...(alert.policy === 'escalate' ? { mentions: context.mentions } : {}),
    blocks: [
      { type: 'title', text: `${severitySign(alert.severity)} ${title}` },
      ...alertBody(context, alert, name),
    ],
    buttons: alertButtons(context, alert),
  };
}

/** The same ring once more, to the escalation destination, because nobody acknowledged it. */
export function escalationMessage(context: AlertContext, alert: AlertDetail): Message {
  const title = alert.summary || alert.signatureId || alert.canonical;
  const since = formatAgo(alert.rangAt, context.now());
  const head = `🚨 Not acknowledged: ${title}`;
  return {
    ...alertMessage(context, alert),
    summary: `${head} (rang ${since})`,
    mentions: context.mentions,
    blocks: [
      { type: 'title', text: head },
      { type: 'text', spans: [`It rang ${since}, and nobody has acknowledged it.`] },
      ...alertBody(context, alert, alert.signatureId ?? alert.canonical),
    ],
  };
}

function alertBody(context: AlertContext, alert: AlertDetail, name: string): Block[] {
  const now = context.now();
  const fields: Array<{ label: string; value: Span[] }> = [
    { label: 'Signature', value: [{ style: 'code', text: name }] },
    {
      label: 'Category',
      value: [{ style: 'code', text: alert.category }, ` · ${alert.policy} · ${alert.severity}`],
    },
    { label: 'Count', value: [countText(alert)] },
    { label: 'First', value: [context.time(alert.firstAt, now)] },
    { label: 'Last', value: [context.time(alert.lastAt, now)] },
  ];
  if (alert.services.length > 0) {
    const label = alert.services.length === 1 ? 'Service' : 'Services';
    fields.push({ label, value: [{ style: 'code', text: alert.services.join(', ') }] });
  }
  const texts = [...new Set(alert.samples.map((sample) => sample.text))];
  const samples = texts.map(
    (text, index): Block => ({
      type: 'code',
      text,
      ...(index === 0 ? { label: texts.length === 1 ? 'Sample' : 'Samples' } : {}),
    }),
  );
  return [{ type: 'fields', fields }, ...samples, ...runbook(alert), footer(alert)];
}

function runbook(alert: AlertDetail): Block[] {
  if (alert.runbook === undefined) return [];
  const value: Span = /^https?:\/\/\S+$/.test(alert.runbook)
    ? { style: 'link', text: alert.runbook, url: alert.runbook }
    : alert.runbook;
  return [{ type: 'text', spans: [{ style: 'bold', text: 'Runbook' }, ' ', value] }];
}

function footer(alert: AlertDetail): Block {
  const spans: Span[] = ['fingerprint ', { style: 'code', text: alert.fingerprint }, ` · alert ${alert.id}`];
  if (alert.acked) spans.push(` · acknowledged by ${alert.acked.by}`);
  return { type: 'note', spans };
}

/** `3 in 5 min`: within the window while it still lies in there, else over the time that it has gone on. */
function countText(alert: AlertDetail): string {
  const span = alert.lastAt - alert.firstAt;
  return `${plural(alert.count, 'event')} in ${formatSpan(Math.max(span, alert.windowMs))}`;
}

function servicesSuffix(alert: AlertDetail): string {
  return alert.services.length === 0 ? '' : ` · ${alert.services.slice(0, 3).join(', ')}`;
}

function alertButtons(context: AlertContext, alert: AlertDetail): Button[][] {
  return [
    [
      { kind: 'action', label: '📄 Samples', action: `samples:${alert.fingerprint}` },
      {
        kind: 'link',
        label: '🔍 Sentry',
        url: sentryLink(context.sentry, alert.signatureId, alert.canonical),
      },
    ],
    [
      { kind: 'action', label: '✅ Ack', action: `ack:${alert.id}` },
      { kind: 'action', label: '🔕 1h', action: `mute:${alert.fingerprint}` },
    ],
  ];
}
