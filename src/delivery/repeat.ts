import type { Message } from '../message/message.ts';

/** Marks a second copy of a message whose first copy may have arrived. */
export function asRepeat(message: Message): Message {
  const note = '↻ Possible repeat: the answer to the first attempt was lost.';
  return {
    ...message,
    summary: `↻ ${message.summary}`,
    blocks: [...message.blocks, { type: 'note', spans: [note] }],
  };
}
