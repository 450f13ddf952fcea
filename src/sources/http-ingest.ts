import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { recordsOfBody } from './formats/ndjson.ts';
import { readBody } from './http-body.ts';

export interface HttpIngestOptions {
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  /** How the source is called in `/observe`. */
  readonly source: string;
  readonly token: string | undefined;
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
  readonly now: () => number;
}

/** How long an overloaded bot asks senders to hold on (seconds): the queue drains in far less. */
const RETRY_AFTER_S = 1;

/** `POST /ingest` (product.md section 7). */
export function createHttpIngest(options: HttpIngestOptions) {
  const { pipeline, source, token, now } = options;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST')
      return fail(request, response, 405, 'send log lines with POST', { allow: 'POST' });
    if (token !== undefined && !authorized(request, token)) {
      const reason = 'send the token of TOCSIN_INGEST_TOKEN as "Authorization: Bearer …"';
      return fail(request, response, 401, reason, { 'www-authenticate': 'Bearer realm="tocsin"' });
    }
    if (pipeline.overloaded) {
      return fail(request, response, 429, 'overloaded, nothing was taken', {
        'retry-after': String(RETRY_AFTER_S),
      });
    }
    const read = await readBody(request, options.maxBodyBytes);
    if (!read.ok) return fail(request, response, read.status, read.reason);
    const observedAt = now();
    const body = recordsOfBody(read.body, request.headers['content-type'], { observedAt }, options);
    const { records, joined, rejected, errors } = body;
    const dropped = rejected > 0 ? new Map([['malformed', rejected]]) : undefined;
    try {
      if (records.length > 0 || dropped)
        await pipeline.submit({ source, records, joined, ...(dropped ? { dropped } : {}) });
    } catch {
      // The sender keeps the lines and comes again; the pipeline has told the operator why.
      const headers = { 'retry-after': '5' };
      return fail(request, response, 503, 'the database did not take the lines; nothing was stored', headers);
    }
    const nothingRead = records.length === 0 && (rejected > 0 || read.body.length === 0);
    const listed = read.body.length === 0 ? [{ line: 1, reason: 'the body is empty' }] : errors;
    answer(response, nothingRead ? 400 : 200, {
      accepted: records.length + joined,
      rejected,
      errors: listed,
    });
  };
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
): void {
  // What is still on its way is not read: the connection ends with the answer.
  if (!request.complete) response.setHeader('connection', 'close');
  answer(response, status, { accepted: 0, rejected: 0, errors: [{ line: 0, reason }] }, headers);
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
