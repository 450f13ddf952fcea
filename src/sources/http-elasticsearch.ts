import { type BulkItem, type BulkRecords, decodeBulk, decodeDocument } from './formats/elasticsearch-bulk.ts';
import type { Decoded } from './formats/harvest.ts';
import type { HttpProtocol, HttpRequest, Refusal, Reply } from './http-receiver.ts';

/** Without it the clients of Elastic refuse to talk: https://www.elastic.co/blog/elasticsearch-client-product-check */
export const ELASTIC_HEADERS = { 'X-elastic-product': 'Elasticsearch' } as const;

/** What may stand before every address, for a sender whose `GET /` must not be the console's. */
const PREFIX = '(?:/elasticsearch)?';
export const BULK_PATH = new RegExp(`^${PREFIX}(?:/[^/]+){0,2}/_bulk/?$`);
export const DOCUMENT_PATH = new RegExp(`^${PREFIX}/[^/]+/_(?:doc|create)(?:/[^/]*)?$`);

const common = {
  source: 'elasticsearch',
  joinsTraces: true,
  methods: ['POST', 'PUT'],
  howToAuthorize:
    'send the token of TOCSIN_INGEST_TOKEN as "Authorization: Bearer …", as the password of Basic auth, or as the API key',
  refused: elasticError,
} as const;

/** `POST /_bulk` and `/<index>/_bulk`, as Filebeat, Fluent Bit, Vector and the clients send it. */
export const bulkProtocol: HttpProtocol<BulkRecords> = {
  ...common,
  decode: (request, context) => decodeBulk(request.body, indexOf(request), context),
  taken({ items }) {
    const answers = items.map(answerOf);
    const errors = items.some(({ refused }) => refused !== undefined);
    return { status: 200, headers: ELASTIC_HEADERS, body: { took: 0, errors, items: answers } };
  },
};

/** `POST /<index>/_doc`: one document. */
export const documentProtocol: HttpProtocol<Decoded> = {
  ...common,
  decode: ({ body }, context) => decodeDocument(body, context),
  taken: (_, request) => ({
    status: 201,
    headers: ELASTIC_HEADERS,
    body: { ...CREATED, _index: indexOf(request), _id: '0' },
  }),
};

/** The parts of an answer to a written document. */
const CREATED = {
  _version: 1,
  result: 'created',
  _shards: { total: 1, successful: 1, failed: 0 },
  _seq_no: 0,
  _primary_term: 1,
} as const;

function answerOf({ action, index, id, refused }: BulkItem, place: number): object {
  const head = { _index: index, _id: id ?? String(place) };
  if (refused !== undefined) {
    return {
      [action]: { ...head, status: 400, error: { type: 'document_parsing_exception', reason: refused } },
    };
  }
  // Tocsin keeps no documents: there is never one to delete or to update.
  if (action === 'delete') return { delete: { ...head, ...CREATED, result: 'not_found', status: 404 } };
  if (action === 'update') return { update: { ...head, ...CREATED, result: 'updated', status: 200 } };
  return { [action]: { ...head, ...CREATED, status: 201 } };
}

function indexOf({ path }: HttpRequest): string {
  const [first = ''] = path
    .replace(/^\/elasticsearch(?=\/)/, '')
    .split('/')
    .filter((part) => part !== '');
  return first.startsWith('_') ? 'tocsin' : first;
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'security_exception',
  413: 'content_too_long_exception',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
};

/** A failure in Elasticsearch's form. */
export function elasticError({ status, reason }: Refusal): Reply {
  const error = { type: ERROR_TYPES[status] ?? 'illegal_argument_exception', reason };
  return { status, headers: ELASTIC_HEADERS, body: { error: { root_cause: [error], ...error }, status } };
}
