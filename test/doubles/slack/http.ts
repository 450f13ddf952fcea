import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isObject } from './content.ts';
import { type Parsed, parseJson, refuse } from './message-rules.ts';
import type { Json } from './workspace.ts';

/** Bytes to a payload, an answer to bytes. */

export interface HttpRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly parsed: Parsed<Json>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What stands in `slack.calls`. */
  readonly response: unknown;
}

export async function readRequest(req: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(req.url ?? '/', 'http://slack.invalid');
  const query = Object.fromEntries(url.searchParams);
  const parsed = parseBody(req.headers['content-type'] ?? '', body);
  return {
    path: url.pathname,
    headers: req.headers,
    body,
    parsed: parsed.ok ? { ok: true, value: { ...query, ...parsed.value } } : parsed,
  };
}

/** https://docs.slack.dev/apis/web-api: form or JSON; the error names are those of every method's page. */
function parseBody(contentType: string, body: Buffer): Parsed<Json> {
  if (body.length === 0) return { ok: true, value: {} };
  const type = contentType.split(';')[0]?.trim() ?? '';
  if (type === '') return refuse('missing_post_type');
  if (type === 'application/x-www-form-urlencoded') {
    return { ok: true, value: Object.fromEntries(new URLSearchParams(body.toString())) };
  }
  // Only uploads come as multipart here; their body is looked at elsewhere.
  if (type === 'multipart/form-data' || type === 'application/octet-stream') return { ok: true, value: {} };
  if (type !== 'application/json') return refuse('invalid_post_type');
  const value = parseJson(body.toString());
  if (value === undefined) return refuse('invalid_json');
  return isObject(value) ? { ok: true, value } : refuse('json_not_object');
}

export function sendAnswer(res: ServerResponse, answer: HttpAnswer): void {
  if (res.destroyed) return;
  res.writeHead(answer.status, answer.headers);
  res.end(answer.body);
}

export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
    body,
    response: body,
  };
}
