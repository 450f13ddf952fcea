import { checkLink, mentionedUserId } from './links.ts';
import { badRequest } from './refusal.ts';
import type { Entity, FormattedText } from './types.ts';

/** Tag to entity type (https://core.telegram.org/bots/api#html-style). Any other tag is refused. */
const TAGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'text_link',
    b: 'bold',
    strong: 'bold',
    i: 'italic',
    em: 'italic',
    u: 'underline',
    ins: 'underline',
    s: 'strikethrough',
    strike: 'strikethrough',
    del: 'strikethrough',
    span: 'spoiler',
    'tg-spoiler': 'spoiler',
    'tg-emoji': 'custom_emoji',
    code: 'code',
    pre: 'pre',
    blockquote: 'blockquote',
  }),
);

const LITERALS: ReadonlyMap<string, string> = new Map(
  Object.entries({ lt: '<', gt: '>', amp: '&', quot: '"' }),
);

interface OpenTag {
  readonly name: string;
  readonly argument: string;
  readonly offset: number;
}

/** A reader of the source text. Beyond the end it sees NUL, as the C++ parser of the real server does. */
interface Cursor {
  readonly source: string;
  at: number;
}

/**
 * Parses `parse_mode: HTML` as the real server does, with its errors and byte offsets (tdlib, parse_html).
 * Not an error there, so not here: an unknown named entity (`&nbsp;`) stays as it was typed; `</>` closes
 * anything; the semicolon of an entity may be missing.
 */
export function parseHtml(source: string): FormattedText {
  const cursor: Cursor = { source, at: 0 };
  const open: OpenTag[] = [];
  const entities: Entity[] = [];
  let text = '';
  while (cursor.at < source.length) {
    const char = peek(cursor);
    if (char === '&') {
      text += readReference(cursor) ?? take(cursor);
    } else if (char !== '<') {
      text += take(cursor);
    } else if (source[cursor.at + 1] === '/') {
      closeTag(readEndTag(cursor, open), text, entities);
    } else {
      open.push({ ...readStartTag(cursor), offset: text.length });
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw cantParse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  if (/\p{Surrogate}/u.test(text)) throw cantParse(INVALID_AFTER_DECODING);
  return { text, entities };
}

const INVALID_AFTER_DECODING =
  'Text contains invalid Unicode characters after decoding HTML entities, ' +
  'check for unmatched surrogate code units';

function readStartTag(cursor: Cursor): { name: string; argument: string } {
  const begin = cursor.at++;
  const name = readWhile(cursor, (char) => !isSpace(char) && char !== '>').toLowerCase();
  if (peek(cursor) === '\0') throw cantParse(`Unclosed start tag at byte offset ${bytes(cursor, begin)}`);
  if (!TAGS.has(name)) {
    throw cantParse(`Unsupported start tag "${name}" at byte offset ${bytes(cursor, begin)}`);
  }
  let argument = '';
  for (skipSpace(cursor); peek(cursor) !== '>'; skipSpace(cursor)) {
    argument = readAttribute(cursor, name, begin) ?? argument;
  }
  cursor.at++;
  if (name === 'span' && argument !== 'spoiler') {
    throw cantParse(`Tag "span" must have class "tg-spoiler" at byte offset ${bytes(cursor, begin)}`);
  }
  return { name, argument };
}

/** Reads one attribute; returns its value if the tag makes use of it, else nothing (it is ignored). */
function readAttribute(cursor: Cursor, tag: string, begin: number): string | undefined {
  const name = readWhile(cursor, (char) => !isSpace(char) && char !== '=' && char !== '>');
  const where = `tag "${tag}" at byte offset ${bytes(cursor, begin)}`;
  if (name === '') throw cantParse(`Empty attribute name in the ${where}`);
  skipSpace(cursor);
  if (peek(cursor) !== '=') {
    if (tag === 'blockquote' && name === 'expandable' && peek(cursor) !== '\0') return 'expandable';
    throw cantParse(`Expected equal sign in declaration of an attribute of the ${where}`);
  }
  cursor.at++;
  skipSpace(cursor);
  const value = readAttributeValue(cursor);
  if (peek(cursor) === '\0') throw cantParse(`Unclosed start tag at byte offset ${bytes(cursor, begin)}`);
  if (tag === 'a' && name === 'href') return value;
  if (tag === 'tg-emoji' && name === 'emoji-id') return value;
  if (tag === 'code' && name === 'class' && value.startsWith('language-')) return value.slice(9);
  if (tag === 'span' && name === 'class' && value.startsWith('tg-')) return value.slice(3);
  if (tag === 'blockquote' && name === 'expandable') return 'expandable';
  return undefined;
}

function readAttributeValue(cursor: Cursor): string {
  const quote = peek(cursor);
  if (quote !== '"' && quote !== "'") {
    const begin = cursor.at;
    const token = readWhile(cursor, (char) => /[A-Za-z0-9.-]/.test(char));
    if (!isSpace(peek(cursor)) && peek(cursor) !== '>') {
      throw cantParse(`Unexpected end of name token at byte offset ${bytes(cursor, begin)}`);
    }
    return token.toLowerCase();
  }
  cursor.at++;
  let value = '';
  while (peek(cursor) !== quote && peek(cursor) !== '\0') value += readReference(cursor) ?? take(cursor);
  if (peek(cursor) === quote) cursor.at++;
  return value;
}

function readEndTag(cursor: Cursor, open: OpenTag[]): OpenTag {
  const begin = cursor.at;
  const expected = open.pop();
  if (!expected) throw cantParse(`Unexpected end tag at byte offset ${bytes(cursor, begin)}`);
  cursor.at += 2;
  const name = readWhile(cursor, (char) => !isSpace(char) && char !== '>').toLowerCase();
  skipSpace(cursor);
  if (peek(cursor) !== '>') throw cantParse(`Unclosed end tag at byte offset ${bytes(cursor, begin)}`);
  cursor.at++;
  if (name !== '' && name !== expected.name) {
    const where = `byte offset ${bytes(cursor, begin)}`;
    throw cantParse(`Unmatched end tag at ${where}, expected "</${expected.name}>", found "</${name}>"`);
  }
  return expected;
}

/** Turns a closed tag into an entity; an empty one leaves no trace. `<pre><code class=...>` become one. */
function closeTag(tag: OpenTag, text: string, entities: Entity[]): void {
  const span = { offset: tag.offset, length: text.length - tag.offset };
  if (span.length === 0) return;
  const previous = entities.at(-1);
  const same = previous?.offset === span.offset && previous.length === span.length;
  if (tag.name === 'pre' && same && previous.type === 'code' && previous.language !== undefined) {
    entities[entities.length - 1] = { ...previous, type: 'pre' };
  } else if (tag.name === 'code' && same && previous.type === 'pre' && tag.argument !== '') {
    entities[entities.length - 1] = { ...previous, language: tag.argument };
  } else {
    entities.push(...entityOf(tag, span, text.slice(tag.offset)));
  }
}

function entityOf(tag: OpenTag, span: { offset: number; length: number }, inner: string): Entity[] {
  const type = TAGS.get(tag.name) ?? '';
  if (tag.name === 'a') return linkEntity(tag.argument === '' ? inner : tag.argument, span);
  if (tag.name === 'code' && tag.argument !== '') return [{ type, ...span, language: tag.argument }];
  if (tag.name === 'blockquote' && tag.argument !== '') return [{ type: 'expandable_blockquote', ...span }];
  if (tag.name === 'tg-emoji') {
    if (!/^-?[1-9]\d*$/.test(tag.argument)) throw cantParse('Invalid custom emoji identifier specified');
    return [{ type, ...span, custom_emoji_id: tag.argument }];
  }
  return [{ type, ...span }];
}

/** A link that the server does not take vanishes without an error; its text stays. */
function linkEntity(href: string, span: { offset: number; length: number }): Entity[] {
  const userId = mentionedUserId(href);
  if (userId !== undefined) {
    const user = { id: userId, is_bot: false, first_name: `User ${userId}` };
    return [{ type: 'text_mention', ...span, user }];
  }
  const link = checkLink(href);
  return link.ok ? [{ type: 'text_link', ...span, url: link.url }] : [];
}

/** Decodes `&lt;`, `&#60;` or `&#x3c;` at the cursor, or returns nothing and does not move. */
function readReference(cursor: Cursor): string | undefined {
  const rest = cursor.source.slice(cursor.at, cursor.at + 40);
  const found = /^&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?/.exec(rest);
  if (!found) return undefined;
  const [whole, hex, decimal, name] = found;
  const decoded = name === undefined ? fromNumber(hex, decimal, whole) : LITERALS.get(name);
  if (decoded !== undefined) cursor.at += whole.length;
  return decoded;
}

function fromNumber(hex: string | undefined, decimal: string | undefined, whole: string): string | undefined {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (code === 0 || code >= 0x10ffff || whole.replace(';', '').length >= 10) return undefined;
  return String.fromCodePoint(code);
}

function peek(cursor: Cursor): string {
  return cursor.source[cursor.at] ?? '\0';
}

function take(cursor: Cursor): string {
  return cursor.source[cursor.at++] ?? '';
}

function readWhile(cursor: Cursor, belongs: (char: string) => boolean): string {
  const begin = cursor.at;
  while (peek(cursor) !== '\0' && belongs(peek(cursor))) cursor.at++;
  return cursor.source.slice(begin, cursor.at);
}

function skipSpace(cursor: Cursor): void {
  readWhile(cursor, isSpace);
}

function isSpace(char: string): boolean {
  return /[ \t\r\n\0\v]/.test(char);
}

/** The API counts bytes of UTF-8 in its errors. */
function bytes(cursor: Cursor, at: number): number {
  return Buffer.byteLength(cursor.source.slice(0, at));
}

function cantParse(what: string): Error {
  return badRequest(`can't parse entities: ${what}`);
}
