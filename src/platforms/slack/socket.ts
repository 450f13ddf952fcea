import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketModeReceiver } from '@slack/bolt';
import { outcomeOf } from './outcome.ts';

/** From `apps.connections.open` to Slack's hello this long at most. */
const CONNECT_TIMEOUT_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Slack asks for some tens of seconds; an hour is a mistake of somebody's. */
const LONGEST_ASKED_MS = 60 * 60_000;
/** A connection that was closed sooner counts as a failed one: Slack's own are open for hours. */
const STABLE_AFTER_MS = 10_000;

export interface SocketOptions {
  readonly receiver: SocketModeReceiver;
  readonly onConnected: () => void;
  /** `error` is what the attempt ended with; undefined when an open connection was closed. */
  readonly onDisconnected: (error: unknown) => void;
  readonly connectTimeoutMs?: number;
}

/**
 * Keeps one Socket Mode connection open. Bolt's own reconnecting is off: in it a revoked app token or a stop at the wrong
 * moment is an unhandled rejection that ends the process.
 */
export class SocketKeeper {
  readonly #options: SocketOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Ends when no attempt is under way; an attempt that was given up may settle late. */
  #settled: Promise<unknown> = Promise.resolve();

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { client } = this.#options.receiver;
    let failures = 0;
    while (!signal.aborted) {
      let closed: () => void = () => {};
      const untilClosed = new Promise<void>((resolve) => {
        closed = resolve;
      });
      client.once('disconnected', closed);
      signal.addEventListener('abort', closed, { once: true });
      let error: unknown;
      try {
        await this.#connect();
        const connectedAt = performance.now();
        this.#options.onConnected();
        await untilClosed;
        failures = performance.now() - connectedAt < STABLE_AFTER_MS ? failures + 1 : 0;
      } catch (caught) {
        error = caught;
        failures += 1;
      }
      client.removeListener('disconnected', closed);
      signal.removeEventListener('abort', closed);
      if (signal.aborted) break;
      this.#options.onDisconnected(error);
      await sleep(waitMs(failures, error), undefined, { signal }).catch(() => {});
      await settledOrAborted(this.#settled, signal);
    }
    // Resolves on "disconnected", which does not come when there is no connection.
    await Promise.race([client.disconnect().catch(() => {}), sleep(1_000)]);
  }

  /** Resolves at Slack's hello; rejects when the attempt fails, takes too long, or is not wanted any more. */
  async #connect(): Promise<void> {
    const { client } = this.#options.receiver;
    const { signal } = this.#stopping;
    let givenUp: Error | undefined;
    // Comes after `apps.connections.open`, and before the socket is opened: what is thrown here is what the attempt rejects with.
    const onConnecting = () => {
      if (givenUp) throw givenUp;
    };
    client.on('connecting', onConnecting);
    const attempt = client.start();
    // When the limit wins, the attempt may still reject later: that is then nobody's business.
    this.#settled = attempt.catch(() => {}).finally(() => client.removeListener('connecting', onConnecting));
    let reject: (error: Error) => void = () => {};
    const limit = new Promise<never>((_, rejectLimit) => {
      reject = rejectLimit;
    });
    const giveUp = (reason: string) => {
      givenUp = new Error(reason);
      reject(givenUp);
      // Ends an attempt that waits for hello. One that has no socket yet goes on to `onConnecting`.
      client.disconnect().catch(() => {});
    };
    const timeoutMs = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const timer = setTimeout(() => giveUp('Slack did not say hello in time'), timeoutMs);
    const onAbort = () => giveUp('stopping');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([attempt, limit]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** How long to wait before the next attempt: longer with each failure, and as long as Slack asks. */
function waitMs(failures: number, error: unknown): number {
  if (failures === 0) return 0;
  const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
  const outcome = error === undefined ? undefined : outcomeOf(error);
  return outcome?.kind === 'rate_limited'
    ? Math.min(Math.max(outcome.retryAfterMs, backoffMs), LONGEST_ASKED_MS)
    : backoffMs;
}

function settledOrAborted(settled: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void settled.then(done);
    if (signal.aborted) done();
  });
}
