import type { Merge } from '../../store/grouping.ts';
import type { Actor, Reply } from '../chat.ts';
import { type Answer, type ChatContext, type Command, UsageError } from '../command.ts';
import { plainMessage } from '../views/plain.ts';

const MERGE_USAGE = '<fingerprint> <fingerprint of the group>';
const SPLIT_USAGE = '<fingerprint>';

export const mergeCommand: Command = {
  name: 'merge',
  description: 'Two groups are one error: from now on they count and ring as one',
  usage: MERGE_USAGE,
  changes: true,
  run(context, { actor, words }) {
    const [member, into, ...rest] = words;
    if (member === undefined || into === undefined || rest.length > 0)
      throw new UsageError(`Usage: /merge ${MERGE_USAGE}`);
    const fingerprint = groupNamed(context, member);
    const root = groupNamed(context, into);
    if (fingerprint === root) return { message: plainMessage('That is one group already.'), exit: 1 };
    const joining = { fingerprint, root, evidence: `merged by ${actor.userName}` };
    const id = context.store.grouping.merge(joining, context.now(), actor.userName);
    context.regroup();
    return said(context, actor, { id, fingerprint, root });
  },
};

export const splitCommand: Command = {
  name: 'split',
  description: 'Takes a fingerprint out of the group that it was merged into',
  usage: SPLIT_USAGE,
  changes: true,
  run(context, { actor, words }) {
    const [typed, ...rest] = words;
    if (typed === undefined || rest.length > 0) throw new UsageError(`Usage: /split ${SPLIT_USAGE}`);
    const merge = context.store.grouping.openMerge(typed.toLowerCase());
    if (!merge) {
      const message = plainMessage(
        { style: 'code', text: typed },
        ' is part of no other group. See /why group <fingerprint>.',
      );
      return { message, exit: 1 };
    }
    split(context, actor, merge);
    const text = ` stands for itself again, and is not merged by itself any more. Back: /merge ${merge.fingerprint} ${merge.root}`;
    const message = plainMessage('✂️ ', { style: 'code', text: merge.fingerprint }, text);
    context.announce(message, actor);
    return { message, data: [{ split: merge.fingerprint, from: merge.root }] };
  },
};

/** ↩ Undo, below the answer to `/merge`. */
export function undoMerge(context: ChatContext, actor: Actor, id: number): Reply {
  const merge = Number.isSafeInteger(id) ? context.store.grouping.get(id) : undefined;
  if (!merge || merge.undoneAt !== null) return { kind: 'toast', text: 'That was undone before.' };
  split(context, actor, merge);
  context.announce(
    plainMessage(
      `✂️ ${actor.userName} has taken `,
      { style: 'code', text: merge.fingerprint },
      ' out of its group again.',
    ),
  );
  return { kind: 'toast', text: 'Undone.' };
}

function split(context: ChatContext, actor: Actor, merge: Merge): void {
  context.store.grouping.undo(merge, context.now(), actor.userName);
  context.regroup();
}

/** The group of a fingerprint that somebody typed. */
function groupNamed({ store }: ChatContext, typed: string): string {
  const root = store.grouping.groupOf(typed.toLowerCase());
  if (root !== undefined) return root;
  throw new UsageError(
    `No group has the fingerprint "${typed}". They stand below every alert, and in /errors.`,
  );
}

function said(
  context: ChatContext,
  actor: Actor,
  { id, fingerprint, root }: { readonly id: number; readonly fingerprint: string; readonly root: string },
): Answer {
  const code = (text: string) => ({ style: 'code' as const, text });
  const message = {
    ...plainMessage('🔗 ', code(fingerprint), ' is part of ', code(root), ' from now on.'),
    buttons: [[{ kind: 'action' as const, label: '↩ Undo', action: `undo:${id}` }]],
  };
  context.announce(message, actor);
  return { message, data: [{ merge: id, fingerprint, group: root }] };
}
