import type { DecisionKind } from '../alerting/decide.ts';
import type { FingerprintForm } from '../classify/fingerprint.ts';
import type { AlertSeverity, Policy } from '../classify/signature.ts';
import { type Db, inTransaction } from './database.ts';
import type { GroupingRows, GroupingStore } from './grouping.ts';
import { createServices } from './services.ts';
import { createSignatures } from './signatures.ts';
import type { Tallies } from './tallies.ts';

const MINUTE_MS = 60_000;

/** The order of a destination's queue, the highest first. */
export const PRIORITY = { alert: 0, notice: 50, urgent: 100 } as const;

/** What is known of a group when one of its events comes in. */
export interface GroupFacts {
  readonly fingerprint: string;
  readonly signatureKey: string;
  readonly signatureId: string | undefined;
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly severityRank: number;
  readonly summary: string;
  readonly runbook: string | undefined;
  readonly canonical: string;
  /** The form of its canonical text. */
  readonly form: FingerprintForm;
  /** False when only events of fingerprints that were merged into it are there: they do not say what the group is. */
  readonly isOwn: boolean;
}

/** Equal events of one service at one time. */
export interface EventFold {
  readonly service: string;
  readonly observedAt: number;
  readonly severityNumber: number;
  readonly timestamp: number | undefined;
  readonly host: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  count: number;
}

export interface SampleInput {
  readonly service: string;
  readonly observedAt: number;
  readonly traceId: string | undefined;
  readonly text: string;
}

/** One ring, and where it goes. `suppressed` names why nothing is sent (`shadow`, `no destination`). */
export interface AlertInput {
  readonly rangAt: number;
  readonly reason: string;
  readonly count: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly firstAt: number;
  readonly destinations: readonly string[];
  readonly suppressed: string | undefined;
}

/** Equal decisions about one group, counted: what did not ring, and why. */
export interface DecisionFold {
  count: number;
  /** Below the threshold: the most events within the window; cooldown, mute: when it ends (ms). */
  value: number;
  /** Below the threshold: how many ring; muted: the id of the mute. */
  bound: number;
  lastAt: number;
}

/** Lines that one pattern of the noise allowlist took. */
export interface NoiseFold {
  readonly pattern: string;
  count: number;
  lastAt: number;
  /** The last of them. */
  sample: string;
}

/** All that one batch says about one group. */
export interface GroupBatch {
  readonly facts: GroupFacts;
  readonly events: readonly EventFold[];
  readonly samples: readonly SampleInput[];
  readonly decisions: ReadonlyMap<DecisionKind, DecisionFold>;
  readonly alerts: readonly AlertInput[];
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
  options: { readonly samplesPerGroup: number },
  { grouping, tallies }: { grouping: Pick<GroupingStore, 'add'>; tallies: Pick<Tallies, 'counted'> },
) {
  const services = createServices(db);
  const signatures = createSignatures(db);
  const touchGroup = db.prepare<[Record<string, unknown>], { id: number; samples: number }>(`
    INSERT INTO groups (fingerprint, signature_key, signature_id, category, policy, severity, severity_rank, summary, runbook,
      canonical, form, first_seen_at, last_seen_at, count, samples, last_alert_at)
    VALUES (@fingerprint, @signatureKey, @signatureId, @category, @policy, @severity, @severityRank, @summary, @runbook,
      @canonical, @form, @firstAt, @lastAt, @count, @samples, @lastAlertAt)
    ON CONFLICT (fingerprint) DO UPDATE SET
      signature_key = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.signature_key ELSE signature_key END,
      signature_id = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.signature_id ELSE signature_id END,
      policy = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.policy ELSE policy END,
      severity = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.severity ELSE severity END,
      severity_rank = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.severity_rank ELSE severity_rank END,
      summary = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.summary ELSE summary END,
      runbook = CASE WHEN @isOwn OR signature_id IS excluded.signature_id THEN excluded.runbook ELSE runbook END,
      regressed_at = CASE WHEN excluded.first_seen_at - last_seen_at >= @regressionAfterMs THEN excluded.first_seen_at
        ELSE regressed_at END,
      last_seen_at = max(last_seen_at, excluded.last_seen_at), count = count + excluded.count,
      samples = samples + excluded.samples, last_alert_at = coalesce(excluded.last_alert_at, last_alert_at)
    RETURNING id, samples`);
  const addEvent = db.prepare(`
    INSERT INTO events (group_id, service_id, observed_at, count, severity_number, timestamp, host, trace_id, span_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const countMinute = db.prepare(`
    INSERT INTO minutes (minute, group_id, service_id, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  const putSample = db.prepare(`
    INSERT OR REPLACE INTO samples (group_id, slot, number, observed_at, service_id, trace_id, text)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
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
    const { facts, events } = group;
    signatures.seen(facts);
    const row = touchGroup.get({
      ...facts,
      isOwn: facts.isOwn ? 1 : 0,
      signatureId: facts.signatureId ?? null,
      runbook: facts.runbook ?? null,
      firstAt: events.reduce((least, event) => Math.min(least, event.observedAt), Number.POSITIVE_INFINITY),
      lastAt: events.reduce((most, event) => Math.max(most, event.observedAt), 0),
      count: events.reduce((sum, event) => sum + event.count, 0),
      samples: group.samples.length,
      lastAlertAt: group.alerts.at(-1)?.rangAt ?? null,
      regressionAfterMs,
    }) as { id: number; samples: number };

    for (const event of events) {
      const service = services.idOf(event.service);
      addEvent.run(
        ...[row.id, service, event.observedAt, event.count, event.severityNumber],
        ...[event.timestamp ?? null, event.host ?? null, event.traceId ?? null, event.spanId ?? null],
      );
      const minute = Math.floor(event.observedAt / MINUTE_MS);
      countMinute.run(minute, row.id, service, event.count);
      tallies.counted(minute);
    }
    group.samples.forEach((sample, index) => {
      const number = row.samples - group.samples.length + index;
      const slot = number % options.samplesPerGroup;
      const service = services.idOf(sample.service);
      putSample.run(row.id, slot, number, sample.observedAt, service, sample.traceId ?? null, sample.text);
    });
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

  /** Commits a batch and returns the alerts in it. Throws what SQLite throws (disk full …); then nothing of it is stored. */
  return (batch: Batch): StoredAlert[] => {
    try {
      return write(batch);
    } catch (error) {
      services.forget();
      signatures.forget();
      throw error;
    }
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
