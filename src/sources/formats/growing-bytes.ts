/** Bytes that come in pieces, in one buffer that doubles: a million pieces of one byte cost what a million bytes cost. */
export interface GrowingBytes {
  readonly length: number;
  /** Memory that is held. */
  readonly capacity: number;
  append(bytes: Uint8Array): void;
  /** All of it; it is empty afterwards, and the memory is the caller's. */
  take(): Uint8Array;
}

export function createGrowingBytes(): GrowingBytes {
  let buffer = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    get capacity() {
      return buffer.length;
    },
    append(bytes) {
      const needed = length + bytes.length;
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.max(needed, 2 * buffer.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes, length);
      length = needed;
    },
    take() {
      const taken = buffer.subarray(0, length);
      buffer = new Uint8Array(0);
      length = 0;
      return taken;
    },
  };
}
