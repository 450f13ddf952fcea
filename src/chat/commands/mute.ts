import { MUTE_SCOPES, type Mute, type MuteScope } from '../../store/mutes.ts';
import { beginMute, endMute, heldBack, type MuteTarget } from '../actions.ts';
import { type Answer, type ChatContext, type Command, UsageError } from '../command.ts';
import { formatAgo, formatSpan } from '../views/format.ts';
import { plainMessage } from '../views/plain.ts';
import { parseSpan } from '../words.ts';

const MUTE_USAGE = '<fingerprint|signature|category|service> <30m|2h|1d> [reason]';
const UNMUTE_USAGE = '<what was muted|number of the mute|all>';

export const muteCommand: Command = {
  name: 'mute',
  description: 'Keeps something from ringing for a while; it is counted all the same',
  usage: MUTE_USAGE,
  changes: true,
  run(context, { actor, words }) {
    const [what, span, ...reason] = words;
    if (what === undefined || span === undefined) throw new UsageError(`Usage: /mute ${MUTE_USAGE}`);
    const ms = parseSpan(span);
    if (ms === undefined)
      throw new UsageError(`"${span}" is no span of time: write 30m, 2h or 1d. Usage: /mute ${MUTE_USAGE}`);
    const target = targetOf(context, what);
    const mute = beginMute(context, actor, target, ms, reason.length === 0 ? null : reason.join(' '), actor);
    const until = context.time(mute.until, context.now());
    return {
      message: plainMessage(`🔕 Muted until ${until}: ${target.scope} `, {
        style: 'code',
        text: target.name,
      }),
      data: [dataOf(context, mute)],
    };
  },
};

export const unmuteCommand: Command = {
  name: 'unmute',
  description: 'Ends a mute before its time',
  usage: UNMUTE_USAGE,
  changes: true,
  run(context, { actor, words }) {
    const [what, ...rest] = words;
    if (what === undefined || rest.length > 0) throw new UsageError(`Usage: /unmute ${UNMUTE_USAGE}`);
    const ended = context.store.mutes.active(context.now()).filter((mute) => isMeant(mute, what));
    if (ended.length === 0)
      return {
        message: plainMessage('Nothing called ', { style: 'code', text: what }, ' is muted.'),
        exit: 1,
      };
    for (const mute of ended) endMute(context, actor, mute, actor);
    return {
      message: plainMessage(...ended.flatMap((mute) => ['🔔 ', ...heldBack(context, mute), ' '])),
      data: ended.map((mute) => dataOf(context, mute)),
    };
  },
};

export const mutesCommand: Command = {
  name: 'mutes',
  description: 'What is muted, by whom, until when, and what it has held back',
  usage: '',
  run(context): Answer {
    const now = context.now();
    const mutes = context.store.mutes.active(now);
    if (mutes.length === 0) return { message: plainMessage('Nothing is muted.') };
    const message = {
      summary: `${mutes.length} muted`,
      blocks: [
        { type: 'title' as const, text: '🔕 Muted' },
        ...mutes.map((mute, index) => ({
          type: 'item' as const,
          n: index + 1,
          title: heldBack(context, mute),
          lines: [
            [`${formatSpan(mute.until - now)} left, until ${context.time(mute.until, now)}`],
            [
              `by ${mute.createdBy}, ${formatAgo(mute.createdAt, now)}${mute.reason === null ? '' : `: ${mute.reason}`}`,
            ],
          ],
          buttons: [{ kind: 'action' as const, label: '🔔 Unmute', action: `unmute:${mute.id}` }],
        })),
      ],
    };
    return { message, data: mutes.map((mute) => dataOf(context, mute)) };
  },
};

/** `service:api` says what is meant; a bare name is looked up. */
function targetOf({ store, runtime }: ChatContext, what: string): MuteTarget {
  const [, prefix, rest] = /^([a-z]+):(.+)$/s.exec(what) ?? [];
  if (prefix !== undefined && rest !== undefined && (MUTE_SCOPES as readonly string[]).includes(prefix))
    return { scope: prefix as MuteScope, name: rest };
  const target = store.names.find(what) ?? runtime.configured(what);
  if (target) return target;
  throw new UsageError(
    `Nothing called "${what}" has been seen. Write signature:${what}, category:${what} or service:${what} to mute it all the same.`,
  );
}

function isMeant({ id, name, scope }: Mute, what: string): boolean {
  const typed = what.toLowerCase();
  return (
    typed === 'all' ||
    typed === String(id) ||
    [name, `${scope}:${name}`].some((one) => one.toLowerCase() === typed)
  );
}

function dataOf({ store }: ChatContext, mute: Mute) {
  const { events, groups } = store.mutes.held(mute);
  return {
    id: mute.id,
    scope: mute.scope,
    name: mute.name,
    until: new Date(mute.until).toISOString(),
    by: mute.createdBy,
    reason: mute.reason,
    held_back: { events, groups },
  };
}
