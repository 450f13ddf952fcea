import type { AlertSeverity, Policy } from '../classify/signature.ts';
import type { Step } from '../message/ladder.ts';
import { PRIORITY } from './batch.ts';
import { type Db, inTransaction } from './database.ts';

/** Why many alerts share one message: they rang within a minute, they had to wait too long, or the chat takes no more. */
export type BundleKind = 'storm' | 'backlog' | 'budget';

export interface Bundle {
  readonly id: number;
  readonly destination: string;
  readonly kind: BundleKind;
  /** The first ring in it. */
  readonly startedAt: number;
  /** The platform's id, once it is posted. */
  readonly messageId: string | null;
  readonly step: Step;
  readonly editedAt: number;
  /** A storm that is over, or what never goes on. */
  readonly endedAt: number | null;
}

/** One group of a bundle. */
export interface BundledGroup {
  readonly alertId: number;
  readonly fingerprint: string;
  readonly signatureId: string | null;
  /** The signature; where it has several groups in the bundle, the text that tells them apart. */
  readonly name: string;
  readonly summary: string;
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly urgent: boolean;
  /** It is told because nobody acknowledged it. */
  readonly escalated: boolean;
  readonly rangAt: number;
  readonly firstAt: number;
  readonly rings: number;
  /** Events since the bundle began, counted in whole minutes. */
  readonly count: number;
}

type Row = Omit<BundledGroup, 'urgent' | 'escalated' | 'name'> & {
  readonly urgent: number;
  readonly escalated: number;
  readonly canonical: string;
};

const COLUMNS =
  'id, destination, kind, started_at AS startedAt, message_id AS messageId, step, edited_at AS editedAt, ended_at AS endedAt';

/** The messages that stand for many alerts. */
export function createBundles(db: Db) {
  const get = db.prepare<[number], Bundle>(`SELECT ${COLUMNS} FROM bundles WHERE id = ?`);
  const open = db.prepare<[string], Bundle>(
    `SELECT ${COLUMNS} FROM bundles WHERE destination = ? AND ended_at IS NULL ORDER BY id DESC LIMIT 1`,
  );
  const insert = db.prepare<unknown[], { id: number }>(
    'INSERT INTO bundles (destination, kind, started_at, ended_at) VALUES (?, ?, ?, ?) RETURNING id',
  );
  const firstRing = db.prepare<[string, number], { at: number | null }>(`
    SELECT min(a.rang_at) AS at FROM outbox o JOIN alerts a ON a.id = o.alert_id
    WHERE o.destination = ? AND o.kind = 'alert' AND o.created_at > ?`);
  const firstOf = db.prepare<[number], { at: number | null }>(`
    SELECT min(a.rang_at) AS at FROM outbox o JOIN alerts a ON a.id = o.alert_id WHERE o.id = ?`);
  const fold = db.prepare(
    "UPDATE outbox SET state = 'folded', bundle_id = ? WHERE id = ? AND state = 'pending'",
  );
  const enqueue = db.prepare(`
    INSERT INTO outbox (destination, kind, bundle_id, state, priority, created_at, next_attempt_at)
    VALUES (?, ?, ?, 'pending', ?, ?, ?)`);
  const unshown = db.prepare<[number], { n: number; urgent: number; upTo: number | null }>(`
    SELECT count(*) AS n, coalesce(sum(priority >= ${PRIORITY.urgent}), 0) AS urgent, max(id) AS upTo
    FROM outbox WHERE bundle_id = ? AND state = 'folded'`);
  const posted = db.prepare('UPDATE bundles SET message_id = ?, step = ?, edited_at = ? WHERE id = ?');
  const logMerged = db.prepare(`
    INSERT INTO dispatch_log (alert_id, outbox_id, destination, outcome, detail, at)
    SELECT alert_id, id, destination, 'merged', ?, ? FROM outbox WHERE bundle_id = ? AND state = 'folded' AND id <= ?`);
  const merged = db.prepare(`
    UPDATE outbox SET state = 'merged', message_id = ?, done_at = ? WHERE bundle_id = ? AND state = 'folded' AND id <= ?`);
  const logFailed = db.prepare(`
    INSERT INTO dispatch_log (alert_id, outbox_id, destination, outcome, detail, at)
    SELECT alert_id, id, destination, 'failed', ?, ? FROM outbox WHERE bundle_id = ? AND state = 'folded'`);
  const failAll = db.prepare(`
    UPDATE outbox SET state = 'failed', last_error = ?, done_at = ? WHERE bundle_id = ? AND state = 'folded'`);
  const lower = db.prepare('UPDATE bundles SET step = ? WHERE id = ?');
  const end = db.prepare('UPDATE bundles SET ended_at = ? WHERE id = ?');
  const singles = db.prepare<[string, number], { n: number }>(`
    SELECT count(*) AS n FROM outbox
    WHERE destination = ? AND created_at >= ? AND kind = 'alert' AND state IN ('sending', 'sent')`);
  const groups = db.prepare<[Record<string, unknown>], Row>(`
    WITH rung AS (
      SELECT alert_id, priority, kind FROM outbox WHERE bundle_id = @id AND alert_id IS NOT NULL
      UNION
      SELECT alert_id, priority, kind FROM outbox WHERE @kind = 'storm' AND destination = @destination AND kind = 'alert'
        AND created_at >= @startedAt AND created_at <= @until),
    seen AS (SELECT group_id, sum(count) AS n FROM minutes
      WHERE minute >= @firstMinute AND minute <= @lastMinute GROUP BY group_id)
    SELECT max(a.id) AS alertId, g.fingerprint, g.signature_id AS signatureId, g.canonical,
      g.summary, a.category, a.policy, a.severity, max(r.priority) >= ${PRIORITY.urgent} AS urgent,
      max(r.kind = 'escalation') AS escalated,
      min(a.rang_at) AS rangAt, min(a.first_at) AS firstAt, count(*) AS rings, max(coalesce(s.n, 0), max(a.count)) AS count
    FROM rung r JOIN alerts a ON a.id = r.alert_id JOIN groups g ON g.id = a.group_id LEFT JOIN seen s ON s.group_id = g.id
    GROUP BY g.id ORDER BY urgent DESC, count DESC, rangAt`);
  const alertIds = db.prepare<[number], { id: number }>(
    'SELECT DISTINCT alert_id AS id FROM outbox WHERE bundle_id = ? AND alert_id IS NOT NULL',
  );

  const fillIn = (id: number, outboxIds: readonly number[]) => {
    for (const outboxId of outboxIds) fold.run(id, outboxId);
  };
  /** The first ring: of a storm also those that went out before it was one. */
  const startOf = (destination: string, kind: BundleKind, ids: readonly number[], at: number): number => {
    const rings = ids.flatMap((id) => firstOf.get(id)?.at ?? []);
    if (kind === 'storm') rings.push(firstRing.get(destination, at - 60_000)?.at ?? at);
    return rings.reduce((least, ring) => Math.min(least, ring), at);
  };

  return {
    get: (id: number): Bundle | undefined => get.get(id),
    /** The storm that a destination is in. */
    openStorm: (destination: string): Bundle | undefined => open.get(destination),
    /** Folds waiting messages into a new one, and queues that. */
    begin: inTransaction(
      db,
      (destination: string, kind: BundleKind, outboxIds: readonly number[], at: number): number => {
        const startedAt = startOf(destination, kind, outboxIds, at);
        const { id } = insert.get(destination, kind, startedAt, kind === 'storm' ? null : at) as {
          id: number;
        };
        fillIn(id, outboxIds);
        enqueue.run(destination, 'bundle', id, PRIORITY.urgent, at, at);
        return id;
      },
    ),
    fold: inTransaction(db, fillIn),
    /** How many alerts of it are in no message yet, and the last of them. */
    unshown: (id: number) =>
      unshown.get(id) as { readonly n: number; readonly urgent: number; readonly upTo: number | null },
    /** Alerts that went out singly since a storm began. */
    singles: ({ destination, startedAt }: Bundle): number =>
      (singles.get(destination, startedAt) as { n: number }).n,
    /** The message is in the chat and tells of all alerts up to outbox row `upTo`. */
    shown: inTransaction(
      db,
      (bundle: Bundle, messageId: string, step: Step, upTo: number | null, at: number): void => {
        posted.run(messageId, step, at, bundle.id);
        if (upTo === null) return;
        logMerged.run(`${bundle.kind} ${bundle.id}`, at, bundle.id, upTo);
        merged.run(messageId, at, bundle.id, upTo);
      },
    ),
    /** No way to write its message was taken: what is folded into it has failed with it. */
    fail: inTransaction(db, (bundle: Bundle, reason: string, at: number): void => {
      logFailed.run(reason, at, bundle.id);
      failAll.run(reason, at, bundle.id);
      end.run(at, bundle.id);
    }),
    degrade(bundle: Bundle, step: Step): void {
      lower.run(step, bundle.id);
    },
    /** The message is gone from the chat: it is posted anew. */
    repost(bundle: Bundle, at: number): void {
      enqueue.run(bundle.destination, 'bundle', bundle.id, PRIORITY.urgent, at, at);
    },
    /** The storm is over; its closing summary is queued. */
    end: inTransaction(db, (bundle: Bundle, at: number): void => {
      end.run(at, bundle.id);
      enqueue.run(bundle.destination, 'closing', bundle.id, PRIORITY.notice, at, at);
    }),
    /** The groups of it, critical ones first, then by count. */
    groups(bundle: Bundle, now: number): readonly BundledGroup[] {
      const until = bundle.endedAt ?? now;
      const firstMinute = Math.floor(bundle.startedAt / 60_000);
      const lastMinute = Math.floor(until / 60_000);
      const rows = groups.all({ ...bundle, until, firstMinute, lastMinute });
      const known = new Map<string | null, number>();
      for (const { signatureId } of rows) known.set(signatureId, (known.get(signatureId) ?? 0) + 1);
      return rows.map(({ canonical, ...row }) => {
        const signature = known.get(row.signatureId) === 1 ? row.signatureId : null;
        return {
          ...row,
          name: signature ?? canonical,
          urgent: row.urgent === 1,
          escalated: row.escalated === 1,
        };
      });
    },
    alertIds: (id: number): readonly number[] => alertIds.all(id).map((row) => row.id),
  };
}
