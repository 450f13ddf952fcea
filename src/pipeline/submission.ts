import type { Signature } from '../classify/signature.ts';
import type { LogRecord } from '../record/log-record.ts';

/** What a source hands over: records in their order, and what it had to drop before they became records. */
export interface Submission {
  /** `http`, `udp`, `stdin`, `library`. */
  readonly source: string;
  readonly records: readonly LogRecord[];
  /** Lines that are part of the record of another line (stack traces). */
  readonly joined?: number;
  /** Alerts of other systems: each counts as an error from a warning up, and rings at its first event. */
  readonly alerts?: boolean;
  /** Records that the bot makes itself: what they are is decided already. */
  readonly alarm?: Alarm;
  /** Lines that no rule looks for (quiet-lines.ts): counted, and nothing else. */
  readonly quiet?: number;
  /** Lines that could not be read, by reason. */
  readonly dropped?: ReadonlyMap<string, number>;
}

/** What the bot rings for by itself; no rule is asked. */
export interface Alarm {
  /** Its own thresholds decide; it rings at once. */
  readonly signature: Signature;
  /** What makes the group. */
  readonly canonical: string;
}
