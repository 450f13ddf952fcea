import { cutText } from '../../message/cut.ts';
import type { Block, Button, Message, Span } from '../../message/message.ts';
import { webAddress } from './address.ts';
import { cleanLine, isBlank } from './clean.ts';
import { LIMITS } from './limits.ts';

export type InlineKeyboardButton =
  | { readonly text: string; readonly callback_data: string }
  | { readonly text: string; readonly url: string };

export interface InlineKeyboardMarkup {
  readonly inline_keyboard: readonly (readonly InlineKeyboardButton[])[];
}

/** The buttons of the items, each row with the number of its item in front, then those of the whole message. */
export function keyboard(message: Message): InlineKeyboardMarkup | undefined {
  const ofItems = message.blocks.flatMap((block) =>
    block.type === 'item' ? rowsOf(block.buttons ?? [], `${block.n} `) : [],
  );
  const ofMessage = (message.buttons ?? []).flatMap((row) => rowsOf(row, ''));
  const rows = [...ofItems, ...ofMessage];
  return rows.length === 0 ? undefined : { inline_keyboard: rows };
}

/** Whether Telegram takes a keyboard of this size. */
export function keyboardFits(markup: InlineKeyboardMarkup | undefined): boolean {
  if (markup === undefined) return true;
  const count = markup.inline_keyboard.reduce((sum, row) => sum + row.length, 0);
  return count <= LIMITS.buttons && Buffer.byteLength(JSON.stringify(markup)) <= LIMITS.keyboard;
}

/** Writes the address of a button that Telegram would refuse (`http://localhost`) as text: below its item, or at the end. */
export function withPlainAddresses(message: Message): Message {
  const blocks = message.blocks.map((block): Block => {
    const lines = block.type === 'item' ? addressesOf(block.buttons ?? []) : [];
    return block.type === 'item' && lines.length > 0
      ? { ...block, lines: [...block.lines, ...lines] }
      : block;
  });
  const notes = addressesOf((message.buttons ?? []).flat()).map((spans): Block => ({ type: 'note', spans }));
  return { ...message, blocks: [...blocks, ...notes] };
}

function addressesOf(buttons: readonly Button[]): readonly (readonly Span[])[] {
  return buttons.flatMap((button) =>
    button.kind === 'link' && webAddress(button.url) === undefined && !isBlank(button.url)
      ? [[`${button.label}: `, { style: 'code' as const, text: button.url }]]
      : [],
  );
}

function rowsOf(row: readonly Button[], prefix: string): readonly (readonly InlineKeyboardButton[])[] {
  const buttons = row.flatMap((button) => buttonOf(button, prefix));
  const rows: InlineKeyboardButton[][] = [];
  for (let start = 0; start < buttons.length; start += LIMITS.buttonsInRow) {
    rows.push(buttons.slice(start, start + LIMITS.buttonsInRow));
  }
  return rows;
}

function buttonOf(button: Button, prefix: string): readonly InlineKeyboardButton[] {
  const label = cleanLine(button.label).trim();
  const text = cutText(prefix + (isBlank(label) ? '…' : label), LIMITS.buttonText);
  if (button.kind === 'link') {
    const url = webAddress(button.url);
    return url === undefined ? [] : [{ text, url }];
  }
  const data = button.action.toWellFormed();
  const bytes = Buffer.byteLength(data);
  return bytes >= 1 && bytes <= LIMITS.callbackData ? [{ text, callback_data: data }] : [];
}
