import { acknowledgeAll } from '../actions.ts';
import { type Answer, type ChatContext, type Command, type Request, UsageError } from '../command.ts';
import { plural } from '../views/format.ts';
import { plainMessage } from '../views/plain.ts';

const USAGE = '<fingerprint|signature|alert number|all>';
/** What rang longer ago is nobody's alert any more. */
const WITHIN_MS = 24 * 3_600_000;

export const ackCommand: Command = {
  name: 'ack',
  description: 'I have it: acknowledges what rang, for everybody to see',
  usage: USAGE,
  changes: true,
  run(context, request) {
    const [name, ...rest] = request.words;
    if (name === undefined || rest.length > 0) throw new UsageError(`Usage: /ack ${USAGE}`);
    return answer(context, request, alertsOf(context, name), name);
  },
};

function alertsOf({ store, now }: ChatContext, name: string): readonly number[] | undefined {
  const from = now() - WITHIN_MS;
  if (name.toLowerCase() === 'all') return store.alerts.allUnacknowledged(from);
  if (/^#?\d{1,10}$/.test(name)) {
    const id = Number(name.replace('#', ''));
    const alert = store.alerts.detail(id);
    if (alert) return alert.acked ? [] : [id];
  }
  const target = store.samples.resolve(name);
  return target && store.alerts.unacknowledged(target, from);
}

function answer(
  context: ChatContext,
  { actor }: Request,
  ids: readonly number[] | undefined,
  name: string,
): Answer {
  const code = { style: 'code' as const, text: name };
  if (ids === undefined) return { message: plainMessage('Nothing is known of ', code, '.'), exit: 1 };
  const count = acknowledgeAll(context, actor, ids);
  if (count === 0)
    return { message: plainMessage('Nothing of ', code, ' is waiting for an acknowledgement.'), exit: 1 };
  const message = plainMessage(
    `✅ ${actor.userName} has acknowledged ${plural(count, 'alert')} of `,
    code,
    '.',
  );
  context.announce(message, actor);
  return { message, data: [{ acknowledged: ids, by: actor.userName }] };
}
