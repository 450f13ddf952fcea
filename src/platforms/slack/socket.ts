import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketModeReceiver } from '@slack/bolt';

/** From `apps.connections.open` to Slack's hello this long at most. */
const CONNECT_TIMEOUT_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export interface SocketOptions {
  readonly receiver: SocketModeReceiver;
  readonly onConnected: () => void;
  /** `error` is what the attempt ended with; undefined when an open connection was closed. */
  readonly onDisconnected: (error: unknown) => void;
}

/**
 * Keeps one Socket Mode connection open. Bolt's own reconnecting is off: in it a revoked app token or a stop at the wrong
 * moment is an unhandled rejection that ends the process.
 */
export class SocketKeeper {
  readonly #options: SocketOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

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
        failures = 0;
        this.#options.onConnected();
        await untilClosed;
      } catch (caught) {
        error = caught;
        failures += 1;
      }
      client.removeListener('disconnected', closed);
      signal.removeEventListener('abort', closed);
      if (signal.aborted) break;
      this.#options.onDisconnected(error);
      const waitMs =
        failures === 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
    // Resolves on "disconnected", which does not come when there is no connection.
    await Promise.race([client.disconnect().catch(() => {}), sleep(1_000)]);
  }

  /** Resolves at Slack's hello; rejects when the attempt fails, takes too long, or is not wanted any more. */
  async #connect(): Promise<void> {
    const { client } = this.#options.receiver;
    const { signal } = this.#stopping;
    const attempt = client.start();
    // When the limit wins, the attempt may still reject later: that is then nobody's business.
    attempt.catch(() => {});
    let giveUp: (error: Error) => void = () => {};
    const limit = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const timer = setTimeout(() => giveUp(new Error('Slack did not say hello in time')), CONNECT_TIMEOUT_MS);
    const onAbort = () => giveUp(new Error('stopping'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([attempt, limit]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
