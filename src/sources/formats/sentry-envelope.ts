import { isObject } from '../../record/bounded-value.ts';
import { parseJson } from './json.ts';

export interface EnvelopeItem {
  /** Lower case; empty when the item names none. */
  readonly type: string;
  readonly payload: Uint8Array;
}

export interface Envelope {
  readonly eventId: string | undefined;
  readonly items: readonly EnvelopeItem[];
  /** The rest could not be taken apart. */
  readonly broken: boolean;
}

/** An envelope of Sentry has a handful of items. */
const MAX_ITEMS = 1000;
const LINE_FEED = 10;

/**
 * Takes an envelope apart: a line of JSON about it, then for each item a line of JSON and the payload, which ends after `length`
 * bytes or with the line. https://develop.sentry.dev/sdk/foundations/transport/envelopes/
 * Undefined when the first line is no JSON object.
 */
export function parseEnvelope(body: Uint8Array): Envelope | undefined {
  const first = lineAt(body, 0);
  const head = parseJson(first.bytes);
  if (!head.ok || !isObject(head.value)) return undefined;
  const { event_id: id } = head.value;
  const eventId = typeof id === 'string' ? id.slice(0, 64) : undefined;
  const items: EnvelopeItem[] = [];
  for (let at = skipBlank(body, first.next); at < body.length; at = skipBlank(body, at)) {
    const item = itemAt(body, at);
    if (!item || items.length >= MAX_ITEMS) return { eventId, items, broken: true };
    items.push({ type: item.type, payload: item.payload });
    at = item.next;
  }
  return { eventId, items, broken: false };
}

function itemAt(body: Uint8Array, at: number): (EnvelopeItem & { readonly next: number }) | undefined {
  const line = lineAt(body, at);
  const head = parseJson(line.bytes);
  if (!head.ok || !isObject(head.value)) return undefined;
  const { type, length } = head.value;
  const name = typeof type === 'string' ? type.toLowerCase() : '';
  if (length === undefined || length === null) {
    const { bytes, next } = lineAt(body, line.next);
    return { type: name, payload: bytes, next };
  }
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) return undefined;
  const next = line.next + length;
  return next > body.length ? undefined : { type: name, payload: body.subarray(line.next, next), next };
}

function lineAt(body: Uint8Array, start: number): { readonly bytes: Uint8Array; readonly next: number } {
  const end = body.indexOf(LINE_FEED, start);
  return end < 0
    ? { bytes: body.subarray(start), next: body.length }
    : { bytes: body.subarray(start, end), next: end + 1 };
}

function skipBlank(body: Uint8Array, start: number): number {
  let at = start;
  while (body[at] === LINE_FEED || body[at] === 13) at += 1;
  return at;
}
