import type { Store } from './store/store.ts';

/** Between two pieces, so that lines are not held up. */
const PAUSE_MS = 50;
const RETENTION_EVERY_MS = 10 * 60_000;
/** A span of five minutes is over by then, or will be soon. */
const TALLIES_EVERY_MS = 5_000;
const TALLIES_FIRST_MS = 1_000;

interface ChoreOptions {
  /** Does a small piece; true while there is more. */
  readonly step: (now: number) => boolean;
  /** How long to rest when nothing is left. */
  readonly everyMs: number;
  readonly now: () => number;
  readonly onFailed: (error: Error) => void;
}

/** Does work for as long as the program runs, a piece at a time. Keeps no program alive. */
class ChoreLoop {
  readonly #options: ChoreOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChoreOptions) {
    this.#options = options;
  }

  start(firstMs: number): void {
    this.#timer = setTimeout(() => this.#step(), firstMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #step(): void {
    const { step, now, onFailed, everyMs } = this.#options;
    let more = false;
    try {
      more = step(now());
    } catch (error) {
      onFailed(error as Error);
    }
    this.start(more ? PAUSE_MS : everyMs);
  }
}

export interface ChoresOptions extends Pick<ChoreOptions, 'now'> {
  readonly store: Pick<Store, 'retention' | 'tallies'>;
  /** Called with the fingerprints of groups that are in the database no more. */
  readonly onForgotten: (fingerprints: readonly string[]) => void;
  readonly onRetentionFailed: (error: Error) => void;
  readonly onTalliesFailed: (error: Error) => void;
}

/** What the database needs done from time to time: what is too old is forgotten, spans that are over are tallied. */
export function createChores(options: ChoresOptions) {
  const { store, now, onForgotten, onRetentionFailed, onTalliesFailed } = options;
  const { retention, tallies } = store;
  const forget = new ChoreLoop({
    step(at) {
      const more = retention.step(at);
      onForgotten(retention.takeForgotten());
      return more;
    },
    everyMs: RETENTION_EVERY_MS,
    now,
    onFailed: onRetentionFailed,
  });
  const tally = new ChoreLoop({
    step: (at) => tallies.step(at),
    everyMs: TALLIES_EVERY_MS,
    now,
    onFailed: onTalliesFailed,
  });
  return {
    /** Forgets for the first time after `retentionMs`. */
    start(retentionMs: number): void {
      forget.start(retentionMs);
      tally.start(TALLIES_FIRST_MS);
    },
    stop(): void {
      forget.stop();
      tally.stop();
    },
  };
}

export type Chores = ReturnType<typeof createChores>;
