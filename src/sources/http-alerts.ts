import { decodeAlerts } from './formats/alert-webhook.ts';
import type { Decoded } from './formats/harvest.ts';
import type { HttpProtocol } from './http-receiver.ts';

/** The webhook of Alertmanager (`POST /alertmanager`) or of Grafana (`POST /grafana`): alerts of other systems. */
export function alertsProtocol(source: 'alertmanager' | 'grafana'): HttpProtocol<Decoded> {
  return {
    source,
    alerts: true,
    howToAuthorize: 'give the token of TOCSIN_INGEST_TOKEN as bearer token, or as the password of Basic auth',
    decode: ({ body }, context) => decodeAlerts(body, context),
    taken: ({ records }) => ({ status: 200, body: { accepted: records.length } }),
    refused: ({ status, reason }) => ({ status, body: { reason } }),
  };
}
