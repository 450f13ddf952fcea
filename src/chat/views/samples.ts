import type { Block, Message } from '../../message/message.ts';
import type { Sample, Target } from '../../store/samples.ts';
import type { ChatContext } from '../command.ts';
import { formatAgo } from './format.ts';
import { plainMessage } from './plain.ts';

/** Samples of one answer (product.md section 6). */
const SHOWN = 5;

/** The newest samples of a signature or group, and the same as data. */
export function samplesView(context: ChatContext, target: Target) {
  const now = context.now();
  const samples = context.store.samples.newest(target, SHOWN);
  return { message: samplesMessage(context, target, samples, now), data: samples };
}

function samplesMessage(
  context: ChatContext,
  target: Target,
  samples: readonly Sample[],
  now: number,
): Message {
  if (samples.length === 0) {
    return plainMessage('No samples of ', { style: 'code', text: target.name }, ' are kept any more.');
  }
  const blocks: Block[] = samples.map((sample) => ({
    type: 'code',
    label: [
      context.time(sample.observedAt, now),
      formatAgo(sample.observedAt, now),
      sample.service,
      sample.traceId,
    ]
      .filter((part) => part)
      .join(' · '),
    text: sample.text,
  }));
  return {
    summary: `Samples of ${target.name}`,
    blocks: [{ type: 'title', text: `📄 ${target.name}` }, ...blocks],
  };
}
