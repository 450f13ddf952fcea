import { createHash, timingSafeEqual } from 'node:crypto';

/** A token stands in the head of a message, or in front of it. */
const HEAD_LENGTH = 1_024;
const MAX_WORDS = 200;

/**
 * Whether the token stands in the head of a message: in front of it, as its host (Heroku's drain token), as id or value of its
 * structured data, or as a value of its JSON. Words are compared by their hashes, so that the time tells nothing.
 */
export function hasToken(text: string, token: string): boolean {
  const wanted = digest(token);
  const words = text.slice(0, HEAD_LENGTH).split(/[\s"'[\]{}=,;:@]+/, MAX_WORDS);
  // The token may contain such a character itself.
  return words.some((word) => timingSafeEqual(digest(word), wanted)) || text.startsWith(`${token} `);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The message without its token: gone from the front, `-` (nothing) elsewhere. */
export function withoutToken(text: string, token: string): string {
  if (!text.includes(token)) return text;
  const rest = text.startsWith(`${token} `) ? text.slice(token.length + 1) : text;
  return rest.replaceAll(token, '-');
}
