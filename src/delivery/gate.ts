import type { Store } from '../store/store.ts';
import { backoffMs, blockedBackoffMs } from './backoff.ts';
import type { Destination, SendFailure } from './destination.ts';

/** How the last attempt went, for `/observe` and `/readyz`. */
export type CourierStatus =
  | { readonly state: 'ok' }
  | { readonly state: 'failing'; readonly reason: string }
  /** A person must act: the bot was kicked, the token is refused. */
  | { readonly state: 'blocked'; readonly reason: string };

/** What a chat may answer that has nothing to do with the message. */
export type ChatFailure = Exclude<SendFailure, { kind: 'rejected' }>;

export interface GateOptions {
  readonly destination: Destination;
  readonly store: Pick<Store, 'outbox' | 'meta'>;
  readonly now: () => number;
  readonly log: (level: 'info' | 'warn', fields: object, message: string) => void;
  /** Told at every change of the state. */
  readonly onStatus: ((status: CourierStatus) => void) | undefined;
}

/** Longer waits are cut into these: timers hold 24 days, and clocks are set. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Budget that an earlier life of the process has used: the longest limit reaches back so far. */
const MEMORY_MS = 61_000;

/** Whether something may leave for a chat now: its budgets, the pauses that it asked for, and how it has fared. */
export class Gate {
  readonly #options: GateOptions;
  #status: CourierStatus = { state: 'ok' };
  #failures = 0;
  /** Until then nothing leaves, whichever message is next. On the clock that is never set. */
  #pausedUntil = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get status(): CourierStatus {
    return this.#status;
  }

  /** Takes up what an earlier life of the process sent, and what it was told to wait for. */
  remember(): void {
    const { destination, store, now } = this.#options;
    for (const at of store.outbox.sentSince(destination.id, now() - MEMORY_MS)) {
      for (const budget of destination.budgets) budget.take('post', at);
    }
    const pause = Math.min(store.meta.pausedUntil(destination.id) - now(), LONGEST_PAUSE_MS);
    if (pause > 0) this.#pausedUntil = performance.now() + pause;
  }

  /** How long nothing may leave at all (ms). */
  pauseMs(): number {
    return Math.max(0, Math.min(this.#pausedUntil - performance.now(), LONGEST_PAUSE_MS));
  }

  /** How long the budgets ask to wait (ms). */
  waitMs(kind: 'post' | 'edit'): number {
    const { destination, now } = this.#options;
    return destination.budgets.reduce((most, budget) => Math.max(most, budget.waitMs(kind, now())), 0);
  }

  take(kind: 'post' | 'edit'): void {
    const { destination, now } = this.#options;
    for (const budget of destination.budgets) budget.take(kind, now());
  }

  /** Posts that the chat takes before it makes a long pause. */
  postsLeft(): number {
    const { destination, now } = this.#options;
    return Math.min(...destination.budgets.map((budget) => budget.postsLeft(now())));
  }

  /** Notes a failure of the chat, and returns when it is asked again (ms). */
  failed(failure: ChatFailure): number {
    const { now, store, destination, log } = this.#options;
    const at = now();
    this.#failures += 1;
    let ms = blockedBackoffMs(this.#failures - 1);
    if (failure.kind === 'rate_limited') {
      ms = failure.retryAfterMs;
      // Kept over a restart: who asks too early is made to wait longer.
      store.meta.pause(destination.id, at + ms);
      log('warn', { retryAfterMs: ms }, 'The chat asked for a pause, will wait.');
    } else if (failure.kind === 'unavailable') {
      ms = backoffMs(this.#failures - 1, Math.random());
      this.becomes({ state: 'failing', reason: failure.error });
    } else {
      this.becomes({ state: 'blocked', reason: failure.error });
    }
    this.#pausedUntil = performance.now() + ms;
    return at + ms;
  }

  worked(): void {
    this.#failures = 0;
    this.becomes({ state: 'ok' });
  }

  becomes(status: CourierStatus): void {
    const { log, onStatus } = this.#options;
    const before = this.#status;
    this.#status = status;
    if (status.state === before.state) return;
    if (status.state === 'ok') log('info', {}, 'Delivery works again.');
    else log('warn', { error: status.reason }, 'Delivery failed, will retry.');
    onStatus?.(status);
  }
}

/** A failure in a few words, for the queue. */
export function reasonOf(failure: ChatFailure): string {
  return failure.kind === 'rate_limited'
    ? `rate limited for ${Math.ceil(failure.retryAfterMs / 1000)} s`
    : failure.error;
}
