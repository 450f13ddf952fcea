import { setTimeout as sleep } from 'node:timers/promises';

/** How a loop rests: for a while, or until it is woken, or until it is ended. */
export class Rest {
  readonly #ending = new AbortController();
  #wake: () => void = () => {};
  #woken = false;

  get isEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  /** There is something new: who rests goes on, and the next rest is none. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** A new look begins: what woke us before is seen by it. */
  begin(): void {
    this.#woken = false;
  }

  /** No rest any more. */
  end(): void {
    this.#ending.abort();
    this.#wake();
  }

  /** Whatever happens meanwhile. */
  async for(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => {});
  }

  /** That long, or until there is something new; without a time only that. */
  async untilWoken(ms?: number): Promise<void> {
    if (this.#woken || this.isEnded) return;
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
