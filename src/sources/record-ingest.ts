import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { isObject } from '../record/bounded-value.ts';
import type { LogRecord } from '../record/log-record.ts';
import { parseRecord } from '../record/parse-record.ts';
import { readBody } from './http-body.ts';

/** What a pipe hands over may be larger than what it read: heads and traces stand in it twice. */
const LARGER = 8;

/** Takes the records that `tocsin pipe` made of its lines; answers after the commit, like `POST /ingest`. */
export function createRecordIngest(options: {
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly source: string;
  readonly maxBodyBytes: number;
}) {
  const { pipeline, source, maxBodyBytes } = options;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const end = (status: number) => void response.writeHead(status).end();
    if (pipeline.overloaded) return end(429);
    const read = await readBody(request, { maxBytes: maxBodyBytes * LARGER });
    if (!read.ok) return end(read.status);
    const body: unknown = JSON.parse(read.body.toString('utf8'));
    const { records, joined } = isObject(body) ? body : {};
    if (!Array.isArray(records)) return end(400);
    const good = records.map(parseRecord).filter((record): record is LogRecord => record !== undefined);
    const malformed = records.length - good.length;
    const dropped = new Map(malformed > 0 ? [['malformed', malformed]] : []);
    try {
      await pipeline.submit({
        source,
        records: good,
        dropped,
        joined: typeof joined === 'number' ? joined : 0,
      });
    } catch {
      // The pipe keeps its lines and comes again; the pipeline has told the operator why.
      return end(503);
    }
    return end(200);
  };
}
