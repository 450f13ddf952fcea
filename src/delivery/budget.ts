/** At most `count` requests within any `perMs`. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
  /** Edits of a message have limits of their own on some platforms. */
  readonly of: 'posts' | 'edits' | 'both';
}

type Kind = 'post' | 'edit';

/** Share of every limit that edits leave to what has to be posted. */
const RESERVED_FOR_POSTS = 1 / 4;

/** Waiting for a shorter limit is not worth merging messages. */
const LONG_PAUSE_MS = 10_000;

/**
 * What a chat takes without a 429. Windows slide: unlike a bucket that refills, at no moment more than `count` lie within
 * `perMs`, however the platform counts.
 */
export class Budget {
  readonly #windows: readonly { readonly limit: RateLimit; at: number[] }[];

  constructor(limits: readonly RateLimit[]) {
    this.#windows = limits.map((limit) => ({ limit, at: [] }));
  }

  /** How long until one more request of that kind may leave (ms; 0: now). */
  waitMs(kind: Kind, now: number): number {
    let wait = 0;
    for (const { limit, at } of this.#of(kind)) {
      const reserved = kind === 'edit' && limit.count > 1 ? Math.ceil(limit.count * RESERVED_FOR_POSTS) : 0;
      const blocking = at.at(-(limit.count - reserved));
      // Never longer than the window: a clock that stepped back leaves times in the future.
      if (blocking !== undefined) wait = Math.max(wait, Math.min(limit.perMs, blocking + limit.perMs - now));
    }
    return Math.max(0, wait);
  }

  /** How many posts in a row the longest limits allow before the first of them makes a long pause. */
  postsLeft(now: number): number {
    let left = Number.POSITIVE_INFINITY;
    for (const { limit, at } of this.#of('post')) {
      if (limit.perMs < LONG_PAUSE_MS) continue;
      left = Math.min(left, limit.count - at.filter((time) => time > now - limit.perMs).length);
    }
    return left;
  }

  /** A request leaves now. */
  take(kind: Kind, now: number): void {
    for (const { limit, at } of this.#of(kind)) {
      at.push(now);
      at.sort((a, b) => a - b);
      // Times far ahead are from before a clock was set back: they must not block for hours.
      for (let index = at.length - 1; index >= 0 && (at[index] as number) > now + limit.perMs; index -= 1)
        at[index] = now;
      if (at.length > limit.count) at.splice(0, at.length - limit.count);
    }
  }

  #of(kind: Kind) {
    const own = kind === 'post' ? 'posts' : 'edits';
    return this.#windows.filter(({ limit }) => limit.of === 'both' || limit.of === own);
  }
}
