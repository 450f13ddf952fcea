import type { Store } from './store/store.ts';

const EVERY_MS = 10 * 60_000;
/** Between two pieces, so that lines are not held up. */
const PAUSE_MS = 50;

export interface RetentionLoopOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly onFailed: (error: Error) => void;
}

/** Forgets what is too old, a piece at a time, for as long as the program runs. Keeps no program alive. */
export class RetentionLoop {
  readonly #options: RetentionLoopOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RetentionLoopOptions) {
    this.#options = options;
  }

  start(firstMs: number): void {
    this.#timer = setTimeout(() => this.#step(), firstMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #step(): void {
    const { store, now, onFailed } = this.#options;
    let more = false;
    try {
      more = store.retention.step(now());
    } catch (error) {
      onFailed(error as Error);
    }
    this.start(more ? PAUSE_MS : EVERY_MS);
  }
}
