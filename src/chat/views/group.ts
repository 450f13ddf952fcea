import type { Block, Message, Span } from '../../message/message.ts';
import type { Target } from '../../store/samples.ts';
import type { ChatContext } from '../command.ts';
import { plural } from './format.ts';

const MEMBERS = 10;
const NOTHING = { head: '', masked: [], frames: [] } as const;
const spaced = (spans: readonly Span[]) =>
  spans.flatMap((span, index) => (index === 0 ? [span] : [' ← ', span]));

/** Why events are one group: the template with what is masked in it, and what was merged on which evidence. */
export function groupView(context: ChatContext, target: Target & { readonly fingerprint: string }) {
  const now = context.now();
  const history = context.store.grouping.history(target.fingerprint);
  const open = history.filter(({ undoneAt }) => undoneAt === null);
  const [sample] = context.store.samples.newest(target, 1);
  const { head, masked, frames } = sample ? context.runtime.explainGroup(sample.text) : NOTHING;
  const blocks: Block[] = [
    { type: 'title', text: '🧩 Why one group' },
    { type: 'text', spans: [{ style: 'bold', text: 'Template' }, ' ', { style: 'code', text: target.name }] },
  ];
  if (frames.length > 0) {
    const own = frames.map((frame): Span => ({ style: 'code', text: frame }));
    blocks.push({
      type: 'text',
      spans: [{ style: 'bold', text: 'Frames of your code' }, ' ', ...spaced(own)],
    });
  }
  if (head.trim() !== '') {
    blocks.push({
      type: 'text',
      spans: [{ style: 'bold', text: 'Left out' }, ' ', { style: 'code', text: head.trim().slice(0, 120) }],
    });
  }
  if (masked.length > 0) {
    const places = masked
      .slice(0, 12)
      .flatMap(({ text, rule }, index): Span[] => [
        index === 0 ? ' ' : ', ',
        { style: 'code', text: text.slice(0, 60) },
        ` (${rule})`,
      ]);
    blocks.push({ type: 'text', spans: [{ style: 'bold', text: 'Masked in the newest sample' }, ...places] });
  }
  blocks.push({
    type: 'text',
    spans: [{ style: 'bold', text: 'Merged' }, ` ${plural(open.length, 'fingerprint')}`],
  });
  for (const merge of history.slice(0, MEMBERS)) {
    const who = merge.by === null ? 'by itself' : `by ${merge.by}`;
    const undone = merge.undoneAt === null ? '' : `; taken out again ${context.time(merge.undoneAt, now)}`;
    const when = `${context.time(merge.at, now)}, ${who}${undone}: ${merge.evidence}`;
    blocks.push({ type: 'text', spans: [{ style: 'code', text: merge.fingerprint }, ` ${when}`] });
  }
  const rest = history.length - MEMBERS;
  const more = rest > 0 ? `… and ${rest} more. ` : '';
  blocks.push({ type: 'note', spans: [`${more}group `, { style: 'code', text: target.fingerprint }] });
  const message: Message = { summary: `Why one group: ${target.name}`, blocks };
  return {
    message,
    data: [{ fingerprint: target.fingerprint, template: target.name, head, masked, frames, merges: history }],
  };
}
