import type { DecisionKind } from '../alerting/decide.ts';
import type { AlertSeverity } from '../classify/signature.ts';
import { type Db, inTransaction } from './database.ts';
import { createEventRows, type EventRowLimits } from './event-rows.ts';
import type { AlertInput, GroupBatch, GroupFacts } from './group-batch.ts';
import { createGroupRows } from './group-rows.ts';
import type { GroupingRows, GroupingStore } from './grouping.ts';
import { createServices } from './services.ts';
import { createSignatures } from './signatures.ts';
import type { Tallies } from './tallies.ts';

const MINUTE_MS = 60_000;

/** The order of a destination's queue, the highest first. */
export const PRIORITY = { alert: 0, notice: 50, urgent: 100 } as const;

/** Lines that one pattern of the noise allowlist took. */
export interface NoiseFold {
  readonly pattern: string;
  count: number;
  lastAt: number;
  /** The last of them. */
  sample: string;
}

export interface SourceCount {
  readonly source: string;
  /** `received`, `matched`, `generic`, `noise`, or `dropped:<reason>`. */
  readonly what: string;
  readonly count: number;
}

export interface Batch {
  readonly at: number;
  readonly groups: readonly GroupBatch[];
  readonly sources: readonly SourceCount[];
  readonly noise: readonly NoiseFold[];
  readonly grouping: GroupingRows;
  /** A group that was quiet for this long and comes back has regressed (ms). */
  readonly regressionAfterMs: number;
}

/** A ring as it was stored. */
export interface StoredAlert {
  readonly id: number;
  readonly severity: AlertSeverity;
  readonly rangAt: number;
}

/** Writes batches: all of a batch in one transaction, or none of it. */
export function createBatchWriter(
  db: Db,
  limits: EventRowLimits,
  {
    grouping,
    tallies,
  }: { grouping: Pick<GroupingStore, 'add' | 'seen' | 'slots'>; tallies: Pick<Tallies, 'counted'> },
) {
  const services = createServices(db);
  const signatures = createSignatures(db);
  const groups = createGroupRows(db);
  const eventRows = createEventRows(db, limits);
  const countMinute = db.prepare(`
    INSERT INTO minutes (minute, group_id, service_id, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  const countDecision = db.prepare(`
    INSERT INTO decisions (minute, group_id, kind, count, value, bound, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, value = max(value, excluded.value), bound = excluded.bound,
      last_at = max(last_at, excluded.last_at)`);
  const countKind = db.prepare(`
    INSERT INTO decision_counts (minute, kind, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  const countNoise = db.prepare(`
    INSERT INTO noise (minute, pattern, count, last_at, sample) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at, sample = excluded.sample`);
  const addAlert = db.prepare(`
    INSERT INTO alerts (group_id, rang_at, reason, count, window_ms, cooldown_ms, first_at, category, policy, severity, shadow, receivers)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const enqueue = db.prepare(`
    INSERT INTO outbox (destination, kind, alert_id, state, priority, created_at, next_attempt_at)
    VALUES (?, 'alert', ?, 'pending', ?, ?, ?)`);
  const touchOlder = db.prepare('UPDATE live SET touched = touched + 1 WHERE group_id = ? AND open = 1');
  const logSuppressed = db.prepare(`
    INSERT INTO dispatch_log (alert_id, destination, outcome, detail, at) VALUES (?, ?, 'suppressed', ?, ?)`);
  const countSource = db.prepare(`
    INSERT INTO source_counts (minute, source, what, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);

  const countHour = db.prepare(`
    INSERT INTO source_hours (hour, source, what, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);

  function writeAlert(groupId: number, facts: GroupFacts, alert: AlertInput): StoredAlert {
    const shadow = alert.suppressed === 'shadow' ? 1 : 0;
    const { rangAt } = alert;
    const id = Number(
      addAlert.run(
        ...[groupId, rangAt, alert.reason, alert.count, alert.windowMs, alert.cooldownMs, alert.firstAt],
        ...[facts.category, facts.policy, facts.severity, shadow, alert.destinations.length],
      ).lastInsertRowid,
    );
    touchOlder.run(groupId);
    const priority = priorityOf(facts, alert);
    for (const destination of alert.destinations) {
      if (alert.suppressed === undefined) enqueue.run(destination, id, priority, rangAt, rangAt);
      else logSuppressed.run(id, destination, alert.suppressed, rangAt);
    }
    return { id, severity: facts.severity, rangAt };
  }

  function writeGroup(group: GroupBatch, minute: number, regressionAfterMs: number): StoredAlert[] {
    const { facts } = group;
    signatures.seen(facts);
    const row = groups.touch(group, regressionAfterMs);
    grouping.seen(facts.fingerprint);
    for (const event of group.events) eventRows.write(row, services.idOf(event.service), event);
    groups.countSamples(row);
    for (const { minute: at, service, count } of group.minutes) {
      countMinute.run(at, row.id, services.idOf(service), count);
      tallies.counted(at);
    }
    for (const [kind, { count, value, bound, lastAt }] of group.decisions)
      countDecision.run(minute, row.id, kind, count, value, bound, lastAt);
    return group.alerts.map((alert) => writeAlert(row.id, facts, alert));
  }

  const write = inTransaction(db, (batch: Batch): StoredAlert[] => {
    const minute = Math.floor(batch.at / MINUTE_MS);
    const alerts = batch.groups.flatMap((group) => writeGroup(group, minute, batch.regressionAfterMs));
    for (const [kind, count] of decisionsOf(batch)) countKind.run(minute, kind, count);
    grouping.add(batch.grouping, batch.at);
    for (const { source, what, count } of batch.sources) {
      countSource.run(minute, source, what, count);
      countHour.run(Math.floor(minute / 60), source, what, count);
    }
    for (const { pattern, count, lastAt, sample } of batch.noise)
      countNoise.run(minute, pattern, count, lastAt, sample);
    return alerts;
  });

  return {
    /** Commits a batch and returns the alerts in it. Throws what SQLite throws (disk full …); then nothing of it is stored. */
    write(batch: Batch): StoredAlert[] {
      try {
        return write(batch);
      } catch (error) {
        services.forget();
        signatures.forget();
        groups.forget();
        grouping.slots.forget();
        throw error;
      }
    },
    /** Whether further events of a group, service and minute are only counted; false when nothing is remembered of it. */
    isFull(fingerprint: string, service: string, minute: number): boolean {
      const open = groups.remembered(fingerprint)?.open.get(services.known(service) ?? 0);
      return open?.minute === minute && open.rows >= limits.samplesPerMinute;
    },
  };
}

/** The decisions about all groups, by kind. */
function decisionsOf({ groups }: Batch): ReadonlyMap<DecisionKind, number> {
  const counts = new Map<DecisionKind, number>();
  for (const { decisions } of groups) {
    for (const [kind, { count }] of decisions) counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return counts;
}

/** Critical alerts go out first, then the more severe ones; what the bot itself has to say stands between. */
function priorityOf(facts: GroupFacts, alert: AlertInput): number {
  const urgent = alert.reason === 'immediate' || facts.category === 'critical';
  return (urgent ? PRIORITY.urgent : PRIORITY.alert) + facts.severityRank;
}
