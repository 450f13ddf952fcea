import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The secrets that an `Authorization` header gives: of `Bearer` the token; of `Basic` the password (Loki, Elasticsearch and
 * webhooks often know nothing else), or the user name when there is no password; of Elasticsearch's `ApiKey` the key.
 */
export function authorizationSecrets(headers: IncomingHttpHeaders): readonly string[] {
  const [, scheme, value = ''] = /^(\w+) +(\S.*)$/.exec(headers.authorization?.trim() ?? '') ?? [];
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return [value.trim()];
    case 'basic':
      return basicSecrets(value);
    case 'apikey':
      return [value.trim(), afterColon(base64(value))];
    default:
      return [];
  }
}

function basicSecrets(value: string): readonly string[] {
  const pair = base64(value);
  const password = afterColon(pair);
  return [password === '' ? (pair.split(':', 1)[0] ?? '') : password];
}

function afterColon(pair: string): string {
  const colon = pair.indexOf(':');
  return colon < 0 ? '' : pair.slice(colon + 1);
}

function base64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/** Whether one of the given secrets is the token; compared through hashes, so that neither time nor length tells anything. */
export function isToken(given: readonly string[], token: string): boolean {
  const wanted = digest(token);
  return given.filter((secret) => timingSafeEqual(digest(secret), wanted)).length > 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
