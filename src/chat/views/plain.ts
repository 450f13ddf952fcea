import type { Message, Span } from '../../message/message.ts';

/** A message of one paragraph. */
export function plainMessage(...spans: readonly Span[]): Message {
  return { summary: textOf(spans), blocks: [{ type: 'text', spans }] };
}

/** The words of spans, without their style. */
export function textOf(spans: readonly Span[]): string {
  return spans.map((span) => (typeof span === 'string' ? span : span.text)).join('');
}
