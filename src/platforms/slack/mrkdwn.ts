import type { Span } from '../../message/message.ts';

/**
 * The only way from text to Slack's mrkdwn. `&`, `<` and `>` are escaped, so nothing becomes a mention or a link
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping); what would format is written with a look-alike; all
 * text objects are `verbatim`, so bare addresses are not linked.
 */
export function escapeMrkdwn(text: string): string {
  return clean(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const LOOK_ALIKE: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', _: 'ˍ' };

/** Prose outside code: nothing in it formats or links. `_` only formats at the edge of a word. */
export function prose(text: string): string {
  return escapeMrkdwn(text)
    .replace(/[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (char) => LOOK_ALIKE[char] ?? char)
    .replace(/:\/\//g, ':\u2060//')
    .replace(/@(?=here|channel|everyone)/gi, '@\u2060');
}

/** Inline code: one line, without a backtick of its own. Slack shows nothing for empty code. */
export function inlineCode(text: string): string {
  const line = escapeMrkdwn(text).replace(/\s+/g, ' ').replace(/`/g, 'ˋ').trim();
  return line === '' ? '' : `\`${line}\``;
}

/** A block of code; three backticks inside are set apart by a zero-width space. */
export function codeBlock(text: string): string {
  return `\`\`\`${escapeMrkdwn(text).replace(/`(?=`)/g, '`\u200B')}\`\`\``;
}

/** One span in mrkdwn. */
export function mrkdwnOf(span: Span): string {
  if (typeof span === 'string') return prose(span);
  switch (span.style) {
    case 'bold':
      return wrap('*', prose(span.text));
    case 'italic':
      return wrap('_', prose(span.text));
    case 'code':
      return inlineCode(span.text);
    case 'link': {
      const url = webUrl(span.url);
      const label = prose(span.text).replace(/\|/g, '∣');
      return url === undefined ? label : `<${url}|${label || 'link'}>`;
    }
  }
}

function wrap(mark: string, text: string): string {
  return text.trim() === '' ? text : `${mark}${text.trim()}${mark}`;
}

/** An http(s) address that may stand between `<` and `|`, or undefined. */
export function webUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const safe = href.replace(/&/g, '&amp;').replace(/</g, '%3C').replace(/>/g, '%3E').replace(/\|/g, '%7C');
  return safe.length > 3_000 ? undefined : safe;
}

/** Without control and direction characters, which could turn a message around, and without broken surrogates. */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '');
}
