import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../message/message.ts';
import type { Outbox, OutboxItem } from '../store/outbox.ts';
import { backoffMs } from './backoff.ts';
import type { Destination, SendResult } from './destination.ts';

/** How the last attempt went, for `/observe` and `/readyz`. */
export type CourierStatus = { readonly state: 'ok' } | { readonly state: 'failing'; readonly reason: string };

export interface CourierOptions {
  readonly destination: Destination;
  readonly outbox: Outbox;
  /** The message of a queued item as it should look now; undefined when what it is about is gone. */
  readonly compose: (item: OutboxItem) => Message | undefined;
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** A chat that is not to be had (kicked, token refused) is asked again at this pace. */
const BLOCKED_RETRY_MS = 30_000;
/** After a failure of our own database. */
const BROKEN_RETRY_MS = 1_000;

/**
 * Takes the messages of one destination from its queue, oldest first, until they are delivered. Destinations do not wait for
 * each other: each has a courier of its own.
 */
export class Courier {
  readonly #options: CourierOptions;
  #status: CourierStatus = { state: 'ok' };
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  #wake: () => void = () => {};
  /** Set by a 429: until then nothing is sent, whichever message is next. */
  #pausedUntil = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  get destinationId(): string {
    return this.#options.destination.id;
  }

  get status(): CourierStatus {
    return this.#status;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something new in the queue. */
  nudge(): void {
    this.#wake();
  }

  /** Ends after the request that is under way, if there is one. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        // The database did not answer (disk full, locked by a backup): the queue is in it, so nothing is lost by waiting.
        this.#becomes({ state: 'failing', reason: (error as Error).message });
        await this.#pause(BROKEN_RETRY_MS);
      }
    }
  }

  /** Delivers the next message, or waits for one. */
  async #step(): Promise<void> {
    const { destination, outbox, now } = this.#options;
    const next = outbox.next(destination.id);
    if (!next) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return;
    }
    const waitMs = Math.max(next.dueAt, this.#pausedUntil) - now();
    // Not longer than a minute at once: a clock that was set back must not hold the queue.
    if (waitMs > 0) await this.#pause(Math.min(waitMs, 60_000));
    else await this.#deliver(next.item);
  }

  #pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #deliver(item: OutboxItem): Promise<void> {
    const { destination, outbox, compose, now } = this.#options;
    const message = compose(item);
    if (!message) {
      outbox.markFailed(item, 'expired: the alert is older than the retention', now());
      return;
    }
    outbox.markSending(item);
    const result = await destination.send(message).catch(
      // A destination does not throw for what a chat may answer: it may have been sent, and it is tried again.
      (error: Error): SendResult => ({ kind: 'unavailable', error: error.message, maybeSent: true }),
    );
    await this.#store(item, result);
  }

  /** Keeps at it until the result is in the database: sent once, it must not be forgotten and sent again. */
  async #store(item: OutboxItem, result: SendResult): Promise<void> {
    for (;;) {
      try {
        this.#settle(item, result);
        return;
      } catch (error) {
        this.#becomes({ state: 'failing', reason: (error as Error).message });
        if (this.#stopping.signal.aborted) return;
        await this.#pause(BROKEN_RETRY_MS);
      }
    }
  }

  #settle(item: OutboxItem, result: SendResult): void {
    const { outbox, now } = this.#options;
    switch (result.kind) {
      case 'sent':
        outbox.markSent(item, result.messageId, now());
        this.#becomes({ state: 'ok' });
        return;
      case 'rejected':
        outbox.markFailed(item, result.error, now());
        this.#log(
          'error',
          { outboxId: item.id, error: result.error },
          'Message refused by the chat, given up.',
        );
        return;
      case 'rate_limited':
        this.#pausedUntil = now() + result.retryAfterMs;
        outbox.markRetry(
          item,
          `rate limited for ${Math.ceil(result.retryAfterMs / 1000)} s`,
          now(),
          this.#pausedUntil,
        );
        this.#log('warn', { retryAfterMs: result.retryAfterMs }, 'The chat asked for a pause, will wait.');
        return;
      case 'unavailable': {
        const dueAt = now() + backoffMs(item.attempts, Math.random());
        outbox.markRetry(item, result.error, now(), dueAt);
        this.#becomes({ state: 'failing', reason: result.error });
        return;
      }
      case 'blocked':
        outbox.markRetry(item, result.error, now(), now() + BLOCKED_RETRY_MS);
        this.#becomes({ state: 'failing', reason: result.error });
        return;
    }
  }

  #becomes(status: CourierStatus): void {
    const before = this.#status;
    this.#status = status;
    if (status.state === 'failing' && before.state === 'ok') {
      this.#log('warn', { error: status.reason }, 'Delivery failed, will retry.');
    }
    if (status.state === 'ok' && before.state === 'failing') this.#log('info', {}, 'Delivery works again.');
  }

  #log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    this.#options.log[level]({ destination: this.#options.destination.id, ...fields }, message);
  }
}
