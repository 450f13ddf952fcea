import { mentionsAndLinks, type Reference, visibleText } from './mrkdwn.ts';

export type { Reference } from './mrkdwn.ts';

/** Walks the blocks of a message and lists its texts, each with the way Slack reads it. */

type Json = Record<string, unknown>;

interface Said {
  readonly text: string;
  readonly blocks: readonly Json[];
}

type Piece =
  | { readonly kind: 'mrkdwn'; readonly text: string; readonly verbatim: boolean }
  | { readonly kind: 'plain' | 'markdown'; readonly text: string }
  | { readonly kind: 'button'; readonly text: string }
  /** An element of rich_text that is a reference by its type. */
  | { readonly kind: 'reference'; readonly text: string; readonly reference: Reference };

export function referencesOf(message: Said): Reference[] {
  const pieces = [...message.blocks.flatMap(piecesOf)];
  return [...mentionsAndLinks(message.text), ...pieces.flatMap(pieceReferences)];
}

export function visibleTextOf(message: Said): string {
  if (message.blocks.length === 0) return visibleText(message.text);
  return message.blocks
    .map((block) =>
      piecesOf(block)
        .map(pieceVisible)
        .join(block['type'] === 'rich_text' ? '' : '\n'),
    )
    .filter((text) => text !== '')
    .join('\n');
}

/** All characters of all texts in the blocks; Slack refuses a message beyond its bound. */
export function totalTextLength(blocks: readonly Json[]): number {
  return blocks.flatMap(piecesOf).reduce((sum, piece) => sum + piece.text.length, 0);
}

function pieceReferences(piece: Piece): Reference[] {
  if (piece.kind === 'reference') return [piece.reference];
  if (piece.kind === 'mrkdwn') {
    return mentionsAndLinks(piece.text, { verbatim: piece.verbatim, bareMentions: true });
  }
  if (piece.kind !== 'markdown') return [];
  const links = [...piece.text.matchAll(/\[[^\]]*\]\([^)\s]+\)/g)];
  const rest = piece.text.replace(/\[[^\]]*\]\([^)\s]+\)/g, ' ');
  return [...links.map((m): Reference => ({ kind: 'link', raw: m[0] })), ...mentionsAndLinks(rest)];
}

function pieceVisible(piece: Piece): string {
  if (piece.kind === 'mrkdwn') return visibleText(piece.text);
  return piece.kind === 'button' ? `[${piece.text}]` : piece.text;
}

function piecesOf(block: Json): Piece[] {
  switch (block['type']) {
    case 'section':
      return [
        ...textPieces(block['text']),
        ...list(block['fields']).flatMap(textPieces),
        ...elementPieces(block['accessory']),
      ];
    case 'header':
      return textPieces(block['text']);
    case 'context':
    case 'actions':
      return list(block['elements']).flatMap(elementPieces);
    case 'image':
      return [...textPieces(block['title']), ...elementPieces(block)];
    case 'markdown':
      return [{ kind: 'markdown', text: string(block['text']) }];
    case 'rich_text':
      return list(block['elements']).flatMap(richPieces);
    default:
      return [];
  }
}

function elementPieces(element: unknown): Piece[] {
  if (!isObject(element)) return [];
  if (element['type'] === 'button') {
    return textPieces(element['text']).map((piece) => ({ kind: 'button', text: piece.text }));
  }
  if (element['type'] === 'image') return [{ kind: 'plain', text: string(element['alt_text']) }];
  return textPieces(element);
}

function textPieces(object: unknown): Piece[] {
  if (!isObject(object)) return [];
  const text = string(object['text']);
  if (object['type'] === 'mrkdwn') return [{ kind: 'mrkdwn', text, verbatim: object['verbatim'] === true }];
  return [{ kind: 'plain', text }];
}

function richPieces(element: unknown): Piece[] {
  if (!isObject(element)) return [];
  const reference = (kind: Reference['kind'], raw: unknown, text = raw): Piece => ({
    kind: 'reference',
    text: string(text),
    reference: { kind, raw: string(raw) },
  });
  switch (element['type']) {
    case 'text':
      return [{ kind: 'plain', text: string(element['text']) }];
    case 'emoji':
      return [{ kind: 'plain', text: `:${string(element['name'])}:` }];
    case 'link':
      return [reference('link', element['url'], element['text'] ?? element['url'])];
    case 'user':
      return [reference('user', element['user_id'])];
    case 'channel':
      return [reference('channel', element['channel_id'])];
    case 'usergroup':
      return [reference('usergroup', element['usergroup_id'])];
    case 'broadcast':
      return [reference('broadcast', element['range'])];
    case 'date':
      return [reference('date', String(element['timestamp']), element['fallback'] ?? '')];
    default:
      return [...list(element['elements']).flatMap(richPieces), { kind: 'plain', text: '\n' }];
  }
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
