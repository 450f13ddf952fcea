import type { Life } from '../alerting/life.ts';
import type { AlertSeverity, Policy } from '../classify/signature.ts';
import { PRIORITY } from './batch.ts';
import { type Db, inTransaction } from './database.ts';
import { createGroupCounts } from './group-counts.ts';
import type { Sample, Target } from './samples.ts';

/** One ring with all that its message shows. */
export interface AlertDetail extends Life {
  readonly id: number;
  readonly groupId: number;
  readonly reason: string;
  /** Events from the first of the window in which it rang until now, until it was over, or until the group rang again. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** When the group rang again. */
  readonly rangAgainAt: number | undefined;
  /** Whether the error was never seen before it, or not for long. */
  readonly novelty: 'new' | 'regressed' | 'known';
  /** Events in each twelfth of its time, or in each minute while it is younger; the oldest first. */
  readonly rate: readonly number[];
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly shadow: boolean;
  readonly acked: { readonly by: string; readonly at: number } | undefined;
  readonly fingerprint: string;
  readonly signatureKey: string;
  readonly signatureId: string | undefined;
  readonly summary: string;
  readonly runbook: string | undefined;
  readonly canonical: string;
  readonly services: readonly string[];
  readonly samples: readonly Sample[];
}

/** What rang longer ago than this is not escalated any more: escalation was off then, or the bot. */
const ESCALATE_WITHIN_MS = 24 * 3_600_000;

/** Samples that an alert message shows (product.md section 6). */
const ALERT_SAMPLES = 3;
/** Services that it names. */
const ALERT_SERVICES = 20;

/** Bars of the picture of its rate. */
const RATE_BARS = 12;
const MINUTE_MS = 60_000;

interface DetailRow {
  id: number;
  group_id: number;
  rang_at: number;
  reason: string;
  count: number;
  window_ms: number;
  cooldown_ms: number;
  ended_at: number | null;
  last_seen_at: number;
  first_seen_at: number;
  regressed_at: number | null;
  first_at: number;
  category: string;
  policy: Policy;
  severity: AlertSeverity;
  shadow: number;
  acked_at: number | null;
  acked_by: string | null;
  fingerprint: string;
  signature_key: string;
  signature_id: string | null;
  summary: string;
  runbook: string | null;
  canonical: string;
}

/** Reads and changes the rings. */
export function createAlerts(db: Db) {
  const detail = db.prepare<[number], DetailRow>(`
    SELECT a.*, g.fingerprint, g.signature_key, g.signature_id, g.summary, g.runbook, g.canonical,
      g.last_seen_at, g.first_seen_at, g.regressed_at
    FROM alerts a JOIN groups g ON g.id = a.group_id WHERE a.id = ?`);
  const nextRing = db.prepare<[number, number], { rang_at: number }>(
    'SELECT rang_at FROM alerts WHERE group_id = ? AND id > ? ORDER BY id LIMIT 1',
  );
  const countsOf = createGroupCounts(db);
  const serviceName = db.prepare<[number], string>('SELECT name FROM services WHERE id = ?').pluck();
  const samples = db.prepare<[number, number, number], Sample>(`
    SELECT p.observed_at AS observedAt, s.name AS service, p.trace_id AS traceId, p.text
    FROM samples p JOIN services s ON s.id = p.service_id
    WHERE p.group_id = ? AND p.observed_at < ? ORDER BY p.number DESC LIMIT ?`);
  const ack = db.prepare('UPDATE alerts SET acked_at = ?, acked_by = ? WHERE id = ? AND acked_at IS NULL');
  const unacked = db.prepare<[Record<string, unknown>], { id: number }>(`
    SELECT a.id FROM groups g JOIN alerts a ON a.group_id = g.id
    WHERE g.signature_key = @key AND (@fingerprint IS NULL OR g.fingerprint = @fingerprint OR g.root = @fingerprint)
      AND a.rang_at >= @from AND a.acked_at IS NULL ORDER BY a.id DESC`);
  const allUnacked = db.prepare<[number], { id: number }>(
    'SELECT id FROM alerts WHERE rang_at >= ? AND acked_at IS NULL ORDER BY rang_at DESC, id DESC',
  );
  const due = db.prepare<[number, number], { id: number }>(`
    SELECT id FROM alerts WHERE policy = 'escalate' AND shadow = 0 AND acked_at IS NULL AND escalated_at IS NULL
      AND rang_at <= ? AND rang_at > ? ORDER BY id`);
  const escalated = db.prepare('UPDATE alerts SET escalated_at = ? WHERE id = ?');
  const enqueue = db.prepare(`
    INSERT INTO outbox (destination, kind, alert_id, state, priority, created_at, next_attempt_at)
    VALUES (?, 'escalation', ?, 'pending', ${PRIORITY.urgent}, ?, ?)`);
  const lastId = db.prepare<[], number | null>('SELECT max(id) FROM alerts').pluck();
  const bySeverity = db.prepare<[number, number], { severity: AlertSeverity; n: number }>(
    'SELECT severity, count(*) AS n FROM alerts WHERE rang_at >= ? AND id <= ? GROUP BY severity',
  );

  const namesOf = (services: ReadonlySet<number>): readonly string[] =>
    [...services]
      .flatMap((id) => serviceName.get(id) || [])
      .sort()
      .slice(0, ALERT_SERVICES);

  return {
    detail(id: number): AlertDetail | undefined {
      const row = detail.get(id);
      if (!row) return undefined;
      const rangAgainAt = nextRing.get(row.group_id, row.id)?.rang_at;
      const endedAt = rangAgainAt ?? (row.ended_at === null ? undefined : row.ended_at + 1);
      // While it goes on, the minute of the last event is whole.
      const until = endedAt ?? (Math.floor(row.last_seen_at / MINUTE_MS) + 1) * MINUTE_MS;
      const seen = countsOf(row.group_id, row.first_at, until);
      const lastAt = Math.max(row.rang_at, endedAt === undefined ? row.last_seen_at : (seen.lastAt ?? 0));
      return {
        id: row.id,
        groupId: row.group_id,
        rangAt: row.rang_at,
        reason: row.reason,
        count: Math.max(row.count, seen.count),
        windowMs: row.window_ms,
        firstAt: row.first_at,
        lastAt,
        lastSeenAt: row.last_seen_at,
        cooldownMs: row.cooldown_ms,
        endedAt: row.ended_at,
        rangAgain: rangAgainAt !== undefined,
        rangAgainAt,
        novelty: noveltyOf(row),
        rate: rateOf(seen.minutes, row.first_at, lastAt),
        category: row.category,
        policy: row.policy,
        severity: row.severity,
        shadow: row.shadow === 1,
        acked: row.acked_at === null ? undefined : { by: row.acked_by ?? '', at: row.acked_at },
        fingerprint: row.fingerprint,
        signatureKey: row.signature_key,
        signatureId: row.signature_id ?? undefined,
        summary: row.summary,
        runbook: row.runbook ?? undefined,
        canonical: row.canonical,
        services: namesOf(seen.services),
        samples: samples.all(row.group_id, until, ALERT_SAMPLES),
      };
    },
    /** False when it was acknowledged before. */
    acknowledge(id: number, by: string, at: number): boolean {
      return ack.run(at, by, id).changes > 0;
    },
    /**
     * Queues rings with policy `escalate` of `rangBefore` (ms) or older, that nobody acknowledged, for the escalation
     * destination, each once; returns how many.
     */
    escalateDue: inTransaction(db, (rangBefore: number, destination: string, at: number): number => {
      const rows = due.all(rangBefore, rangBefore - ESCALATE_WITHIN_MS);
      for (const { id } of rows) {
        escalated.run(at, id);
        enqueue.run(destination, id, at, at);
      }
      return rows.length;
    }),
    /** Rings of a signature or group that nobody has acknowledged, since `from` (ms), newest first. */
    unacknowledged({ signatureKey, fingerprint }: Target, from: number): readonly number[] {
      return unacked.all({ key: signatureKey, fingerprint: fingerprint ?? null, from }).map(({ id }) => id);
    },
    /** All rings since `from` (ms) that nobody has acknowledged. */
    allUnacknowledged: (from: number): readonly number[] => allUnacked.all(from).map(({ id }) => id),
    /** The id of the newest ring; 0 when none ever rang. */
    lastId: (): number => lastId.get() ?? 0,
    /** Rings since `from` (ms), but none younger than the one with the id `upTo`. */
    countBySeverity: (from: number, upTo: number): ReadonlyMap<AlertSeverity, number> =>
      new Map(bySeverity.all(from, upTo).map(({ severity, n }) => [severity, n])),
  };
}

export type Alerts = ReturnType<typeof createAlerts>;

function noveltyOf({ first_at, rang_at, first_seen_at, regressed_at }: DetailRow): AlertDetail['novelty'] {
  if (first_seen_at >= first_at) return 'new';
  return regressed_at !== null && regressed_at >= first_at && regressed_at <= rang_at ? 'regressed' : 'known';
}

function rateOf(counts: ReadonlyMap<number, number>, firstAt: number, lastAt: number): readonly number[] {
  const first = Math.floor(firstAt / MINUTE_MS);
  const minutes = Math.floor(lastAt / MINUTE_MS) - first + 1;
  const bars = Array.from({ length: Math.min(RATE_BARS, minutes) }, () => 0);
  for (const [minute, count] of counts) {
    const bar = Math.min(bars.length - 1, Math.floor(((minute - first) * bars.length) / minutes));
    if (bar >= 0) bars[bar] = (bars[bar] as number) + count;
  }
  return bars;
}
