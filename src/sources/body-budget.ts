/** The bytes that all senders together may hold while they are read: many large bodies at once must not fill the memory. */
export interface BodyBudget {
  /** Takes so many bytes, or returns false when they are not left. Who is slow loses what it holds to who is not. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Names somebody who holds bytes until the returned function is called. */
  hold(holder: BodyHolder): () => void;
}

export interface BodyHolder {
  /** When it last sent something (ms of the monotonic clock); undefined: it holds nothing now. */
  readonly heldSince: () => number | undefined;
  /** Ends it, and gives back at once what it holds. */
  readonly evict: () => void;
}

/** Who has sent nothing for so long gives way to others. */
const SLOW_MS = 2_000;

export function createBodyBudget(maxBytes: number): BodyBudget {
  const holders = new Set<BodyHolder>();
  let left = maxBytes;

  function slowest(): BodyHolder | undefined {
    let found: BodyHolder | undefined;
    let least = performance.now() - SLOW_MS;
    for (const holder of holders) {
      const since = holder.heldSince();
      if (since === undefined || since > least) continue;
      least = since;
      found = holder;
    }
    return found;
  }

  return {
    take(bytes) {
      if (bytes > maxBytes) return false;
      while (bytes > left) {
        const slow = slowest();
        if (!slow) return false;
        holders.delete(slow);
        slow.evict();
      }
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
    hold(holder) {
      holders.add(holder);
      return () => void holders.delete(holder);
    },
  };
}
