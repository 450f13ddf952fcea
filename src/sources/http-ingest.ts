import type { Decoded } from './formats/harvest.ts';
import { type BodyRecords, recordsOfBody } from './formats/ndjson.ts';
import type { HttpProtocol, Reply } from './http-receiver.ts';

interface IngestBody extends Decoded, BodyRecords {
  readonly empty: boolean;
}

/** `POST /ingest` (product.md section 7). `source` is how it is called in `/observe`. */
export function ingestProtocol(source: string): HttpProtocol<IngestBody> {
  return {
    source,
    decode({ body, headers }, context) {
      const { records, rejected, errors } = recordsOfBody(body, headers['content-type'], context, context);
      const dropped = new Map(rejected > 0 ? [['malformed', rejected]] : []);
      return { records, rejected, errors, dropped, empty: body.length === 0 };
    },
    taken({ records, rejected, errors, empty }) {
      const status = records.length === 0 && (rejected > 0 || empty) ? 400 : 200;
      return answer(
        status,
        records.length,
        rejected,
        empty ? [{ line: 1, reason: 'the body is empty' }] : errors,
      );
    },
    refused: ({ status, reason }) => answer(status, 0, 0, [{ line: 0, reason }]),
  };
}

function answer(status: number, accepted: number, rejected: number, errors: BodyRecords['errors']): Reply {
  return { status, body: { accepted, rejected, errors } };
}
