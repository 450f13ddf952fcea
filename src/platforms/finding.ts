/** What a look at one thing found. `text` is one sentence; where something is wrong, it says how to mend it. */
export interface Finding {
  /** The thing: `Telegram`, `Slack #ops`, `TOCSIN_HTTP`. */
  readonly about: string;
  readonly state: 'ok' | 'wrong' | 'skipped';
  readonly text: string;
}

/** What a look at one chat platform found. */
export interface Examination {
  readonly findings: readonly Finding[];
  /** How far this machine's clock is ahead of the platform's (ms); undefined when it did not answer. */
  readonly clockAheadMs: number | undefined;
}

export const ok = (about: string, text: string): Finding => ({ about, state: 'ok', text });
export const wrong = (about: string, text: string): Finding => ({ about, state: 'wrong', text });
/** `text` says why. */
export const skipped = (about: string, text: string): Finding => ({ about, state: 'skipped', text });
