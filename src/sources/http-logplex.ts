import type { Decoded } from './formats/harvest.ts';
import { decodeLogplex } from './formats/logplex.ts';
import type { HttpProtocol, HttpRequest } from './http-receiver.ts';

/** So many requests are remembered, to know one that Heroku sends again because our answer got lost. */
const MAX_REMEMBERED = 1000;

/**
 * A Heroku HTTPS drain: `POST /logplex`, `application/logplex-1`. The token is the password in the drain's address. A request that
 * was taken before (`Logplex-Frame-Id`) is answered, and counted as a duplicate.
 */
export function logplexProtocol(): HttpProtocol<Decoded> {
  const taken = new Set<string>();
  return {
    source: 'logplex',
    joinsTraces: true,
    howToAuthorize: 'add the drain with the token: heroku drains:add https://tocsin:<token>@<host>/logplex',
    decode(request, context) {
      const { body, query } = request;
      const count = Number(request.headers['logplex-msg-count']);
      const decoded = decodeLogplex(
        body,
        {
          count: count > 0 ? count : undefined,
          token: header(request, 'logplex-drain-token'),
          service: query.get('service')?.slice(0, 256) || undefined,
        },
        context,
      );
      const again = taken.has(frameId(request));
      if (!again || 'unreadable' in decoded) return decoded;
      return { records: [], dropped: new Map([['duplicate', decoded.records.length]]) };
    },
    taken(_, request) {
      const id = frameId(request);
      if (id !== '') taken.add(id);
      for (const oldest of taken.size > MAX_REMEMBERED ? taken : []) {
        taken.delete(oldest);
        break;
      }
      return { status: 204 };
    },
    refused: ({ status, reason }) => ({
      status,
      headers: { 'content-type': 'text/plain' },
      body: `${reason}\n`,
    }),
  };
}

function frameId(request: HttpRequest): string {
  const id = header(request, 'logplex-frame-id') ?? '';
  return id === '' ? '' : `${header(request, 'logplex-drain-token') ?? ''} ${id}`;
}

function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 256) : undefined;
}
