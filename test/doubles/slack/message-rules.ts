import { blockErrors } from './blocks.ts';
import { isObject, totalTextLength } from './content.ts';
import type { Content, Json, Metadata } from './workspace.ts';

/** What every way of posting refuses: https://docs.slack.dev/reference/methods/chat.postMessage#errors */

/** The method's page: messages are truncated when they have more than 40,000 characters. */
const TEXT_MAX = 40_000;
/** Nowhere documented; people hit `msg_blocks_too_long` at about 10 to 13 thousand characters in all. */
const BLOCKS_TEXT_MAX = 13_000;
const METADATA_MAX = 8_000;

export interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly [extra: string]: unknown;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | Refusal;

export function refuse(error: string, messages: readonly string[] = []): Refusal {
  if (messages.length === 0) return { ok: false, error };
  const response_metadata = { messages: messages.map((message) => `[ERROR] ${message}`) };
  return { ok: false, error, errors: messages, response_metadata };
}

/**
 * The content of a message, checked and as Slack would keep it: text cut, ids of blocks and buttons filled
 * in.
 */
export function parseContent(payload: Json): Parsed<Content> {
  const blocks = parseBlocks(payload['blocks']);
  if (!blocks.ok) return blocks;
  const metadata = parseMetadata(payload['metadata']);
  if (!metadata.ok) return metadata;
  const text = payload['text'] ?? '';
  if (typeof text !== 'string' && typeof text !== 'number') return refuse('invalid_arguments', ['text']);
  if (/\p{Surrogate}/u.test(String(text))) return refuse('invalid_arguments', ['must be valid unicode']);
  if (String(text).trim() === '' && blocks.value.length === 0) return refuse('no_text');
  return {
    ok: true,
    value: { text: String(text).slice(0, TEXT_MAX), blocks: blocks.value, metadata: metadata.value },
  };
}

function parseBlocks(given: unknown): Parsed<readonly Json[]> {
  if (given === undefined || given === null || given === '') return { ok: true, value: [] };
  const blocks = typeof given === 'string' ? parseJson(given) : given;
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format');
  const errors = blockErrors(blocks);
  if (errors.length > 0) return refuse('invalid_blocks', errors);
  if (totalTextLength(blocks) > BLOCKS_TEXT_MAX) return refuse('msg_blocks_too_long');
  return { ok: true, value: blocks.map(withIds) };
}

/** https://docs.slack.dev/messaging/message-metadata */
function parseMetadata(given: unknown): Parsed<Metadata | undefined> {
  if (given === undefined || given === null || given === '') return { ok: true, value: undefined };
  const metadata = typeof given === 'string' ? parseJson(given) : given;
  if (!isObject(metadata)) return refuse('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return { ok: true, value: undefined };
  const { event_type: type, event_payload: payload, ...rest } = metadata;
  const fine = typeof type === 'string' && /^[\w.-]{1,255}$/.test(type) && isObject(payload);
  if (!fine || Object.keys(rest).length > 0) return refuse('invalid_metadata_format');
  if (JSON.stringify(metadata).length > METADATA_MAX) return refuse('metadata_too_large');
  return { ok: true, value: { event_type: type, event_payload: payload } };
}

let lastId = 0;

/** Slack gives a block without `block_id`, and a button without `action_id`, one of its own. */
function withIds(block: Json): Json {
  const nextId = () => {
    lastId += 1;
    return `x${lastId.toString(36).padStart(4, '0')}`;
  };
  const button = (element: unknown): unknown =>
    isObject(element) && element['type'] === 'button' ? { action_id: nextId(), ...element } : element;
  const copy: Json = { block_id: nextId(), ...block };
  if (Array.isArray(copy['elements'])) copy['elements'] = copy['elements'].map(button);
  if (copy['accessory'] !== undefined) copy['accessory'] = button(copy['accessory']);
  return copy;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON text means undefined, so the callers take it for "not JSON".
  }
}
