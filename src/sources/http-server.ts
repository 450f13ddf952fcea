import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError } from './listen-error.ts';

/** Answers a request, or returns false when it is not its own. */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export interface HttpServerOptions {
  /** Where to listen: an address, or a Unix socket. */
  readonly at: { readonly host: string; readonly port: number } | { readonly socket: string };
  /** Asked in order; the first that takes a request has it. */
  readonly routes: readonly Route[];
  /** The variable that says where to listen, for the message when that fails. */
  readonly setting: string;
}

/** A slow sender has this long for its head and for the whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 5_000;

/** One HTTP listener. `start` throws ListenError when it cannot listen. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => this.#dispatch(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  async start(): Promise<void> {
    const { at, setting } = this.#options;
    const listening = once(this.#server, 'listening');
    if ('socket' in at) this.#server.listen({ path: at.socket });
    else this.#server.listen({ host: at.host, port: at.port });
    try {
      await listening;
    } catch (error) {
      throw new ListenError(
        setting,
        'socket' in at ? at.socket : `${at.host}:${at.port}`,
        error as NodeJS.ErrnoException,
      );
    }
  }

  /** `127.0.0.1:8790`, with the port that was really taken. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return address ?? 'not listening';
    const { address: host, port, family } = address as AddressInfo;
    return family === 'IPv6' ? `[${host}]:${port}` : `${host}:${port}`;
  }

  /** Takes nothing new, ends what is idle, and waits a moment for what is being answered. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), 2_000);
    await closed;
    clearTimeout(timer);
  }

  #dispatch(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    for (const route of this.#options.routes) {
      if (route(request, response, path)) return;
    }
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('Not found. Log lines go to POST /ingest.\n');
  }
}

/** A route for one path or a shape of paths, whose handler's failure is a 500 and never an unhandled rejection. */
export function route(
  path: string | RegExp,
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
): Route {
  return (request, response, asked) => {
    if (typeof path === 'string' ? asked !== path : !path.test(asked)) return false;
    Promise.resolve()
      .then(() => handler(request, response))
      .catch((error: Error) => {
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`${error.message}\n`);
      });
    return true;
  };
}
