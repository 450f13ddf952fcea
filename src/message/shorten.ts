import { cutLines, cutSpans, cutText, ELLIPSIS } from './cut.ts';
import type { Block, Button, Message, Span } from './message.ts';

type Kind = Block['type'];
type BlockOf<K extends Kind> = Extract<Block, { type: K }>;

/** Cuts every code block to at most `length` code units. */
export function cutCode(message: Message, length: number): Message {
  return mapBlocks(message, (block) =>
    block.type === 'code' && block.text.length > length
      ? { ...block, text: cutLines(block.text, length) }
      : block,
  );
}

/** Keeps the first `count` code blocks, and says how many are missing. */
export function keepCode(message: Message, count: number): Message {
  return keepFirst(message, 'code', count);
}

/** Keeps the first `count` items, with their buttons, and says how many are missing. */
export function keepItems(message: Message, count: number): Message {
  return keepFirst(message, 'item', count);
}

/** Keeps the head and the first `count` rows of every table. */
export function keepRows(message: Message, count: number): Message {
  return mapBlocks(message, (block) => {
    if (block.type !== 'table' || block.rows.length - 1 <= count) return block;
    const more = block.rows.length - 1 - count;
    return { ...block, rows: [...block.rows.slice(0, count + 1), [`${ELLIPSIS} and ${more} more`]] };
  });
}

/** Keeps the first `count` fields of every group of fields. */
export function keepFields(message: Message, count: number): Message {
  return mapBlocks(message, (block) => {
    if (block.type !== 'fields' || block.fields.length <= count) return block;
    if (count === 0) return undefined;
    const more = block.fields.length - count;
    return {
      ...block,
      fields: [...block.fields.slice(0, count), { label: ELLIPSIS, value: [`and ${more} more`] }],
    };
  });
}

/** Keeps the first `count` lines of every item; the last one gets the mark of the cut. */
export function keepItemLines(message: Message, count: number): Message {
  return mapBlocks(message, (block) => {
    if (block.type !== 'item' || block.lines.length <= count) return block;
    return { ...block, lines: [...block.lines.slice(0, count), [ELLIPSIS]] };
  });
}

/** Keeps the first `count` blocks of whatever kind. */
export function keepBlocks(message: Message, count: number): Message {
  if (message.blocks.length <= count) return message;
  return { ...message, blocks: [...message.blocks.slice(0, count), note(`${ELLIPSIS} shortened`)] };
}

/** Cuts every run of text that is no code block: titles, paragraphs, values, lines, cells, labels. */
export function cutProse(message: Message, length: number): Message {
  const spans = (text: readonly Span[]) => cutSpans(text, length);
  const line = (text: string) => cutText(text, length);
  return mapBlocks(message, (block): Block => {
    switch (block.type) {
      case 'title':
        return { ...block, text: line(block.text) };
      case 'text':
      case 'note':
        return { ...block, spans: spans(block.spans) };
      case 'fields': {
        const fields = block.fields.map(({ label, value }) => ({ label: line(label), value: spans(value) }));
        return { ...block, fields };
      }
      case 'code':
        return block.label === undefined ? block : { ...block, label: line(block.label) };
      case 'item':
        return { ...block, title: spans(block.title), lines: block.lines.map(spans) };
      case 'table':
        return { ...block, rows: block.rows.map((row) => row.map(line)) };
      case 'divider':
        return block;
    }
  });
}

/** Keeps the first `count` rows of buttons below the message. */
export function keepButtonRows(message: Message, count: number): Message {
  const { buttons, ...rest } = message;
  if (buttons === undefined || buttons.length <= count) return message;
  return count === 0 ? rest : { ...rest, buttons: buttons.slice(0, count) };
}

/** At most `count` buttons in a row, above all in the rows of items. */
export function keepButtonsInRow(message: Message, count: number): Message {
  const first = (row: readonly Button[]) => row.slice(0, count);
  const shorter = mapBlocks(message, (block) =>
    block.type === 'item' && block.buttons ? { ...block, buttons: first(block.buttons) } : block,
  );
  return shorter.buttons ? { ...shorter, buttons: shorter.buttons.map(first) } : shorter;
}

/** Title and summary, each at most `length` code units, and the buttons below the message. */
export function titleAndSummary(message: Message, length: number): Message {
  const title = message.blocks.find((block) => block.type === 'title')?.text.trim() ?? '';
  const summary = message.summary.trim();
  const blocks: Block[] = title === '' ? [] : [{ type: 'title', text: cutText(title, length) }];
  if (summary !== '' && summary !== title) blocks.push({ type: 'text', spans: [cutText(summary, length)] });
  return { ...message, blocks };
}

/** The least that still says what it is about: one line, nobody called, no buttons. */
export function oneLine(message: Message, length: number): Message {
  const title = message.blocks.find((block) => block.type === 'title')?.text.trim() ?? '';
  const line = cutText((title || message.summary).trim().replace(/\s+/g, ' '), length);
  return {
    summary: cutText(message.summary, length),
    ...(message.silent === undefined ? {} : { silent: message.silent }),
    blocks: line === '' ? [] : [{ type: 'text', spans: [line] }],
  };
}

function keepFirst<K extends Kind>(message: Message, kind: K, count: number): Message {
  const total = countBlocks(message, kind);
  if (total <= count) return message;
  let seen = 0;
  const blocks = message.blocks.flatMap((block): Block[] => {
    if (block.type !== kind) return [block];
    seen += 1;
    if (seen < count) return [block];
    const rest = note(`${ELLIPSIS} and ${total - count} more`);
    if (seen === count) return [block, rest];
    return count === 0 && seen === 1 ? [rest] : [];
  });
  return { ...message, blocks };
}

/** How many blocks of a kind there are. */
export function countBlocks(message: Message, kind: Kind): number {
  return message.blocks.filter((block) => block.type === kind).length;
}

/** The blocks of a kind. */
export function blocksOf<K extends Kind>(message: Message, kind: K): readonly BlockOf<K>[] {
  return message.blocks.filter((block): block is BlockOf<K> => block.type === kind);
}

function mapBlocks(message: Message, map: (block: Block) => Block | undefined): Message {
  return { ...message, blocks: message.blocks.flatMap((block) => map(block) ?? []) };
}

function note(text: string): Block {
  return { type: 'note', spans: [text] };
}
