import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';

export type BodyResult =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly status: 400 | 413 | 415 | 429; readonly reason: string };

/** What the bodies of all requests together hold; one that was read is to be released by who got it. */
export interface BodyMemory {
  held: number;
  readonly maxBytes: number;
}

/**
 * Reads a request's body, inflating gzip and deflate, up to `maxBytes` of inflated bytes: a zip bomb is cut off at the limit.
 * Never rejects; a sender that breaks off gives a 400, and one that comes when too much is held already a 429.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  memory: BodyMemory = { held: 0, maxBytes: Number.POSITIVE_INFINITY },
): Promise<BodyResult> {
  const tooLarge: BodyResult = {
    ok: false,
    status: 413,
    reason: `the body is larger than ${maxBytes} bytes (max_body)`,
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(tooLarge);
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const inflate =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : undefined;
  if (!inflate && encoding !== 'identity' && encoding !== '') {
    const reason = `content-encoding ${encoding} is not understood; send gzip, deflate or none`;
    return Promise.resolve({ ok: false, status: 415, reason });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stream = inflate ? request.pipe(inflate) : request;
    let finished = false;
    const finish = (result: BodyResult) => {
      if (finished) return;
      finished = true;
      if (!result.ok) memory.held -= size;
      request.unpipe();
      inflate?.destroy();
      stream.removeAllListeners('data');
      resolve(result);
    };
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      memory.held += chunk.length;
      if (size > maxBytes) finish(tooLarge);
      else if (memory.held > memory.maxBytes)
        finish({ ok: false, status: 429, reason: 'overloaded, nothing was taken' });
      else chunks.push(chunk);
    });
    stream.on('end', () => finish({ ok: true, body: Buffer.concat(chunks, size) }));
    stream.on('error', () => finish({ ok: false, status: 400, reason: `the ${encoding} body is broken` }));
    request.on('aborted', () => finish({ ok: false, status: 400, reason: 'the sender broke off' }));
  });
}
