import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeMsgpack } from './msgpack.ts';
import { encodeMsgpack } from './msgpack-write.ts';

/** The name under which the answers are signed. */
const SERVER = 'tocsin';

export type Handshake =
  | { readonly ok: true; readonly pong: Buffer }
  | { readonly ok: false; readonly pong: Buffer | undefined };

/** The first thing a server says that wants a shared key. `nonce` is 16 random bytes. */
export function heloMessage(nonce: Uint8Array): Buffer {
  return encodeMsgpack(['HELO', { nonce, auth: '', keepalive: true }]);
}

/**
 * Checks a client's PING, and answers it: both sides prove that they know the key without saying it.
 * https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#handshake-messages
 */
export function answerPing(ping: Uint8Array, nonce: Uint8Array, sharedKey: string): Handshake {
  const parts = decodeMsgpack(ping, { texts: 'bytes' });
  const [kind, client, salt, digest] = Array.isArray(parts) ? (parts as readonly unknown[]) : [];
  if (!isPart(kind) || !isPart(client) || !isPart(salt) || !isPart(digest))
    return { ok: false, pong: undefined };
  if (Buffer.from(kind).toString() !== 'PING') return { ok: false, pong: undefined };
  const wanted = Buffer.from(sha512(salt, client, nonce, Buffer.from(sharedKey)));
  const given = Buffer.from(Buffer.from(digest).toString('latin1').toLowerCase());
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return { ok: false, pong: encodeMsgpack(['PONG', false, 'shared_key mismatch', SERVER, '']) };
  }
  const own = sha512(salt, Buffer.from(SERVER), nonce, Buffer.from(sharedKey));
  return { ok: true, pong: encodeMsgpack(['PONG', true, '', SERVER, own]) };
}

function isPart(part: unknown): part is Uint8Array {
  return part instanceof Uint8Array;
}

function sha512(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
