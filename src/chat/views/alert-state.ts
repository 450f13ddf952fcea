import { type LifeState, lifeOf } from '../../alerting/life.ts';
import type { Field, Span } from '../../message/message.ts';
import type { AlertDetail } from '../../store/alerts.ts';
import type { Mute } from '../../store/mutes.ts';
import type { ChatContext } from '../command.ts';
import { formatSpan, plural } from './format.ts';
import { sparkline } from './sparkline.ts';

type StateContext = Pick<ChatContext, 'time' | 'now'>;

/** How the error goes on, and what people have done about it: the part of an alert that changes. */
export function stateFields(context: StateContext, alert: AlertDetail, mute: Mute | undefined): Field[] {
  const now = context.now();
  const state = lifeOf(alert, now);
  const fields: Field[] = [{ label: 'State', value: [stateText(context, alert, state)] }];
  if (alert.rate.length > 1) {
    fields.push({ label: 'Rate', value: [`${sparkline(alert.rate)} ${perMinute(alert)}`] });
  }
  if (alert.acked) {
    fields.push({ label: 'Ack', value: [`✅ ${alert.acked.by}, ${context.time(alert.acked.at, now)}`] });
  }
  if (mute) fields.push({ label: 'Muted', value: muteSpans(context, mute) });
  return fields;
}

/** `🔥 going on` or `🌙 quiet since 07:21:10 UTC, 312 events in 14 min`. */
function stateText({ time, now }: StateContext, alert: AlertDetail, state: LifeState): string {
  const at = now();
  switch (state) {
    case 'ongoing':
      return '🔥 going on';
    case 'superseded':
      return `🔁 rang again ${time(alert.rangAgainAt ?? at, at)}: see the newer message`;
    default: {
      const all = `${plural(alert.count, 'event')} in ${formatSpan(alert.lastAt - alert.firstAt)}`;
      return `🌙 quiet since ${time(alert.lastAt, at)}, ${all}`;
    }
  }
}

/** One sign of the state, for the first line on a lock screen. */
export function stateSign(alert: AlertDetail, mute: Mute | undefined, now: number): string {
  const state = lifeOf(alert, now);
  if (state === 'quiet' || state === 'over') return '🌙 ';
  if (alert.acked) return '✅ ';
  return mute ? '🔕 ' : '';
}

function perMinute(alert: AlertDetail): string {
  const minutes = Math.max(1, (alert.lastAt - alert.firstAt) / 60_000);
  const rate = alert.count / minutes;
  return `${rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate)}/min`;
}

function muteSpans({ time, now }: StateContext, mute: Mute): Span[] {
  const what = mute.scope === 'fingerprint' ? '' : `${mute.scope} ${mute.name}, `;
  const reason = mute.reason === null ? '' : ` (${mute.reason})`;
  return [`🔕 ${what}until ${time(mute.until, now())} by ${mute.createdBy}${reason}`];
}
