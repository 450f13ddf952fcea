import type { Mute, MuteScope } from '../store/mutes.ts';
import type { Actor, Reply } from './chat.ts';
import type { ChatContext } from './command.ts';
import { MUTE_BUTTON_MS } from './views/alert.ts';
import { formatSpan, plural } from './views/format.ts';
import { plainMessage } from './views/plain.ts';

/** What a mute is of, and the words for it. */
export interface MuteTarget {
  readonly scope: MuteScope;
  readonly name: string;
}

/** ✅ Ack: somebody has it. Every chat shows it, and the alert is not escalated any more. */
export function acknowledge(context: ChatContext, actor: Actor, alertId: number): Reply {
  const alert = Number.isSafeInteger(alertId) ? context.store.alerts.detail(alertId) : undefined;
  if (!alert) return { kind: 'toast', text: 'This alert is older than what is kept.' };
  if (acknowledgeAll(context, actor, [alertId]) === 0) {
    return { kind: 'toast', text: `Already acknowledged by ${alert.acked?.by ?? 'somebody'}.`.slice(0, 190) };
  }
  const name = alert.signatureId ?? alert.canonical;
  context.announce(
    plainMessage(`✅ ${actor.userName} has acknowledged alert ${alertId}: `, { style: 'code', text: name }),
  );
  return { kind: 'toast', text: 'Acknowledged.' };
}

/** ✅ Ack all, of a storm. */
export function acknowledgeBundle(context: ChatContext, actor: Actor, bundleId: number): Reply {
  const ids = Number.isSafeInteger(bundleId) ? context.store.bundles.alertIds(bundleId) : [];
  if (ids.length === 0) return { kind: 'toast', text: 'These alerts are older than what is kept.' };
  const count = acknowledgeAll(context, actor, ids);
  if (count === 0) return { kind: 'toast', text: 'All of them were acknowledged before.' };
  context.announce(plainMessage(`✅ ${actor.userName} has acknowledged ${plural(count, 'alert')}.`));
  return { kind: 'toast', text: `${plural(count, 'alert')} acknowledged.` };
}

/** Acknowledges alerts that nobody has acknowledged yet, and returns how many those were. */
export function acknowledgeAll(
  { store, now, refresh }: ChatContext,
  actor: Actor,
  ids: readonly number[],
): number {
  const at = now();
  const taken = ids.filter((id) => store.alerts.acknowledge(id, actor.userName, at));
  if (taken.length === 0) return 0;
  for (const id of taken) store.live.touch(id);
  const shown = taken.slice(0, 20).join(', ');
  store.mutes.audit(at, actor.userName, 'ack', `alerts ${shown}${taken.length > 20 ? ' …' : ''}`);
  refresh();
  return taken.length;
}

/** 🔕 1h: the group does not ring for an hour. Its events are counted as before. */
export function muteGroup(context: ChatContext, actor: Actor, pressed: string): Reply {
  const target = context.store.samples.resolve(pressed);
  const fingerprint = context.store.grouping.groupOf(pressed) ?? pressed;
  if (!target) return { kind: 'toast', text: 'This error is older than what is kept.' };
  const group = { fingerprint, signatureId: undefined, category: '', service: '' };
  const before = context.store.mutes.covering(group, context.now());
  if (before && before.until > context.now() + MUTE_BUTTON_MS - 60_000) {
    const until = context.time(before.until, context.now());
    return { kind: 'toast', text: `Already muted by ${before.createdBy} until ${until}.`.slice(0, 190) };
  }
  beginMute(context, actor, { scope: 'fingerprint', name: fingerprint }, MUTE_BUTTON_MS, null);
  return { kind: 'toast', text: 'Muted for an hour.' };
}

/** Begins a mute, and tells the chats, but the one in which `answered` is told by the answer. */
export function beginMute(
  context: ChatContext,
  actor: Actor,
  target: MuteTarget,
  ms: number,
  reason: string | null,
  answered?: Actor,
): Mute {
  const now = context.now();
  const { scope, name } = target;
  const mute = context.store.mutes.mute({
    ...{ scope, name, reason },
    until: now + ms,
    createdAt: now,
    createdBy: actor.userName,
  });
  const why = reason === null ? '.' : `: ${reason}`;
  context.announce(
    plainMessage(
      `🔕 ${actor.userName} has muted ${scope} `,
      { style: 'code', text: labelOf(context, target) },
      ` for ${formatSpan(ms)}, until ${context.time(mute.until, now)}${why}`,
    ),
    answered,
  );
  return mute;
}

/** 🔔 Unmute: `mute` ends before its time. */
export function endMute(context: ChatContext, actor: Actor, mute: Mute, answered?: Actor): void {
  context.store.mutes.end(mute, context.now(), actor.userName);
  context.announce(
    plainMessage(`🔔 ${actor.userName} has ended the mute of `, ...heldBack(context, mute)),
    answered,
  );
}

/** The button below an alert. */
export function unmute(context: ChatContext, actor: Actor, muteId: number): Reply {
  const mute = context.store.mutes.active(context.now()).find(({ id }) => id === muteId);
  if (!mute) return { kind: 'toast', text: 'This mute has ended already.' };
  endMute(context, actor, mute);
  return { kind: 'toast', text: 'It rings again.' };
}

/** What the mute was of, and what it has held back: the line with which every mute ends. */
export function heldBack(context: Pick<ChatContext, 'store'>, mute: Mute) {
  const { events, groups } = context.store.mutes.held(mute);
  const held =
    events === 0
      ? 'nothing was held back'
      : `${plural(events, 'event')} of ${plural(groups, 'group')} did not ring`;
  return [`${mute.scope} `, { style: 'code' as const, text: labelOf(context, mute) }, `: ${held}.`];
}

/** A fingerprint says nothing to people: the name of its error beside it. */
function labelOf({ store }: Pick<ChatContext, 'store'>, { scope, name }: MuteTarget): string {
  const target = scope === 'fingerprint' ? store.samples.resolve(name) : undefined;
  return target ? `${target.name} (${name})` : name;
}
