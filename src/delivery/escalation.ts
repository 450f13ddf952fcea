import type { Store } from '../store/store.ts';

export interface EscalationOptions {
  readonly store: Pick<Store, 'alerts'>;
  readonly destination: string;
  /** How long an alert may ring unacknowledged (ms). */
  readonly afterMs: number;
  readonly now: () => number;
  /** Something was queued for the destination. */
  readonly onQueued: () => void;
  readonly onFailed: (error: Error) => void;
}

const CHECK_MS = 1_000;

/** Repeats what nobody acknowledged in time to the escalation destination, once (product.md section 5, policy `escalate`). */
export class Escalation {
  readonly #options: EscalationOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EscalationOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.check(), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks now. A database that fails is asked again at the next look. */
  check(): void {
    const { store, destination, afterMs, now, onQueued, onFailed } = this.#options;
    try {
      if (store.alerts.escalateDue(now() - afterMs, destination, now()) > 0) onQueued();
    } catch (error) {
      onFailed(error as Error);
    }
  }
}
