import { ByteBuffer } from './byte-buffer.ts';

/** One message of a stream, without its framing. */
export interface Frame {
  readonly bytes: Buffer;
  /** How many bytes of it were left out, because it is longer than the limit. */
  readonly cutBytes: number;
}

/** `83 <40>1 …`: RFC 6587 section 3.4.1, RFC 5425 section 4.3. A longer count than 9,999,999 is none. */
const COUNT = /^([1-9]\d{0,6}) <\d{1,3}>/;
/** What may still become one, at the beginning and at the end of a text. */
const COUNT_BEGUN = /^[1-9]\d{0,6}(?: (?:<\d{0,3})?)?$/;
const COUNT_BEGUN_LATE = /[1-9]\d{0,6}(?: (?:<\d{0,3})?)?$/;
/** Where messages may begin again: behind a line end, or at a count. */
const RESYNC = /[\n\0]|[1-9]\d{0,6} <\d{1,3}>/;
/** Seven digits, a blank, `<191>`. */
const HEAD_BYTES = 13;
const LF = 10;
const CR = 13;
const NUL = 0;

/**
 * - `unknown`: nothing has been seen that tells how the sender frames
 * - `line`: within a line, or before one
 * - `count`: before the count of a message
 * - `message`: within a counted message
 * - `seek`: a count is missing; looks for the next one
 */
type State = 'unknown' | 'line' | 'count' | 'message' | 'seek';

/**
 * Takes a byte stream apart into messages. A connection's first bytes decide: `<digits> <PRI>` is octet counting, anything else
 * lines that end in LF (with or without CR) or NUL (RFC 6587 section 3.4.2). A sender that counts wrong is found again at the next
 * line end or count; what lies between is counted as lost. How the stream is chopped makes no difference; holds at most `limit`
 * bytes and a head. Never throws.
 */
export class StreamFramer {
  #state: State = 'unknown';
  readonly #held = new ByteBuffer();
  /** Bytes of the counted message that are to come. */
  #left = 0;
  /** Bytes of the message that were left out so far. */
  #cut = 0;
  #lost = 0;

  /** Bytes that are held until their message is complete. */
  get held(): number {
    return this.#held.length;
  }

  /** Whether a message has begun and is not complete. */
  get within(): boolean {
    return this.#held.length > 0 || this.#cut > 0 || this.#state === 'message';
  }

  get framing(): 'unknown' | 'lines' | 'counted' {
    if (this.#state === 'unknown') return 'unknown';
    return this.#state === 'line' ? 'lines' : 'counted';
  }

  /** How often something stood between two counted messages that is no message; asking sets it back. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** The messages that are complete now; `limit` is the most bytes of one that are kept. */
  feed(chunk: Buffer, limit: number): Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    while (rest.length > 0) rest = this.#step(rest, limit, frames);
    return frames;
  }

  /** The stream is over: what is held is a message of its own. */
  end(limit: number): Frame[] {
    const frames: Frame[] = [];
    if (this.#state === 'unknown') {
      this.#state = 'line';
      const held = this.#held.take();
      if (held.length > 0) frames.push(...this.feed(held, limit));
    }
    if (this.#state === 'line' || this.#state === 'message') this.#complete(frames);
    else if (this.#state === 'count' && this.#held.length > 0) this.#lost += 1;
    this.#held.clear();
    this.#state = 'unknown';
    return frames;
  }

  /** Reads the beginning of the bytes in the present state; returns what is left of them. */
  #step(bytes: Buffer, limit: number, frames: Frame[]): Buffer {
    if (this.#state === 'line') return this.#line(bytes, limit, frames);
    if (this.#state === 'message') return this.#message(bytes, limit, frames);
    const head = this.#held.length === 0 ? bytes : this.#withHeld(bytes);
    if (this.#state === 'seek') return this.#seek(head);
    return this.#state === 'count' ? this.#count(head) : this.#decide(head);
  }

  #withHeld(bytes: Buffer): Buffer {
    this.#held.push(bytes);
    return this.#held.take();
  }

  #decide(bytes: Buffer): Buffer {
    const head = bytes.toString('latin1', 0, HEAD_BYTES);
    if (COUNT_BEGUN.test(head)) return this.#hold(bytes);
    this.#state = COUNT.test(head) ? 'count' : 'line';
    return bytes;
  }

  #hold(bytes: Buffer): Buffer {
    this.#held.push(bytes);
    return bytes.subarray(bytes.length);
  }

  #line(bytes: Buffer, limit: number, frames: Frame[]): Buffer {
    const end = lineEnd(bytes);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    if (end >= 0 && this.#held.length === 0 && this.#cut === 0 && part.length <= limit) {
      // A whole line in one piece is not copied.
      add(frames, part, 0);
    } else {
      this.#keep(part, limit);
      if (end >= 0) this.#complete(frames);
    }
    return end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1);
  }

  #count(bytes: Buffer): Buffer {
    let at = 0;
    // Some senders put a line end behind each message, and do not count it.
    while (at < bytes.length && isLineEnd(bytes[at])) at += 1;
    const rest = bytes.subarray(at);
    const head = rest.toString('latin1', 0, HEAD_BYTES);
    if (head === '') return rest;
    if (COUNT_BEGUN.test(head)) return this.#hold(rest);
    const count = COUNT.exec(head)?.[1];
    if (count === undefined) {
      this.#lost += 1;
      this.#state = 'seek';
      return rest;
    }
    this.#state = 'message';
    this.#left = Number(count);
    return rest.subarray(count.length + 1);
  }

  #message(bytes: Buffer, limit: number, frames: Frame[]): Buffer {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#left === 0 && this.#held.length === 0 && this.#cut === 0 && part.length <= limit) {
      add(frames, part, 0);
    } else {
      this.#keep(part, limit);
      if (this.#left === 0) this.#complete(frames);
    }
    if (this.#left === 0) this.#state = 'count';
    return bytes.subarray(part.length);
  }

  #seek(bytes: Buffer): Buffer {
    const text = bytes.toString('latin1');
    const found = RESYNC.exec(text);
    if (found) {
      this.#state = 'count';
      return bytes.subarray(found.index);
    }
    const begun = COUNT_BEGUN_LATE.exec(text.slice(-HEAD_BYTES))?.[0] ?? '';
    return this.#hold(bytes.subarray(bytes.length - begun.length));
  }

  #keep(part: Buffer, limit: number): void {
    const room = this.#cut > 0 ? 0 : Math.max(0, limit - this.#held.length);
    const kept = part.subarray(0, room);
    if (kept.length > 0) this.#held.push(kept);
    this.#cut += part.length - kept.length;
  }

  #complete(frames: Frame[]): void {
    add(frames, this.#held.take(), this.#cut);
    this.#cut = 0;
  }
}

/** Line ends at the end of a message do not belong to it. */
function add(frames: Frame[], bytes: Buffer, cutBytes: number): void {
  let end = bytes.length;
  while (end > 0 && isLineEnd(bytes[end - 1])) end -= 1;
  if (end > 0) frames.push({ bytes: bytes.subarray(0, end), cutBytes });
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR || byte === NUL;
}

function lineEnd(bytes: Buffer): number {
  const lf = bytes.indexOf(LF);
  const nul = (lf < 0 ? bytes : bytes.subarray(0, lf)).indexOf(NUL);
  return nul >= 0 ? nul : lf;
}
