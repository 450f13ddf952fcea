/**
 * Bytes that come in pieces: small pieces are gathered in one buffer, so that a million pieces of one byte cost what a million bytes
 * cost; large ones are kept as they are.
 */
export interface GrowingBytes {
  readonly length: number;
  /** Memory that is held. */
  readonly capacity: number;
  append(bytes: Uint8Array): void;
  /** All of it; it is empty afterwards, and the memory is the caller's. */
  take(): Uint8Array;
}

/** From here on a piece is worth a buffer of its own. */
const LARGE = 4096;
const GATHER = 16 * 1024;
const EMPTY: Uint8Array = new Uint8Array(0);

export function createGrowingBytes(): GrowingBytes {
  let parts: Uint8Array[] = [];
  let inParts = 0;
  let tail: Uint8Array = EMPTY;
  let inTail = 0;

  const keep = (part: Uint8Array) => {
    if (part.length === 0) return;
    parts.push(part);
    inParts += part.length;
  };
  const closeTail = (next: Uint8Array) => {
    keep(tail.subarray(0, inTail));
    tail = next;
    inTail = 0;
  };

  return {
    get length() {
      return inParts + inTail;
    },
    get capacity() {
      return inParts + tail.length;
    },
    append(bytes) {
      if (bytes.length >= LARGE) {
        closeTail(EMPTY);
        // A copy, so that the piece does not keep the buffer that it came in.
        keep(Uint8Array.from(bytes));
        return;
      }
      if (inTail + bytes.length > tail.length) {
        if (tail.length >= GATHER) closeTail(new Uint8Array(GATHER));
        else {
          const larger = new Uint8Array(Math.max(inTail + bytes.length, Math.min(2 * tail.length, GATHER)));
          larger.set(tail.subarray(0, inTail));
          tail = larger;
        }
      }
      tail.set(bytes, inTail);
      inTail += bytes.length;
    },
    take() {
      closeTail(EMPTY);
      const [only, second] = parts;
      const taken = only && !second ? only : Buffer.concat(parts, inParts);
      parts = [];
      inParts = 0;
      return taken;
    },
  };
}
