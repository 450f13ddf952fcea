import { cutText, lengthOf } from '../../message/cut.ts';
import { fit as shorten } from '../../message/fit.ts';
import type { Step } from '../../message/ladder.ts';
import type { Block, Button, Message } from '../../message/message.ts';
import { isBlank } from './clean.ts';
import { type InlineKeyboardMarkup, keyboard, keyboardFits, withPlainAddresses } from './keyboard.ts';
import { LIMITS } from './limits.ts';
import { line, mention, type Pen, paragraph, preformatted } from './line.ts';
import { tableText } from './table.ts';

/** The parameters of `sendMessage` and `editMessageText` that come from the message. */
export interface TelegramMessage {
  readonly text: string;
  readonly parse_mode?: 'HTML';
  readonly reply_markup?: InlineKeyboardMarkup;
  readonly disable_notification?: boolean;
  readonly link_preview_options: { readonly is_disabled: true };
}

/** Text far longer than this is not even written out while it is being shortened. */
const HOPELESS = 8 * LIMITS.text;
/** For a message in which there is nothing to see: Telegram refuses an empty text. */
const NOTHING = 'Tocsin';

/**
 * Renders a message as Telegram's HTML, shortened as far as the limits ask for: it is accepted at the first attempt. The steps
 * below `rich` are for what Telegram minds all the same: half as long and without links on buttons; without any markup; one line.
 */
export function renderTelegram(message: Message, step: Step = 'rich'): TelegramMessage {
  switch (step) {
    case 'rich':
      return { ...rendered(message, 'html', LIMITS.text), parse_mode: 'HTML' };
    case 'short':
      return { ...rendered(withoutLinks(message), 'html', LIMITS.text / 2), parse_mode: 'HTML' };
    case 'plain':
      return rendered(withoutLinks(message), 'plain', LIMITS.text / 2);
    case 'line':
      return { text: captionOf(message), link_preview_options: { is_disabled: true } };
  }
}

/** One line of plain text, short enough for the caption of a file. */
export function captionOf({ summary }: Message): string {
  // Defusing makes a text longer, so what is cut is cut again.
  const text = cutText(line([cutText(summary, LIMITS.caption)], 'plain'), LIMITS.caption);
  return isBlank(text) ? NOTHING : text;
}

function withoutLinks({ buttons, ...message }: Message): Message {
  const actions = (row: readonly Button[]) => row.filter(({ kind }) => kind === 'action');
  return buttons === undefined ? message : { ...message, buttons: buttons.map(actions) };
}

function rendered(message: Message, pen: Pen, limit: number): TelegramMessage {
  const fitted = shorten(withPlainAddresses(message), (candidate) => fits(candidate, pen, limit));
  const markup = keyboard(fitted);
  return {
    text: textOf(fitted, pen),
    ...(markup === undefined ? {} : { reply_markup: markup }),
    ...(message.silent ? { disable_notification: true } : {}),
    link_preview_options: { is_disabled: true },
  };
}

function fits(message: Message, pen: Pen, limit: number): boolean {
  if (!keyboardFits(keyboard(message)) || rawLength(message) > HOPELESS) return false;
  const text = textOf(message, pen);
  if (pen === 'plain') return text.length <= limit;
  return visibleLength(text) <= limit && (text.match(/<\w/g)?.length ?? 0) <= LIMITS.entities;
}

/** What Telegram counts: no tags, an escaped character as one. */
function visibleLength(html: string): number {
  return html.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.').length;
}

/** A cheap look at how long it will be about. */
function rawLength({ blocks }: Message): number {
  let length = 0;
  for (const block of blocks) {
    length += rawBlockLength(block);
    if (length > HOPELESS) break;
  }
  return length;
}

function rawBlockLength(block: Block): number {
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + 1 + length, 0);
  switch (block.type) {
    case 'title':
    case 'code':
      return block.text.length;
    case 'text':
    case 'note':
      return lengthOf(block.spans);
    case 'fields':
      return sum(block.fields.map(({ label, value }) => label.length + lengthOf(value)));
    case 'item':
      return sum([block.title, ...block.lines].map(lengthOf));
    case 'table':
      return sum(block.rows.map((row) => sum(row.map((cell) => cell.length))));
    case 'divider':
      return 1;
  }
}

function textOf(message: Message, pen: Pen): string {
  const parts: { readonly type: Block['type']; readonly text: string }[] = [];
  const add = (type: Block['type'], text: string) => {
    if (!isBlank(text)) parts.push({ type, text });
  };
  for (const block of message.blocks) add(block.type, blockText(block, pen));
  const people = (message.mentions?.telegram ?? []).slice(0, LIMITS.mentions);
  const call = people.map((id) => mention(cutText(id.trim(), 40), pen)).filter((text) => text !== '');
  const place = parts[0]?.type === 'title' ? 1 : 0;
  if (call.length > 0) parts.splice(place, 0, { type: 'title', text: call.join(' ') });
  if (parts.length === (call.length > 0 ? 1 : 0)) add('text', line([cutText(message.summary, 1_000)], pen));
  const text = parts.map((part, index) => gap(parts[index - 1]?.type, part.type) + part.text).join('');
  return isBlank(text) ? NOTHING : text;
}

/** Blocks of one kind stand close together; code brings a margin of its own. */
function gap(before: Block['type'] | undefined, type: Block['type']): string {
  if (before === undefined) return '';
  if (before === 'code' || before === 'table' || type === 'divider' || before === 'divider') return '\n';
  if (type === 'item') return '\n\n';
  return before === type || (before === 'title' && type === 'text') ? '\n' : '\n\n';
}

function blockText(block: Block, pen: Pen): string {
  switch (block.type) {
    case 'title':
      return line([block.text], pen, 'b');
    case 'text':
      return paragraph(block.spans, pen);
    case 'note':
      return paragraph(block.spans, pen, 'i');
    case 'fields':
      return block.fields
        .map(({ label, value }) => line([{ style: 'bold', text: `${label}:` }, ' ', ...value], pen))
        .join('\n');
    case 'code': {
      const code = preformatted(block.text, pen);
      const label = block.label === undefined ? '' : line([block.label], pen, 'b');
      return code === '' || isBlank(label) ? code : `${label}\n${code}`;
    }
    case 'item': {
      const lines = block.lines.map((spans) => line(spans, pen)).filter((text) => !isBlank(text));
      return [line([`${block.n}. `, ...block.title], pen), ...lines].join('\n');
    }
    case 'table':
      return preformatted(tableText(block.rows), pen);
    case 'divider':
      return '─────────';
  }
}
