import { findAutoEntities } from './auto-entities.ts';
import { parseHtml } from './html.ts';
import { badRequest } from './refusal.ts';
import type { Entity, FormattedText } from './types.ts';

/** https://core.telegram.org/bots/api#sendmessage: "1-4096 characters after entities parsing". */
export const MAX_TEXT = 4096;
/** https://core.telegram.org/bots/api#senddocument: "0-1024 characters after entities parsing". */
export const MAX_CAPTION = 1024;
/** What is beyond loses its formatting without an error (tdlib, MAX_USER_ENTITY_COUNT). */
export const MAX_ENTITIES = 100;

/** The text of a message as it will be shown; refuses what the API refuses. */
export function messageText(raw: unknown, parseMode: unknown): FormattedText {
  if (raw === undefined || raw === null || raw === '') throw badRequest('message text is empty');
  const formatted = format(String(raw), parseMode);
  if (isInvisible(formatted.text)) throw badRequest('message text is empty');
  if (formatted.text.length > MAX_TEXT) throw badRequest('message is too long');
  return formatted;
}

/** The caption of a document; it may be absent. */
export function captionText(raw: unknown, parseMode: unknown): FormattedText {
  const formatted = format(String(raw ?? ''), parseMode);
  if (formatted.text.length > MAX_CAPTION) throw badRequest('message caption is too long');
  return isInvisible(formatted.text) ? { text: '', entities: [] } : formatted;
}

/** The text of a person: cleaned, and with what Telegram recognises in it. */
export function plainText(raw: string): FormattedText {
  return format(raw, undefined);
}

function format(raw: string, parseMode: unknown): FormattedText {
  const parsed = isHtml(parseMode) ? parseHtml(raw) : { text: raw, entities: [] };
  const cleaned = trim(clean(parsed));
  const own = resolveOverlaps(cleaned.entities).slice(0, MAX_ENTITIES);
  const auto = findAutoEntities(cleaned.text).filter(
    (entity) => !own.some((other) => clashes(entity, other)),
  );
  return { text: cleaned.text, entities: [...own, ...auto].sort(byPosition) };
}

function isHtml(parseMode: unknown): boolean {
  if (parseMode === undefined || parseMode === null || parseMode === '') return false;
  const mode = String(parseMode).toLowerCase();
  if (mode === 'html') return true;
  throw badRequest(`unsupported parse_mode (the double speaks HTML only, got ${mode})`);
}

/** Control characters become a space, the tab too; `\r`, line separators and bidi overrides vanish. */
function clean(formatted: FormattedText): FormattedText {
  const position: number[] = [];
  let text = '';
  for (const char of formatted.text) {
    for (let unit = 0; unit < char.length; unit++) position.push(text.length + unit);
    if (/\r|[\u2028-\u202e]|\u0333|\u033f|\u030a/.test(char)) continue;
    text += /[\u0000-\u0009\u000b-\u001f]/.test(char) ? ' ' : char;
  }
  position.push(text.length);
  return {
    text,
    entities: formatted.entities.map((entity) => moved(entity, (at) => position[at] ?? text.length)),
  };
}

/** Space at the end goes, entities with it; at the start only what is outside of any entity. */
function trim(formatted: FormattedText): FormattedText {
  const text = formatted.text.replace(/[ \n]+$/, '');
  const firstEntity = Math.min(text.length, ...formatted.entities.map((entity) => entity.offset));
  const start = /^[ \n]*/.exec(text.slice(0, firstEntity))?.[0].length ?? 0;
  const entities = formatted.entities
    .map((entity) => moved(entity, (at) => Math.max(0, Math.min(at, text.length) - start)))
    .filter((entity) => entity.length > 0);
  return { text: text.slice(start), entities };
}

function moved(entity: Entity, to: (at: number) => number): Entity {
  const offset = to(entity.offset);
  return { ...entity, offset, length: to(entity.offset + entity.length) - offset };
}

const SPLITTABLE = new Set(['bold', 'italic', 'underline', 'strikethrough', 'spoiler']);
const QUOTES = new Set(['blockquote', 'expandable_blockquote']);
const FIXED_WIDTH = new Set(['pre', 'code']);

/**
 * Nothing nests in pre and code, and neither nests in a link: of two such entities the outer one stays.
 * With the same span code wins over a link, so `<a href=...><code>x</code></a>` is no link.
 */
function resolveOverlaps(entities: readonly Entity[]): Entity[] {
  let end = 0;
  const whole = entities
    .filter((entity) => !SPLITTABLE.has(entity.type) && !QUOTES.has(entity.type))
    .sort((a, b) => byPosition(a, b) || rank(a) - rank(b))
    .filter((entity) => {
      if (entity.offset < end) return false;
      end = entity.offset + entity.length;
      return true;
    });
  const quotes = entities.filter((entity) => QUOTES.has(entity.type));
  const fixed = whole.filter((entity) => FIXED_WIDTH.has(entity.type));
  const styles = entities.filter((entity) => SPLITTABLE.has(entity.type));
  return [...quotes, ...whole, ...styles.flatMap((style) => without(style, fixed))].sort(byPosition);
}

/** A style around a code block is cut into what is before and after it. */
function without(style: Entity, fixed: readonly Entity[]): Entity[] {
  let pieces = [style];
  for (const { offset, length } of fixed) {
    pieces = pieces.flatMap((piece) => [
      between(piece, piece.offset, Math.min(offset, piece.offset + piece.length)),
      between(piece, Math.max(offset + length, piece.offset), piece.offset + piece.length),
    ]);
    pieces = pieces.filter((piece) => piece.length > 0);
  }
  return pieces;
}

function between(entity: Entity, from: number, to: number): Entity {
  return { ...entity, offset: from, length: to - from };
}

function rank(entity: Entity): number {
  return FIXED_WIDTH.has(entity.type) ? 0 : 1;
}

/** A found entity lives inside styles and quotes, but not in code, links or across the edge of a quote. */
function clashes(found: Entity, own: Entity): boolean {
  if (SPLITTABLE.has(own.type)) return false;
  const overlaps = found.offset < own.offset + own.length && own.offset < found.offset + found.length;
  if (!QUOTES.has(own.type)) return overlaps;
  return overlaps && !(own.offset <= found.offset && found.offset + found.length <= own.offset + own.length);
}

function byPosition(a: Entity, b: Entity): number {
  return a.offset - b.offset || b.length - a.length;
}

/** What tdlib's is_empty_string calls empty: spaces of every width, joiners, marks, the byte order mark. */
function isInvisible(text: string): boolean {
  return /^[\s\u180e\u200b-\u200f\u202e\u2800\ufffc\u{e0000}-\u{e007f}]*$/u.test(text);
}
