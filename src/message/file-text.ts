import type { Block, Message, Span } from './message.ts';

/** All text of a message, without any style: what a file carries when the chat takes no more than a line. */
export function fileTextOf(message: Message): string {
  if (message.attachment) return message.attachment.text.toWellFormed();
  return `${message.blocks.flatMap(linesOf).join('\n')}\n`.toWellFormed();
}

const text = (spans: readonly Span[]) =>
  spans.map((span) => (typeof span === 'string' ? span : span.text)).join('');

function linesOf(block: Block): readonly string[] {
  switch (block.type) {
    case 'title':
      return [block.text];
    case 'text':
    case 'note':
      return [text(block.spans)];
    case 'fields':
      return block.fields.map(({ label, value }) => `${label}: ${text(value)}`);
    case 'code':
      return [...(block.label === undefined ? [] : [block.label]), block.text];
    case 'item':
      return [`${block.n}. ${text(block.title)}`, ...block.lines.map(text)];
    case 'table':
      return block.rows.map((row) => row.join('\t'));
    case 'divider':
      return [];
  }
}
