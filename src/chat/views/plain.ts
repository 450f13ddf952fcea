import type { Message, Span } from '../../message/message.ts';

/** A message of one paragraph. */
export function plainMessage(...spans: readonly Span[]): Message {
  const summary = spans.map((span) => (typeof span === 'string' ? span : span.text)).join('');
  return { summary, blocks: [{ type: 'text', spans }] };
}
