import type { Message } from '../../message/message.ts';
import type { Target } from '../../store/samples.ts';
import type { ChatContext } from '../command.ts';
import { plural } from './format.ts';
import { plainMessage } from './plain.ts';

const SAMPLES = 20;
/** Groups whose newest sample the new pattern is tried on. */
const HISTORY = 2_000;

/** A ready signature for an error that none knows: the patch, and what else it would take. */
export function adoptView(context: ChatContext, target: Target): Message {
  const samples = context.store.samples.newest(target, SAMPLES).map(({ text }) => text);
  const adoption = context.adopt(samples, target.name);
  if (!adoption)
    return plainMessage('No samples of ', { style: 'code', text: target.name }, ' are kept any more.');
  const others = context.store.samples
    .recent(HISTORY)
    .filter(({ fingerprint, text }) => fingerprint !== target.fingerprint && adoption.matches(text));
  const names = others.slice(0, 5).map(({ name }) => name.slice(0, 60));
  const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
  const else_ =
    others.length === 0
      ? 'It matches nothing else of recent history.'
      : `It would also take ${plural(others.length, 'other group')}: ${names.join('; ')}${more}.`;
  const all = adoption.matchesAll ? '' : ' It does not match every sample: look it over.';
  return {
    summary: `A signature for ${target.name}`,
    blocks: [
      { type: 'title', text: '🏷 A signature for it' },
      { type: 'code', label: 'into config/error_signatures.yml', text: adoption.patch },
      { type: 'text', spans: [`${else_}${all}`] },
      {
        type: 'note',
        spans: ['npx tocsin check looks the file over; a running bot takes it up within a minute.'],
      },
    ],
  };
}
