import type { IncomingMessage } from 'node:http';
import { parseMultipart } from './multipart.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { Payload, SentFile } from './types.ts';

/** https://core.telegram.org/bots/api#sending-files: 50 MB for what is uploaded. */
const MAX_BODY_BYTES = 50 * 1024 * 1024;

/** Parameters that are JSON inside multipart and form requests (the API: "JSON-serialized"). */
const JSON_PARAMETERS = new Set([
  'reply_markup',
  'reply_parameters',
  'link_preview_options',
  'allowed_updates',
  'commands',
  'scope',
]);

/**
 * Reads the parameters from the query and from a JSON, form or multipart body
 * (https://core.telegram.org/bots/api#making-requests). Files come out as `SentFile`.
 */
export async function readPayload(request: IncomingMessage, query: URLSearchParams): Promise<Payload> {
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  const payload = { ...fromFields(query), ...fromBody(body, type) };
  if (hasLoneSurrogate(payload)) throw notUtf8();
  return payload;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  if (bytes > MAX_BODY_BYTES) throw new Refusal(413, 'Request Entity Too Large');
  return Buffer.concat(chunks);
}

function fromBody(body: Buffer, type: string): Record<string, unknown> {
  if (body.length === 0) return {};
  if (type.startsWith('multipart/form-data')) return fromMultipart(body, type);
  const text = decode(body);
  if (type.startsWith('application/json')) return fromJson(text);
  if (type.startsWith('application/x-www-form-urlencoded')) return fromFields(new URLSearchParams(text));
  return {};
}

function fromJson(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest("can't parse JSON object");
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fieldValue(name, inner)]));
}

function fromMultipart(body: Buffer, type: string): Record<string, unknown> {
  return Object.fromEntries(
    parseMultipart(body, type).map(([name, value]) => [name, fieldValue(name, value)]),
  );
}

function fromFields(fields: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, fieldValue(name, value)]));
}

function fieldValue(name: string, value: unknown): unknown {
  return typeof value === 'string' && value !== '' && JSON_PARAMETERS.has(name) ? parseJson(value) : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("can't parse JSON object");
  }
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw notUtf8();
  }
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false;
  return Object.values(value).some(hasLoneSurrogate);
}

function notUtf8(): Error {
  return badRequest('strings must be encoded in UTF-8');
}

/** Ids and numbers may come as numbers or as text. */
export function integer(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,16}$/.test(value)) return Number(value);
  return undefined;
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}

export function isFile(value: unknown): value is SentFile {
  return typeof value === 'object' && value !== null && 'content' in value && Buffer.isBuffer(value.content);
}
