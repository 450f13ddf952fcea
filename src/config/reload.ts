import { ConfigError } from './problem.ts';
import { parseBoth, type RulesInForce, readBoth } from './rule-files.ts';
import type { Settings } from './settings.ts';

/** Node's timers take no more: above it they fire every ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface RulesWatchOptions {
  readonly settings: Pick<Settings, 'signaturesPath' | 'alertsPath' | 'reloadMs'>;
  /** Version of the rules that are in force at start. */
  readonly version: string;
  readonly onApplied: (next: RulesInForce) => void;
  /** Called once for each wrong content, not at every look. */
  readonly onRefused: (error: ConfigError) => void;
}

/**
 * Looks at both rule files now and then. Contents are compared, not times or inotify events: Kubernetes swaps symbolic links
 * when a mounted file changes. Wrong files change nothing.
 */
export class RulesWatch {
  readonly #options: RulesWatchOptions;
  #version: string;
  /** The contents that were looked at last, good or wrong. */
  #seen = '';
  #refused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RulesWatchOptions) {
    this.#options = options;
    this.#version = options.version;
  }

  start(): void {
    const { reloadMs } = this.#options.settings;
    if (reloadMs > 0) this.#timer = setInterval(() => this.check(), Math.min(reloadMs, LONGEST_TIMER_MS));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks now. */
  check(): void {
    const { settings, onApplied, onRefused } = this.#options;
    let seen = '';
    try {
      const texts = readBoth(settings);
      seen = JSON.stringify(texts);
      if (seen === this.#seen) return;
      const { inForce } = parseBoth(settings, texts);
      this.#seen = seen;
      if (inForce.version === this.#version && !this.#refused) return;
      this.#refused = false;
      this.#version = inForce.version;
      onApplied(inForce);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // A file that cannot be read at all has no contents to compare: its message stands for it.
      const state = seen === '' ? error.message : seen;
      if (state === this.#seen) return;
      this.#seen = state;
      this.#refused = true;
      onRefused(error);
    }
  }
}
