/**
 * What a datagram was: a message of its own, the last chunk of one, a chunk whose message is not complete yet, or nothing that can be
 * used.
 */
export type ChunkResult =
  | { readonly state: 'message'; readonly bytes: Uint8Array }
  | { readonly state: 'waiting' }
  | { readonly state: 'malformed' };

export interface ChunkLimits {
  /** Bytes of all incomplete messages together. */
  readonly maxBytes: number;
  /** A message whose chunks do not all come in this time is given up; GELF says 5 s. */
  readonly timeoutMs: number;
}

interface Partial {
  readonly chunks: (Uint8Array | undefined)[];
  missing: number;
  bytes: number;
  readonly startedAt: number;
}

/** Chunked GELF: the magic, a message id of 8 bytes, the number of the chunk and their count. */
const HEADER = 12;
const MAX_CHUNKS = 128;
/** A chunk that waits holds at least this (its buffer and its place), however short it is. */
const CHUNK_OVERHEAD = 200;

/**
 * Puts chunked GELF messages together, bounded in bytes and in time (time is an argument). When there is no room, the oldest
 * incomplete message gives way. `from` tells senders apart that happen to choose the same id.
 */
export function createGelfChunks({ maxBytes, timeoutMs }: ChunkLimits) {
  // In the order in which they began.
  const partials = new Map<string, Partial>();
  let held = 0;
  let lost = 0;

  const remove = (key: string, partial: Partial) => {
    partials.delete(key);
    held -= partial.bytes;
  };
  const giveUpOldest = () => {
    for (const [key, partial] of partials) {
      remove(key, partial);
      lost += 1;
      return;
    }
  };

  return {
    /** Bytes that incomplete messages hold. */
    get held(): number {
      return held;
    },

    add(datagram: Uint8Array, from: string, now: number): ChunkResult {
      if (datagram[0] !== 0x1e || datagram[1] !== 0x0f) return { state: 'message', bytes: datagram };
      const number = datagram[10] ?? 0;
      const count = datagram[11] ?? 0;
      if (datagram.length <= HEADER || count === 0 || count > MAX_CHUNKS || number >= count) {
        return { state: 'malformed' };
      }
      if (count === 1) return { state: 'message', bytes: datagram.subarray(HEADER) };
      const key = `${from} ${Buffer.from(datagram.subarray(2, 10)).toString('hex')}`;
      const partial = partials.get(key) ?? begin(key, count, now);
      if (partial.chunks.length !== count) return { state: 'malformed' };
      // The same chunk twice: the network may do that.
      if (partial.chunks[number] !== undefined) return { state: 'waiting' };
      // A copy, so that the chunk does not keep the buffer that it came in.
      const chunk = Uint8Array.from(datagram.subarray(HEADER));
      partial.chunks[number] = chunk;
      partial.missing -= 1;
      partial.bytes += chunk.length + CHUNK_OVERHEAD;
      held += chunk.length + CHUNK_OVERHEAD;
      if (partial.missing === 0) {
        remove(key, partial);
        return { state: 'message', bytes: Buffer.concat(partial.chunks as Uint8Array[]) };
      }
      while (held > maxBytes) giveUpOldest();
      return { state: 'waiting' };
    },

    /** Gives up what is too old; returns how many messages were lost since the last call, for want of time or of room. */
    expire(now: number): number {
      for (const partial of partials.values()) {
        if (now - partial.startedAt < timeoutMs) break;
        giveUpOldest();
      }
      const count = lost;
      lost = 0;
      return count;
    },
  };

  function begin(key: string, count: number, now: number): Partial {
    const overhead = CHUNK_OVERHEAD + 8 * count;
    const partial = { chunks: Array(count).fill(undefined), missing: count, bytes: overhead, startedAt: now };
    held += overhead;
    partials.set(key, partial);
    return partial;
  }
}
