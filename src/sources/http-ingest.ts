import { setImmediate } from 'node:timers/promises';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type BodyPiece, type LineError, recordsOfBody } from './formats/ndjson.ts';
import {
  createDoor,
  type HttpDoor,
  type HttpHandler,
  type ReceiverOptions,
  type Reply,
} from './http-receiver.ts';

/** `POST /ingest` (product.md section 7). `source` is how it is called in `/observe`. */
export function createHttpIngest(source: string, options: ReceiverOptions): HttpHandler {
  const { pipeline, now } = options;
  const door: HttpDoor = { source, refused: ({ status, reason }) => refused(status, reason) };

  return createDoor(door, options, async ({ body, headers }) => {
    const pieces = recordsOfBody(body, headers['content-type'], { observedAt: now() }, options);
    const { accepted, rejected, errors, failed } = await submitAll(pieces, pipeline, source);
    if (failed) {
      // The sender keeps the lines and comes again; the pipeline has told the operator why.
      const stored = accepted === 0 ? 'nothing was stored' : `only the first ${accepted} were stored`;
      return refused(503, `the database did not take the lines; ${stored}`, accepted);
    }
    const nothingRead = accepted === 0 && (rejected > 0 || body.length === 0);
    const listed = body.length === 0 ? [{ line: 1, reason: 'the body is empty' }] : errors;
    return { status: nothingRead ? 400 : 200, body: { accepted, rejected, errors: listed } };
  });
}

/** Decodes and commits one piece after the other. Between them the event loop belongs to others. */
async function submitAll(pieces: Iterable<BodyPiece>, pipeline: Pick<Pipeline, 'submit'>, source: string) {
  const errors: LineError[] = [];
  let accepted = 0;
  let rejected = 0;
  for (const piece of pieces) {
    const { records, joined, quiet } = piece;
    const dropped = piece.rejected > 0 ? { dropped: new Map([['malformed', piece.rejected]]) } : {};
    try {
      if (records.length + joined + quiet + piece.rejected > 0)
        await pipeline.submit({ source, records, joined, quiet, ...dropped });
    } catch {
      return { accepted, rejected, errors, failed: true };
    }
    accepted += records.length + joined + quiet;
    rejected += piece.rejected;
    errors.push(...piece.errors);
    await setImmediate();
  }
  return { accepted, rejected, errors, failed: false };
}

function refused(status: number, reason: string, accepted = 0): Reply {
  return { status, body: { accepted, rejected: 0, errors: [{ line: 0, reason }] } };
}
