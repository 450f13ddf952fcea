import type { DecisionKind } from '../alerting/decide.ts';
import type { Db } from './database.ts';
import type { Target } from './samples.ts';

/** Equal decisions about events of one group within one minute. */
export interface DecisionRow {
  readonly fingerprint: string;
  readonly kind: DecisionKind;
  /** ms, the last of them. */
  readonly at: number;
  readonly count: number;
  readonly value: number;
  readonly bound: number;
}

/** One ring of the story. */
export interface RingRow {
  readonly id: number;
  readonly fingerprint: string;
  readonly rangAt: number;
  readonly reason: string;
  readonly count: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly ackedAt: number | null;
  readonly ackedBy: string | null;
  readonly escalatedAt: number | null;
  readonly endedAt: number | null;
}

/** What was done about one ring at one destination. */
export interface DispatchRow {
  readonly alertId: number;
  readonly destination: string;
  readonly outcome: string;
  readonly detail: string | null;
  readonly at: number;
}

/** What still waits, and why. */
export interface WaitingRow {
  readonly alertId: number;
  readonly destination: string;
  readonly state: string;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly lastError: string | null;
}

export interface EditRow {
  readonly alertId: number;
  readonly destination: string;
  readonly edits: number;
  readonly at: number;
  readonly shown: string;
}

export interface NoiseRow {
  readonly pattern: string;
  readonly count: number;
  readonly lastAt: number;
  readonly sample: string;
}

/** Two hours, two days. */
const LOOK_BACK_MINUTES = [120, 2_880];

/** Reads the ledger: what was decided about an error, and what came of it. */
export function createStories(db: Db) {
  const ofTarget = `g.signature_key = @key AND (@fingerprint IS NULL OR g.fingerprint = @fingerprint OR g.root = @fingerprint)`;
  // The newest are found in the index alone; only they are read.
  const decisions = db.prepare<[Record<string, unknown>], DecisionRow>(`
    WITH newest AS MATERIALIZED (
      SELECT g.fingerprint, d.minute, d.group_id, d.kind FROM groups g CROSS JOIN decisions d ON d.group_id = g.id
      WHERE ${ofTarget} AND d.minute >= @minute ORDER BY d.minute DESC LIMIT @limit)
    SELECT n.fingerprint, d.kind, max(d.last_at, d.minute * 60000) AS at, d.count, d.value, d.bound
    FROM newest n JOIN decisions d ON d.minute = n.minute AND d.group_id = n.group_id AND d.kind = n.kind
    ORDER BY d.minute DESC`);
  const lastMinute = db.prepare<[], number | null>('SELECT max(minute) FROM decisions').pluck();
  const rings = db.prepare<[Record<string, unknown>], RingRow>(`
    SELECT a.id, g.fingerprint, a.rang_at AS rangAt, a.reason, a.count, a.window_ms AS windowMs, a.cooldown_ms AS cooldownMs,
      a.acked_at AS ackedAt, a.acked_by AS ackedBy, a.escalated_at AS escalatedAt, a.ended_at AS endedAt
    FROM groups g JOIN alerts a ON a.group_id = g.id WHERE ${ofTarget} ORDER BY a.rang_at DESC, a.id DESC LIMIT @limit`);
  const dispatches = db.prepare<[number], DispatchRow>(`
    SELECT alert_id AS alertId, destination, outcome, detail, at FROM dispatch_log WHERE alert_id = ? ORDER BY id`);
  const waiting = db.prepare<[number], WaitingRow>(`
    SELECT alert_id AS alertId, destination, state, attempts, next_attempt_at AS nextAttemptAt, last_error AS lastError
    FROM outbox WHERE alert_id = ? AND done_at IS NULL ORDER BY id`);
  const edits = db.prepare<[{ id: number }], EditRow>(`
    SELECT alert_id AS alertId, destination, edits, edited_at AS at, shown FROM live
    WHERE group_id = (SELECT group_id FROM alerts WHERE id = @id) AND alert_id = @id AND edits > 0`);
  const noise = db.prepare<[{ from: number; pattern: string | null }], NoiseRow>(`
    SELECT pattern, sum(count) AS count, max(last_at) AS lastAt, sample FROM noise
    WHERE minute >= @from / 60000 AND (@pattern IS NULL OR pattern = @pattern) GROUP BY pattern ORDER BY count DESC`);

  return {
    /** Newest first. */
    decisions({ signatureKey, fingerprint }: Target, limit: number): readonly DecisionRow[] {
      const target = { key: signatureKey, fingerprint: fingerprint ?? null };
      const last = lastMinute.get() ?? 0;
      // A signature may have thousands of groups with decisions of weeks: as few of them are read as are wanted.
      for (const minutes of LOOK_BACK_MINUTES) {
        const rows = decisions.all({ ...target, limit, minute: last - minutes });
        if (rows.length === limit) return rows;
      }
      return decisions.all({ ...target, limit, minute: 0 });
    },
    rings: ({ signatureKey, fingerprint }: Target, limit: number): readonly RingRow[] =>
      rings.all({ key: signatureKey, fingerprint: fingerprint ?? null, limit }),
    dispatches: (alertId: number): readonly DispatchRow[] => dispatches.all(alertId),
    waiting: (alertId: number): readonly WaitingRow[] => waiting.all(alertId),
    edits: (alertId: number): readonly EditRow[] => edits.all({ id: alertId }),
    /** What the allowlist took since `from` (ms), by pattern. */
    noise: (from: number, pattern?: string): readonly NoiseRow[] =>
      noise.all({ from, pattern: pattern ?? null }),
  };
}
