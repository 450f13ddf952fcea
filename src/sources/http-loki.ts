import type { Decoded } from './formats/harvest.ts';
import { decodeLokiJson, decodeLokiProtobuf } from './formats/loki.ts';
import type { HttpProtocol } from './http-receiver.ts';

/** Loki's push API: `POST /loki/api/v1/push`. Snappy is part of its protobuf form, whether a header names it or not. */
export const lokiProtocol: HttpProtocol<Decoded> = {
  source: 'loki',
  joinsTraces: true,
  ownCodings: ['snappy'],
  howToAuthorize:
    'send the token of TOCSIN_INGEST_TOKEN as "Authorization: Bearer …", or as the password of Basic auth',
  decode({ type, body }, context) {
    return type === 'application/json' ? decodeLokiJson(body, context) : decodeLokiProtobuf(body, context);
  },
  taken: () => ({ status: 204 }),
  refused: ({ status, reason }) => ({
    status,
    headers: { 'content-type': 'text/plain' },
    body: `${reason}\n`,
  }),
};
