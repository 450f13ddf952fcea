import type { IncomingHttpHeaders } from 'node:http';
import { authorizationSecrets, isToken } from './http-credentials.ts';
import { ELASTIC_HEADERS, elasticError } from './http-elasticsearch.ts';
import { send } from './http-receiver.ts';
import type { Route } from './http-server.ts';

/** New enough for the senders that ask, and of the last line whose forms the older ones know. */
const VERSION = '8.19.0';
const UUID = 'tocsin-tocsin-tocsin-0';

const INFO = {
  name: 'tocsin',
  cluster_name: 'tocsin',
  cluster_uuid: UUID,
  version: {
    number: VERSION,
    build_flavor: 'default',
    build_type: 'docker',
    build_hash: 'tocsin',
    build_date: '2025-01-01T00:00:00.000Z',
    build_snapshot: false,
    lucene_version: '9.12.0',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
};
const LICENSE = { status: 'active', uid: UUID, type: 'basic', mode: 'basic', issued_to: 'tocsin' };
const HEALTH = {
  cluster_name: 'tocsin',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
};

/** What senders ask before they send: the address below `/`, and the answer. */
const API: readonly (readonly [path: RegExp, answer: object])[] = [
  [/^\/?$/, INFO],
  [/^\/_license\/?$/, { license: LICENSE }],
  [/^\/_xpack(?:\/.*)?$/, { license: LICENSE, features: { ilm: { available: true, enabled: true } } }],
  [/^\/_cluster\/health(?:\/.*)?$/, HEALTH],
  // Sniffing finds no other node: the sender stays with the address that it has.
  [
    /^\/_nodes(?:\/.*)?$/,
    { _nodes: { total: 0, successful: 0, failed: 0 }, cluster_name: 'tocsin', nodes: {} },
  ],
  // Templates and policies are there already, whatever they are called: nobody need set up anything.
  [
    /^\/_(?:index_template|component_template|template|ilm\/policy|ingest\/pipeline|data_stream|alias)(?:\/.*)?$/,
    { acknowledged: true },
  ],
];

/**
 * The addresses of Elasticsearch that senders ask before `_bulk`. `GET /` is the console's page, so it is Elasticsearch's only
 * for a client that asks as one; below `/elasticsearch/` it always is.
 */
export function elasticsearchApi(token: string | undefined): Route {
  return (incoming, response, path) => {
    const prefixed = /^\/elasticsearch(?:\/|$)/.test(path);
    const below = prefixed ? path.slice('/elasticsearch'.length) : path;
    if (!prefixed && path === '/' && !asksAsClient(incoming.headers)) return false;
    const found = API.find(([shape]) => shape.test(below));
    if (!found) return false;
    if (token === undefined || isToken(authorizationSecrets(incoming.headers), token)) {
      send(response, { status: 200, headers: ELASTIC_HEADERS, body: found[1] });
    } else {
      response.setHeader('www-authenticate', 'Basic realm="tocsin"');
      send(response, elasticError({ status: 401, reason: 'the token of TOCSIN_INGEST_TOKEN is missing' }));
    }
    return true;
  };
}

const CLIENTS = /elastic|beat[/ ]|filebeat|logstash|vector\/|fluent-?bit|fluentd/i;

function asksAsClient(headers: IncomingHttpHeaders): boolean {
  const accept = headers.accept ?? '';
  if (accept.includes('application/vnd.elasticsearch+json') || 'x-elastic-client-meta' in headers)
    return true;
  return !accept.includes('text/html') && CLIENTS.test(headers['user-agent'] ?? '');
}
