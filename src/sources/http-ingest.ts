import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type BodyPiece, type LineError, recordsOfBody } from './formats/ndjson.ts';
import { type BodyMemory, readBody } from './http-body.ts';

export interface HttpIngestOptions {
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  /** How the source is called in `/observe`. */
  readonly source: string;
  readonly token: string | undefined;
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
  readonly now: () => number;
  /** Bytes that the bodies under way may hold together; default: 64 MB, or six of `maxBodyBytes`. */
  readonly maxHeldBytes?: number;
}

const HELD_BYTES = 64 * 1024 ** 2;
const HELD_BODIES = 6;
/** How long an overloaded bot asks senders to hold on (seconds): the queue drains in far less. */
const RETRY_AFTER_S = 1;

/** `POST /ingest` (product.md section 7). */
export function createHttpIngest(options: HttpIngestOptions) {
  const { pipeline, source, token, now } = options;
  const maxHeldBytes = options.maxHeldBytes ?? Math.max(HELD_BYTES, HELD_BODIES * options.maxBodyBytes);
  const memory: BodyMemory = { held: 0, maxBytes: maxHeldBytes };
  const retryLater = { 'retry-after': String(RETRY_AFTER_S) };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST')
      return fail(request, response, 405, 'send log lines with POST', { allow: 'POST' });
    if (token !== undefined && !authorized(request, token)) {
      const reason = 'send the token of TOCSIN_INGEST_TOKEN as "Authorization: Bearer …"';
      return fail(request, response, 401, reason, { 'www-authenticate': 'Bearer realm="tocsin"' });
    }
    if (pipeline.overloaded) {
      return fail(request, response, 429, 'overloaded, nothing was taken', retryLater);
    }
    const read = await readBody(request, options.maxBodyBytes, memory);
    if (!read.ok) {
      const headers = read.status === 429 ? retryLater : {};
      return fail(request, response, read.status, read.reason, headers);
    }
    try {
      await take(request, response, read.body);
    } finally {
      memory.held -= read.body.length;
    }
  };

  async function take(request: IncomingMessage, response: ServerResponse, bytes: Buffer): Promise<void> {
    const observedAt = now();
    const pieces = recordsOfBody(bytes, request.headers['content-type'], { observedAt }, options);
    const { accepted, rejected, errors, failed } = await submitAll(pieces, pipeline, source);
    if (failed) {
      // The sender keeps the lines and comes again; the pipeline has told the operator why.
      const stored = accepted === 0 ? 'nothing was stored' : `only the first ${accepted} were stored`;
      const reason = `the database did not take the lines; ${stored}`;
      return fail(request, response, 503, reason, { 'retry-after': '5' }, accepted);
    }
    const nothingRead = accepted === 0 && (rejected > 0 || bytes.length === 0);
    const listed = bytes.length === 0 ? [{ line: 1, reason: 'the body is empty' }] : errors;
    answer(response, nothingRead ? 400 : 200, { accepted, rejected, errors: listed });
  }
}

/** Decodes and commits one piece after the other. Between them the event loop belongs to others. */
async function submitAll(pieces: Iterable<BodyPiece>, pipeline: Pick<Pipeline, 'submit'>, source: string) {
  const errors: LineError[] = [];
  let accepted = 0;
  let rejected = 0;
  for (const piece of pieces) {
    const { records, joined } = piece;
    const dropped = piece.rejected > 0 ? { dropped: new Map([['malformed', piece.rejected]]) } : {};
    try {
      if (records.length > 0 || joined > 0 || piece.rejected > 0)
        await pipeline.submit({ source, records, joined, ...dropped });
    } catch {
      return { accepted, rejected, errors, failed: true };
    }
    accepted += records.length + joined;
    rejected += piece.rejected;
    errors.push(...piece.errors);
    await setImmediate();
  }
  return { accepted, rejected, errors, failed: false };
}

/** Compared through hashes, so that neither the time nor the length tells anything. */
export function authorized(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  if (given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function fail(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
  headers: Record<string, string> = {},
  accepted = 0,
): void {
  // What is still on its way is not read: the connection ends with the answer.
  if (!request.complete) response.setHeader('connection', 'close');
  answer(response, status, { accepted, rejected: 0, errors: [{ line: 0, reason }] }, headers);
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
