/** 4 MB: a million keys are told apart with 1 error in 1,000, three million with 1 in 70; an error costs one query. */
const BITS_LOG2 = 25;
const SHIFT = 32 - BITS_LOG2;
/** Keys that are read in one piece: about 1 ms. */
const PIECE = 2_000;

/** Which keys a table certainly does not hold. */
export interface AbsentKeys {
  /** True: it is not in the table. False: ask the table. */
  isAbsent(key: number): boolean;
  /** The key is in the table from now on. Harmless when that is rolled back. */
  add(key: number): void;
  /** Reads the next piece of what was in the table before; to be called now and then. */
  learn(): void;
}

/**
 * A Bloom filter over a table, so that what was never seen costs no query. Nothing is read at start: it learns the keys in their
 * order, a piece at a time, and until then knows nothing of those that it has not come to. The memory does not grow. Keys are
 * integers of up to 53 bits, evenly spread (hashes). `keysAfter` returns those that are greater than `after`, the least first.
 */
export function createAbsentKeys(keysAfter: (after: number, limit: number) => readonly number[]): AbsentKeys {
  const bits = new Uint32Array(2 ** BITS_LOG2 / 32);
  let learntUpTo = -1;

  function add(key: number): void {
    const low = key >>> 0;
    const high = (key / 2 ** 32) >>> 0;
    for (let n = 0; n < 3; n++) {
      const bit = bitOf(low, high, n);
      bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  function learn(): void {
    if (learntUpTo === Number.POSITIVE_INFINITY) return;
    const keys = keysAfter(learntUpTo, PIECE);
    for (const key of keys) add(key);
    learntUpTo = keys.length < PIECE ? Number.POSITIVE_INFINITY : (keys.at(-1) as number);
  }

  return {
    add,
    learn,
    isAbsent(key) {
      // Of a table that is empty one piece is all.
      if (learntUpTo < 0) learn();
      if (!(key <= learntUpTo)) return false;
      const low = key >>> 0;
      const high = (key / 2 ** 32) >>> 0;
      for (let n = 0; n < 3; n++) {
        const bit = bitOf(low, high, n);
        if (((bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return true;
      }
      return false;
    },
  };
}

/** The n-th of a key's bits, by two independent hashes. */
function bitOf(low: number, high: number, n: number): number {
  const first = Math.imul(low, 0x9e3779b1);
  const second = Math.imul(high ^ low, 0x85ebca6b) | 1;
  return (first + Math.imul(n, second)) >>> SHIFT;
}
