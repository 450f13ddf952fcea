import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { MarksInForce } from '../record/line-chunk.ts';
import type { BodyBudget } from './body-budget.ts';
import { countDropped } from './count-dropped.ts';
import {
  type DecodeContext,
  type Decoded,
  MAX_RECORDS,
  TOO_MANY,
  type Unreadable,
} from './formats/harvest.ts';
import { joinRecords } from './formats/record-joiner.ts';
import { type BodyResult, readBody } from './http-body.ts';
import { authorizationSecrets, isToken } from './http-credentials.ts';

/** A request as the protocols see it. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** `application/json`, without parameters, in lower case. */
  readonly type: string;
  /** Empty as long as it has not been read. */
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is answered as JSON. */
  readonly body?: string | Uint8Array | object;
}

/** Why nothing of a request was taken. */
export interface Refusal {
  readonly status: 400 | 401 | 405 | 413 | 415 | 429 | 503;
  readonly reason: string;
}

/** Whom an address lets in, and how those are answered that it does not. */
export interface HttpDoor {
  /** How the source is called in `/observe`. */
  readonly source: string;
  /** POST, if nothing else is said. */
  readonly methods?: readonly string[];
  /** Where these senders put the token besides `Authorization`. */
  readonly secrets?: (request: HttpRequest) => readonly string[];
  /** What a sender without the token is told to do. */
  readonly howToAuthorize?: string;
  /** Content codings that the decoder undoes itself. */
  readonly ownCodings?: readonly string[];
  readonly refused: (refusal: Refusal, request: HttpRequest) => Reply;
}

/** A way of sending logs over HTTP: how a body is read, and how its senders want to be answered. */
export interface HttpProtocol<T extends Decoded> extends HttpDoor {
  /** Whether its records are alerts of another system. */
  readonly alerts?: boolean;
  /** Whether its records may be the lines of stack traces, each by itself. */
  readonly joinsTraces?: boolean;
  readonly decode: (request: HttpRequest, context: DecodeContext) => T | Unreadable;
  /** After the commit. */
  readonly taken: (decoded: T, request: HttpRequest) => Reply;
}

export interface ReceiverOptions {
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly token: string | undefined;
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
  readonly budget?: BodyBudget;
  /** Tells which lines need not become a record, by the rules in force. */
  readonly marks?: MarksInForce;
  readonly now: () => number;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How long senders are asked to hold on (seconds): an overloaded bot drains in far less; a full disk takes longer. */
const RETRY_AFTER_S: Readonly<Record<number, string>> = { 429: '1', 503: '5' };
const BEARER = 'send the token of TOCSIN_INGEST_TOKEN as "Authorization: Bearer …"';
/** What a body that was not read is counted as. */
const UNREAD_REASON: Readonly<Record<number, string>> = { 413: 'too_large', 429: 'overloaded' };

/** The handler of a protocol, whose requests are decoded and committed as a whole. */
export function createReceiver<T extends Decoded>(
  protocol: HttpProtocol<T>,
  options: ReceiverOptions,
): HttpHandler {
  const { pipeline, now, maxBodyBytes, maxLineBytes } = options;
  const { source } = protocol;

  return createDoor(protocol, options, async (request) => {
    const decoded = protocol.decode(request, { observedAt: now(), maxBodyBytes, maxLineBytes });
    const refuse = (status: Refusal['status'], reason: string) =>
      protocol.refused({ status, reason }, request);
    if ('unreadable' in decoded) {
      await countDropped(pipeline, source, 'malformed');
      return refuse(400, decoded.unreadable);
    }
    if (decoded.dropped.has(TOO_MANY)) {
      await countDropped(pipeline, source, 'too_large');
      return refuse(413, `more than ${MAX_RECORDS} records in one request; send smaller batches`);
    }
    const { dropped } = decoded;
    const { records, joined } = protocol.joinsTraces
      ? joinRecords(decoded.records)
      : { records: decoded.records, joined: 0 };
    try {
      if (records.length > 0 || dropped.size > 0)
        await pipeline.submit({
          source,
          records,
          joined,
          dropped,
          ...(protocol.alerts ? { alerts: true } : {}),
        });
    } catch {
      // The sender keeps the lines and comes again; the pipeline has told the operator why.
      return refuse(503, 'the database did not take the lines; nothing was stored');
    }
    return protocol.taken(decoded, request);
  });
}

/**
 * Method, token, overload, body, then `take`, in this order. A sender is told "taken" only after the commit (product.md section 2), and
 * is sent away before anything is read when the bot cannot keep up.
 */
export function createDoor(
  door: HttpDoor,
  options: ReceiverOptions,
  take: (request: HttpRequest) => Promise<Reply>,
): HttpHandler {
  const { pipeline, token, budget, maxBodyBytes } = options;
  const { source, methods = ['POST'], secrets, ownCodings = [], howToAuthorize = BEARER } = door;

  const reply = async (incoming: IncomingMessage, head: HttpRequest): Promise<Reply> => {
    const refuse = (status: Refusal['status'], reason: string) => door.refused({ status, reason }, head);
    if (!methods.includes(head.method)) return refuse(405, `send log lines with ${methods.join(' or ')}`);
    const given = () => [...authorizationSecrets(head.headers), ...(secrets?.(head) ?? [])];
    if (token !== undefined && !isToken(given(), token)) return refuse(401, howToAuthorize);
    if (pipeline.overloaded) return refuse(429, 'overloaded, nothing was taken');
    const read: BodyResult = await readBody(incoming, {
      maxBytes: maxBodyBytes,
      ownCodings,
      ...(budget ? { budget } : {}),
    });
    if (!read.ok) {
      await countDropped(pipeline, source, UNREAD_REASON[read.status] ?? 'malformed');
      return refuse(read.status, read.reason);
    }
    try {
      // Many may have come in while this one was read.
      if (pipeline.overloaded) return refuse(429, 'overloaded, nothing was taken');
      return await take({ ...head, body: read.body });
    } finally {
      budget?.give(read.body.length);
    }
  };

  return async (incoming, response) => {
    const answer = await reply(incoming, headOf(incoming));
    const { status } = answer;
    // What is still on its way is not read: the connection ends with the answer.
    if (!incoming.complete) response.setHeader('connection', 'close');
    if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="tocsin"');
    if (status === 405) response.setHeader('allow', methods.join(', '));
    if (RETRY_AFTER_S[status] !== undefined) response.setHeader('retry-after', RETRY_AFTER_S[status]);
    send(response, answer);
  };
}

/** What is known of a request before its body. */
function headOf(incoming: IncomingMessage): HttpRequest {
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    type: (incoming.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    body: Buffer.alloc(0),
  };
}

/** Writes an answer. */
export function send(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  if (typeof body === 'object' && !(body instanceof Uint8Array)) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(`${JSON.stringify(body)}\n`);
  } else {
    response.writeHead(status, headers);
    response.end(body);
  }
}
