import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { BodyBudget } from './body-budget.ts';

export type BodyResult =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly status: 400 | 413 | 415 | 429; readonly reason: string };

export interface BodyOptions {
  /** Of inflated bytes. */
  readonly maxBytes: number;
  /** Shared with other requests; the bytes are given back by the caller of `ok`, by this function otherwise. */
  readonly budget?: BodyBudget;
  /** Codings that the caller undoes itself (`snappy`). */
  readonly ownCodings?: readonly string[];
}

/** Not Brotli: a window of 16 MB for each request is too much, and no sender of logs needs it. */
const INFLATERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
};

/**
 * Reads a request's body, inflating gzip and deflate, up to `maxBytes` of inflated bytes: a zip bomb is cut off at the limit.
 * Never rejects; a sender that breaks off gives a 400.
 */
export function readBody(request: IncomingMessage, options: BodyOptions): Promise<BodyResult> {
  const { maxBytes, budget, ownCodings = [] } = options;
  const tooLarge: BodyResult = {
    ok: false,
    status: 413,
    reason: `the body is larger than ${maxBytes} bytes (max_body)`,
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(tooLarge);
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const plain = coding === 'identity' || coding === '' || ownCodings.includes(coding);
  if (!plain && !Object.hasOwn(INFLATERS, coding)) {
    const reason = `content-encoding ${coding} is not understood; send gzip, deflate or none`;
    return Promise.resolve({ ok: false, status: 415, reason });
  }
  const inflate = plain ? undefined : INFLATERS[coding]?.();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stream = inflate ? request.pipe(inflate) : request;
    let finished = false;
    let lastAt = performance.now();
    const release = budget?.hold({
      heldSince: () => (size > 0 ? lastAt : undefined),
      evict: () => finish(TOO_SLOW),
    });
    const finish = (result: BodyResult) => {
      if (finished) return;
      finished = true;
      release?.();
      request.unpipe();
      inflate?.destroy();
      stream.removeAllListeners('data');
      if (!result.ok) budget?.give(size);
      resolve(result);
    };
    stream.on('data', (chunk: Buffer) => {
      if (size + chunk.length > maxBytes) return finish(tooLarge);
      if (budget?.take(chunk.length) === false) return finish(BUSY);
      if (finished) return budget?.give(chunk.length);
      size += chunk.length;
      lastAt = performance.now();
      chunks.push(chunk);
    });
    stream.on('end', () => finish({ ok: true, body: Buffer.concat(chunks, size) }));
    stream.on('error', () => finish({ ok: false, status: 400, reason: `the ${coding} body is broken` }));
    request.on('aborted', () => finish({ ok: false, status: 400, reason: 'the sender broke off' }));
  });
}

const TOO_SLOW: BodyResult = {
  ok: false,
  status: 429,
  reason: 'nothing more came while others waited, nothing was taken',
};

const BUSY: BodyResult = {
  ok: false,
  status: 429,
  reason: 'too many large requests at once, nothing was taken',
};
