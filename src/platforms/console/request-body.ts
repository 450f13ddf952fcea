import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_large' }
  /** The sender left in the middle. */
  | { readonly kind: 'aborted' };

/** The whole body as UTF-8; reads no further than the limit. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Body> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too_large' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Not `for await (… of req)`: leaving that loop destroys the socket before the answer is out.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) return { kind: 'too_large' };
      chunks.push(chunk as Buffer);
    }
  } catch {
    return { kind: 'aborted' };
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString('utf8') };
}

/** The media type alone, lower case: `application/json; charset=utf-8` -> `application/json`. */
export function mediaType(req: IncomingMessage): string {
  return (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
