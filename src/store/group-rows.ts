import type { Db } from './database.ts';
import type { GroupBatch, GroupFacts } from './group-batch.ts';

/** What is remembered of a group that was written lately. */
export interface GroupRow {
  readonly id: number;
  /** Samples that were ever written of it: the number of the next. */
  samples: number;
  /** The same as its row says it. */
  samplesCounted: number;
  /** The newest row of each service, by its id. */
  readonly open: Map<number, OpenRow>;
}

/** The row that takes further events of its minute. */
export interface OpenRow {
  readonly minute: number;
  readonly id: number;
  readonly observedAt: number;
  /** Rows and samples of this minute. */
  rows: number;
  samples: number;
  /** As in EventFold. */
  times: readonly number[];
}

type Described = Pick<
  GroupFacts,
  'signatureKey' | 'signatureId' | 'policy' | 'severity' | 'summary' | 'runbook' | 'isOwn'
>;

interface Remembered extends GroupRow {
  readonly described: Described;
}

/** Groups that are remembered in each of two generations: the row of any other is looked up by its fingerprint. */
const CAPACITY = 10_000;

/** What the group is: events of its own fingerprint say so, and merged ones of the same signature. */
const DESCRIBED = [
  'signature_key',
  'signature_id',
  'policy',
  'severity',
  'severity_rank',
  'summary',
  'runbook',
];

/** The rows of the groups. One that was written lately is found by its id, which costs a third. */
export function createGroupRows(db: Db) {
  const insert = `
    INSERT INTO groups (fingerprint, signature_key, signature_id, category, policy, severity, severity_rank, summary, runbook,
      canonical, form, first_seen_at, last_seen_at, count, last_alert_at, samples)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (fingerprint) DO UPDATE SET
      regressed_at = CASE WHEN excluded.first_seen_at - last_seen_at >= ? THEN excluded.first_seen_at ELSE regressed_at END,
      last_seen_at = max(last_seen_at, excluded.last_seen_at), count = count + excluded.count,
      last_alert_at = coalesce(excluded.last_alert_at, last_alert_at), samples = samples + excluded.samples`;
  const own = DESCRIBED.map((column) => `${column} = excluded.${column}`);
  const merged = DESCRIBED.map(
    (column) =>
      `${column} = CASE WHEN signature_id IS excluded.signature_id THEN excluded.${column} ELSE ${column} END`,
  );
  const put = (columns: readonly string[]) =>
    db.prepare<unknown[], { id: number; samples: number }>(
      `${insert}, ${columns.join(', ')} RETURNING id, samples`,
    );
  const putOwn = put(own);
  const putMerged = put(merged);
  // Ids of groups that were forgotten are given again: the name says whether it is still that group.
  const touch = db.prepare(`
    UPDATE groups SET regressed_at = CASE WHEN ? - last_seen_at >= ? THEN ? ELSE regressed_at END,
      last_seen_at = max(last_seen_at, ?), count = count + ?, last_alert_at = coalesce(?, last_alert_at)
    WHERE id = ? AND fingerprint = ?`);
  const countSamples = db.prepare('UPDATE groups SET samples = ? WHERE id = ?');
  let young = new Map<string, Remembered>();
  let old = new Map<string, Remembered>();

  function remember(fingerprint: string, row: Remembered): void {
    if (young.size >= CAPACITY) {
      old = young;
      young = new Map();
    }
    young.set(fingerprint, row);
  }

  return {
    /** Counts a batch's events of a group in its row, which is made when it is new. */
    touch(group: GroupBatch, regressionAfterMs: number): GroupRow {
      const { facts, firstAt, lastAt, count, alerts } = group;
      const { fingerprint } = facts;
      const lastAlertAt = alerts.at(-1)?.rangAt ?? null;
      const isYoung = young.has(fingerprint);
      const known = young.get(fingerprint) ?? old.get(fingerprint);
      if (known && sameFacts(known.described, facts)) {
        const { id } = known;
        const { changes } = touch.run(
          ...[firstAt, regressionAfterMs, firstAt, lastAt, count, lastAlertAt, id, fingerprint],
        );
        if (changes > 0) {
          if (!isYoung) remember(fingerprint, known);
          return known;
        }
      }
      const f = facts;
      // Of a group that is not remembered every sample of the batch is written; of another `countSamples` has the last word.
      const samples = group.events.reduce((sum, event) => sum + event.samples.length, 0);
      const row = (f.isOwn ? putOwn : putMerged).get(
        ...[
          fingerprint,
          f.signatureKey,
          f.signatureId ?? null,
          f.category,
          f.policy,
          f.severity,
          f.severityRank,
        ],
        ...[f.summary, f.runbook ?? null, f.canonical, f.form, firstAt, lastAt, count, lastAlertAt, samples],
        regressionAfterMs,
      ) as { id: number; samples: number };
      const { signatureKey, signatureId, policy, severity, summary, runbook, isOwn } = facts;
      const open = known?.id === row.id ? known.open : new Map<number, OpenRow>();
      const remembered: Remembered = {
        ...{ id: row.id, samples: row.samples - samples, samplesCounted: row.samples, open },
        described: { signatureKey, signatureId, policy, severity, summary, runbook, isOwn },
      };
      remember(fingerprint, remembered);
      return remembered;
    },
    /** After the samples of the batch were written. */
    countSamples(row: GroupRow): void {
      if (row.samples === row.samplesCounted) return;
      countSamples.run(row.samples, row.id);
      row.samplesCounted = row.samples;
    },
    /** What is remembered of a group. */
    remembered: (fingerprint: string): GroupRow | undefined => young.get(fingerprint) ?? old.get(fingerprint),
    /** After a rollback. */
    forget(): void {
      young = new Map();
      old = new Map();
    },
  };
}

/** Whether writing `b` after `a` would change nothing of what the group is. */
function sameFacts(a: Described, b: Described): boolean {
  return (
    a.signatureKey === b.signatureKey &&
    a.signatureId === b.signatureId &&
    a.policy === b.policy &&
    a.severity === b.severity &&
    a.summary === b.summary &&
    a.runbook === b.runbook &&
    (a.isOwn || !b.isOwn)
  );
}
