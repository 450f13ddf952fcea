/** The messages of a body in octet counting, and what was left when a count did not fit. */
export interface OctetFrames {
  readonly frames: readonly Uint8Array[];
  /** Bytes at the end that are no frame: a count that is none, or that reaches beyond the end. */
  readonly rest: Uint8Array;
}

/** More digits than any message has bytes. */
const MAX_DIGITS = 9;
const SPACE = 32;

/**
 * Splits a whole body into messages: `<length> <message><length> <message>…`, the length in bytes (RFC 6587 section 3.4.1). Line
 * feeds between messages are passed over; what comes after `maxFrames` is left in `rest`. Copies nothing; linear.
 */
export function splitOctetFrames(body: Uint8Array, maxFrames: number): OctetFrames {
  const frames: Uint8Array[] = [];
  let at = skipLineFeeds(body, 0);
  while (at < body.length && frames.length < maxFrames) {
    const frame = frameAt(body, at);
    if (!frame) break;
    frames.push(body.subarray(frame.start, frame.end));
    at = skipLineFeeds(body, frame.end);
  }
  return { frames, rest: body.subarray(at) };
}

function frameAt(body: Uint8Array, at: number): { start: number; end: number } | undefined {
  let length = 0;
  let index = at;
  for (; index < at + MAX_DIGITS; index++) {
    const digit = (body[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  if (index === at || body[index] !== SPACE || length === 0) return undefined;
  const start = index + 1;
  return start + length > body.length ? undefined : { start, end: start + length };
}

function skipLineFeeds(body: Uint8Array, start: number): number {
  let at = start;
  while (body[at] === 10 || body[at] === 13) at += 1;
  return at;
}
