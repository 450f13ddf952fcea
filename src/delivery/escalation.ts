import type { Store } from '../store/store.ts';

export interface EscalationOptions {
  readonly store: Pick<Store, 'alerts'>;
  readonly destination: string;
  /** How long an alert may ring unacknowledged (ms). */
  readonly afterMs: number;
  readonly now: () => number;
  /** Something was queued for the destination. */
  readonly onQueued: () => void;
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

  check(): void {
    const { store, destination, afterMs, now, onQueued } = this.#options;
    const queued = store.alerts.escalateDue(now() - afterMs, destination, now());
    if (queued > 0) onQueued();
  }
}
