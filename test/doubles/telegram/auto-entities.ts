import { isKnownTld } from './tlds.ts';
import type { Entity } from './types.ts';

/**
 * What Telegram makes of plain text by itself: links, mentions, commands, hashtags, mails (tdlib,
 * find_entities). This is how `main.py`, `@Override` or `/etc` in a log line become clickable, and a mention
 * rings a stranger. Left out: phone and bank card numbers.
 */
export function findAutoEntities(text: string): Entity[] {
  const found = FINDERS.flatMap((find) => find(text));
  found.sort((a, b) => a.offset - b.offset || b.length - a.length);
  let end = 0;
  return found.filter((entity) => {
    if (entity.offset < end) return false;
    end = entity.offset + entity.length;
    return true;
  });
}

const MENTION = /(?<![\p{L}\p{N}_])@([a-zA-Z0-9_]{2,32})(?![\p{L}\p{N}_])/gu;
const SHORT_MENTIONS = new Set(['gif', 'vid', 'pic']);
const COMMAND = /(?<![\p{L}\p{N}_/<>])\/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\p{L}\p{N}_/<>@])/gu;
const HASHTAG =
  /(?<![\p{Nd}_\p{L}\u200c\u00b7\u0d80-\u0dff])#([\p{Nd}_\p{L}\u200c\u00b7\u0d80-\u0dff]{1,256})(?!#)/gu;
const CASHTAG = /(?<![$\p{Nd}_\p{L}])\$(?:1INCH|[A-Z]{1,8})(?![$\p{Nd}_\p{L}])/gu;
const EMAIL =
  /(?<![\w.+-])(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}@(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}(?![\w-])/giu;
const OWN_URL = /(?:tg|ton):\/\/[a-z0-9_-]{1,253}(?:[/?#][^\s<>"«»]*)?/giu;
const WEB_URL =
  /(?:([a-z0-9+-]*):\/\/)?(?:[\w.~!$&*+,;=:%-]{1,128}@)?((?:[\p{L}\p{N}_~-]+\.)+[\p{L}\p{N}_~-]+)(:\d{1,5})?([/?#][^\s<>"«»]*)?/giu;

const FINDERS: readonly ((text: string) => Entity[])[] = [
  (text) => matches(text, MENTION, 'mention', (name) => name.length >= 4 || SHORT_MENTIONS.has(name)),
  (text) => matches(text, COMMAND, 'bot_command'),
  (text) => matches(text, HASHTAG, 'hashtag', (tag) => /\p{L}/u.test(tag)),
  (text) => matches(text, CASHTAG, 'cashtag'),
  (text) => matches(text, EMAIL, 'email'),
  (text) => matches(text, OWN_URL, 'url').map((entity) => withoutBadEnd(text, entity)),
  findWebUrls,
];

function matches(text: string, pattern: RegExp, type: string, accept = (_: string) => true): Entity[] {
  const entities: Entity[] = [];
  for (const match of text.matchAll(pattern)) {
    if (!accept((match[1] ?? '').toLowerCase())) continue;
    entities.push({ type, offset: match.index, length: match[0].length });
  }
  return entities;
}

function findWebUrls(text: string): Entity[] {
  const entities: Entity[] = [];
  for (const match of text.matchAll(WEB_URL)) {
    const [whole, scheme, domain = '', , path] = match;
    const skipped = scheme === undefined ? 0 : schemeStart(scheme);
    const before = text.slice(0, match.index);
    if (skipped === undefined) continue;
    if (scheme === undefined && /[\p{L}\p{N}_/#@]$/u.test(before)) continue;
    if (!isLinkable(domain, scheme !== undefined)) continue;
    const url = { type: 'url', offset: match.index + skipped, length: whole.length - skipped };
    entities.push(path === undefined ? url : withoutBadEnd(text, url));
  }
  return entities;
}

/** How much of the letters before `://` is no scheme (`xhttp` links from the h on), or nothing if none is. */
function schemeStart(scheme: string): number | undefined {
  const lower = scheme.toLowerCase();
  if (['shttp', 'tftp', 'sftp'].includes(lower)) return undefined;
  const known = ['https', 'http', 'ftp'].find((name) => lower.endsWith(name));
  return known === undefined ? undefined : scheme.length - known.length;
}

function isLinkable(domain: string, hasScheme: boolean): boolean {
  const labels = domain.split('.');
  if (labels.some((label) => label.length >= 64 || label.endsWith('-'))) return false;
  if (isIpv4(labels)) return true;
  const tld = labels.at(-1) ?? '';
  if (!/[^\d.]/.test(domain) || tld.length <= 1 || labels.at(-2)?.includes('_')) return false;
  if (tld.startsWith('xn--')) return /^xn--[a-z0-9]{2,}$/i.test(tld);
  if (/[_-]/.test(tld)) return false;
  return hasScheme || isKnownTld(tld);
}

function isIpv4(labels: readonly string[]): boolean {
  return (
    labels.length === 4 && labels.every((label) => /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256)
  );
}

/** Sentence marks and unbalanced brackets at the end of a path don't belong to the link. */
function withoutBadEnd(text: string, url: Entity): Entity {
  let value = text.slice(url.offset, url.offset + url.length);
  const closing = firstUnbalanced(value);
  if (closing >= 0) value = value.slice(0, closing);
  return { ...url, length: value.replace(/[.:;,('?!`]+$/, '').length };
}

function firstUnbalanced(value: string): number {
  const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  const depth: Record<string, number> = { '(': 0, '[': 0, '{': 0 };
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? '';
    const opener = opening[char];
    if (opener !== undefined) {
      depth[opener] = (depth[opener] ?? 0) - 1;
      if ((depth[opener] ?? 0) < 0) return at;
    } else if (char in depth) {
      depth[char] = (depth[char] ?? 0) + 1;
    }
  }
  return -1;
}
