import { alertsProtocol } from './http-alerts.ts';
import { BULK_PATH, bulkProtocol, DOCUMENT_PATH, documentProtocol } from './http-elasticsearch.ts';
import { elasticsearchApi } from './http-elasticsearch-api.ts';
import { createHttpIngest } from './http-ingest.ts';
import { logplexProtocol } from './http-logplex.ts';
import { lokiProtocol } from './http-loki.ts';
import { otlpProtocol } from './http-otlp.ts';
import { createReceiver, type ReceiverOptions } from './http-receiver.ts';
import { SENTRY_PATH, sentryProtocol, withPreflight } from './http-sentry.ts';
import { type Route, route } from './http-server.ts';

/** Every way of sending logs over HTTP, at its address. */
export function protocolRoutes(options: ReceiverOptions): Route[] {
  return [
    route('/ingest', createHttpIngest('http', options)),
    route('/v1/logs', createReceiver(otlpProtocol, options)),
    route('/loki/api/v1/push', createReceiver(lokiProtocol, options)),
    route(BULK_PATH, createReceiver(bulkProtocol, options)),
    route(DOCUMENT_PATH, createReceiver(documentProtocol, options)),
    elasticsearchApi(options.token),
    route('/alertmanager', createReceiver(alertsProtocol('alertmanager'), options)),
    route('/grafana', createReceiver(alertsProtocol('grafana'), options)),
    route('/logplex', createReceiver(logplexProtocol(), options)),
    route(SENTRY_PATH, withPreflight(createReceiver(sentryProtocol, options))),
  ];
}
