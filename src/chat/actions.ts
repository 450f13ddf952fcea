import type { Actor, Reply } from './chat.ts';
import type { ChatContext } from './command.ts';
import { MUTE_BUTTON_MS } from './views/alert.ts';
import { plainMessage } from './views/plain.ts';

/** ✅ Ack: somebody has it. It is told in the chats, and the alert is not escalated any more. */
export function acknowledge(context: ChatContext, actor: Actor, alertId: number): Reply {
  const { store } = context;
  const now = context.now();
  const alert = Number.isSafeInteger(alertId) ? store.alerts.detail(alertId) : undefined;
  if (!alert) return { kind: 'toast', text: 'This alert is older than what is kept.' };
  if (!store.alerts.acknowledge(alertId, actor.userName, now)) {
    return { kind: 'toast', text: `Already acknowledged by ${alert.acked?.by ?? 'somebody'}.`.slice(0, 190) };
  }
  store.mutes.audit(now, actor.userName, 'ack', `alert ${alertId}`);
  const name = alert.signatureId ?? alert.canonical;
  context.announce(
    plainMessage(`✅ ${actor.userName} has acknowledged alert ${alertId}: `, { style: 'code', text: name }),
  );
  return { kind: 'toast', text: 'Acknowledged.' };
}

/** 🔕 1h: the group does not ring for an hour. Its events are counted as before. */
export function mute(context: ChatContext, actor: Actor, fingerprint: string): Reply {
  const { store } = context;
  const target = store.samples.resolve(fingerprint);
  if (!target) return { kind: 'toast', text: 'This error is older than what is kept.' };
  const now = context.now();
  const until = now + MUTE_BUTTON_MS;
  store.mutes.mute(fingerprint, until, actor.userName, now);
  context.announce(
    plainMessage(
      `🔕 ${actor.userName} has muted `,
      { style: 'code', text: target.name },
      ` until ${context.time(until, now)}.`,
    ),
  );
  return { kind: 'toast', text: 'Muted for an hour.' };
}
