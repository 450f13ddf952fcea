import type { Block, Button, Field, Message, Span } from '../../message/message.ts';
import type { AlertDetail } from '../../store/alerts.ts';
import type { Mute } from '../../store/mutes.ts';
import type { ChatContext } from '../command.ts';
import { stateFields, stateSign } from './alert-state.ts';
import { formatAgo, formatSpan, plural } from './format.ts';
import { sentryLink } from './sentry-link.ts';
import { severitySign } from './severity-sign.ts';

/** Said in the first line: an error that nobody has seen before is another matter than an old acquaintance. */
const NOVELTY = { new: ' NEW', regressed: ' REGRESSED', known: '' } as const;

type AlertContext = Pick<ChatContext, 'time' | 'sentry' | 'mentions' | 'now'>;

/** One hour: what the 🔕 button mutes for. */
export const MUTE_BUTTON_MS = 3_600_000;

/** The message of one ring as it is now (product.md section 6). */
export function alertMessage(context: AlertContext, alert: AlertDetail, mute?: Mute): Message {
  const title = alert.summary || alert.signatureId || alert.canonical;
  const sign = stateSign(alert, mute, context.now()) + severitySign(alert.severity) + NOVELTY[alert.novelty];
  return {
    summary: `${sign} ${title} · ${countText(alert)}${servicesSuffix(alert)}`,
    ...(alert.policy === 'retry' ? { silent: true } : {}),
    ...(alert.policy === 'escalate' ? { mentions: context.mentions } : {}),
    blocks: [{ type: 'title', text: `${sign} ${title}` }, ...alertBody(context, alert, mute)],
    buttons: alertButtons(context, alert, mute),
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
      ...alertBody(context, alert, undefined),
    ],
  };
}

function alertBody(context: AlertContext, alert: AlertDetail, mute: Mute | undefined): Block[] {
  const now = context.now();
  const name = alert.signatureId ?? alert.canonical;
  const fields: Field[] = [
    // What no signature knows has its text as the title.
    ...(alert.signatureId === undefined && alert.summary === ''
      ? []
      : [{ label: 'Signature', value: [{ style: 'code' as const, text: name }] }]),
    {
      label: 'Category',
      value: [{ style: 'code', text: alert.category }, ` · ${alert.policy} · ${alert.severity}`],
    },
    { label: 'Count', value: [countText(alert)] },
    { label: 'First', value: [context.time(alert.firstAt, now)] },
    { label: 'Last', value: [context.time(alert.lastAt, now)] },
    ...stateFields(context, alert, mute),
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
  return {
    type: 'note',
    spans: ['fingerprint ', { style: 'code', text: alert.fingerprint }, ` · alert ${alert.id}`],
  };
}

/** `3 in 5 min`: within the window while it still lies in there, else over the time that it has gone on. */
function countText(alert: AlertDetail): string {
  const span = alert.lastAt - alert.firstAt;
  return `${plural(alert.count, 'event')} in ${formatSpan(Math.max(span, alert.windowMs))}`;
}

function servicesSuffix(alert: AlertDetail): string {
  return alert.services.length === 0 ? '' : ` · ${alert.services.slice(0, 3).join(', ')}`;
}

function alertButtons(context: AlertContext, alert: AlertDetail, mute: Mute | undefined): Button[][] {
  const ack: Button[] = alert.acked ? [] : [{ kind: 'action', label: '✅ Ack', action: `ack:${alert.id}` }];
  const hush: Button = mute
    ? { kind: 'action', label: '🔔 Unmute', action: `unmute:${mute.id}` }
    : { kind: 'action', label: '🔕 1h', action: `mute:${alert.fingerprint}` };
  return [
    [
      { kind: 'action', label: '📄 Samples', action: `samples:${alert.fingerprint}` },
      {
        kind: 'link',
        label: '🔍 Sentry',
        url: sentryLink(context.sentry, alert.signatureId, alert.canonical),
      },
    ],
    [...ack, hush],
  ];
}
