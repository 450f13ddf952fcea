import { checkLink } from './links.ts';
import { badRequest } from './refusal.ts';
import type { Button, Keyboard } from './types.ts';

/** https://core.telegram.org/bots/api#inlinekeyboardbutton, and limits that only the server knows. */
const MAX_CALLBACK_DATA_BYTES = 64;
const MAX_BUTTONS = 100;
const MAX_BUTTONS_A_ROW = 8;
const ACTIONS = [
  'callback_data',
  'url',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
];

/**
 * Checks an inline keyboard. Stricter than the real server in two points, where it hides a mistake instead of
 * naming it: it silently drops a button with an empty text, and of two actions takes one.
 */
export function parseKeyboard(markup: unknown): Keyboard | undefined {
  if (markup === undefined || markup === null || markup === '') return undefined;
  if (!isObject(markup)) throw badRequest('object expected as reply markup');
  if (!('inline_keyboard' in markup)) throw badRequest('only inline keyboards are known to the double');
  const rows: unknown = markup['inline_keyboard'];
  if (!Array.isArray(rows)) throw badRequest("can't parse inline keyboard: array of arrays expected");
  const keyboard = rows.map(parseRow).filter((row) => row.length > 0);
  if (keyboard.flat().length > MAX_BUTTONS) throw badRequest('reply markup is too long');
  return keyboard.length === 0 ? undefined : { inline_keyboard: keyboard };
}

function parseRow(row: unknown): Button[] {
  if (!Array.isArray(row)) throw badRequest("can't parse inline keyboard: array of arrays expected");
  if (row.length > MAX_BUTTONS_A_ROW) throw badRequest('reply markup is too long');
  return row.map(parseButton);
}

function parseButton(button: unknown): Button {
  if (!isObject(button)) throw cantParse('object expected');
  const text: unknown = button['text'];
  if (text === undefined) throw cantParse('Can\'t find field "text"');
  if (typeof text !== 'string') throw cantParse('Field "text" must be of type String');
  if (text.trim() === '') throw badRequest('BUTTON_TEXT_INVALID');
  const actions = ACTIONS.filter((action) => button[action] !== undefined && button[action] !== null);
  if (actions.length === 0) throw badRequest('text buttons are unallowed in the inline keyboard');
  if (actions.length > 1) throw cantParse(`exactly one action expected, got ${actions.join(' and ')}`);
  if (actions[0] === 'callback_data') checkCallbackData(button['callback_data']);
  if (actions[0] === 'url') checkUrl(button['url']);
  return { ...button, text };
}

function checkCallbackData(data: unknown): void {
  if (typeof data !== 'string') throw cantParse('Field "callback_data" must be of type String');
  const bytes = Buffer.byteLength(data);
  if (bytes < 1 || bytes > MAX_CALLBACK_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID');
}

function checkUrl(url: unknown): void {
  if (typeof url !== 'string') throw cantParse('Field "url" must be of type String');
  if (url === '') throw badRequest('BUTTON_URL_INVALID');
  const link = checkLink(url);
  if (!link.ok) throw badRequest(`inline keyboard button URL '${url}' is invalid: ${link.reason}`);
}

function cantParse(what: string): Error {
  return badRequest(`can't parse inline keyboard button: ${what}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
