import { decodeEnvelope, decodeStore, type SentryRecords } from './formats/sentry.ts';
import type { HttpHandler, HttpProtocol, HttpRequest } from './http-receiver.ts';

/** `/api/<project>/envelope/` and `/store/`. */
export const SENTRY_PATH = /^\/api\/([\w-]{1,64})\/(envelope|store)\/?$/;

/**
 * What Sentry's SDKs send. The DSN is `http://<token>@<host>:<port>/1`: where a token is set, the DSN's key must be it.
 * https://develop.sentry.dev/sdk/foundations/transport/
 */
export const sentryProtocol: HttpProtocol<SentryRecords> = {
  source: 'sentry',
  howToAuthorize: 'the key of the DSN (http://<key>@…) must be the token of TOCSIN_INGEST_TOKEN',
  secrets: keysOf,
  decode({ path, body }, context) {
    const [, project = '', kind] = SENTRY_PATH.exec(path) ?? [];
    const decode = kind === 'store' ? decodeStore : decodeEnvelope;
    return decode(body, { ...context, project });
  },
  taken: ({ eventId }) => ({
    status: 200,
    headers: CORS,
    body: eventId === undefined ? {} : { id: eventId },
  }),
  refused: ({ status, reason }) => ({ status, headers: CORS, body: { detail: reason } }),
};

/** The key of the DSN stands in the query, in `X-Sentry-Auth`, or in `Authorization: Sentry …`. */
function keysOf({ query, headers }: HttpRequest): readonly string[] {
  const [auth] = [headers['x-sentry-auth'], headers.authorization]
    .flat()
    .filter((value) => /^Sentry /i.test(value ?? ''));
  const key = /sentry_key=([^\s,]+)/i.exec(auth ?? '')?.[1];
  return [query.get('sentry_key'), key].filter((value) => typeof value === 'string');
}

/** Pages of any site send here; the key is all that lets them, as with Sentry. */
const CORS = { 'access-control-allow-origin': '*' } as const;
const PREFLIGHT = {
  ...CORS,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'x-sentry-auth, content-type, content-encoding, authorization',
  'access-control-max-age': '86400',
};

/** Answers a browser that asks whether it may send. */
export function withPreflight(handler: HttpHandler): HttpHandler {
  return async (request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, PREFLIGHT).end();
    else await handler(request, response);
  };
}
