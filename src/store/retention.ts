import type { Db } from './database.ts';
import type { Slots } from './slots.ts';

const DAY_MS = 86_400_000;
/** Rows that go in one transaction, so that the writer is never held up for long. */
const CHUNK = 2_000;

/** Groups that lose their samples at once, when nothing else is left to forget. */
const GROUPS_CHUNK = 40;
/** Events of this span (a folded row is as old as its first event) stay, however large the database is. */
const KEPT_MS = 3_600_000;

export interface RetentionLimits {
  readonly days: number;
  readonly maxDatabaseBytes: number;
}

/**
 * Forgets what is older than `days`; while the database is larger than `maxDatabaseBytes` also the oldest events, then the samples
 * of groups that were not seen for the longest time. Each call of
 * `step` does a small piece and says whether more is to be done.
 */
export function createRetention(db: Db, limits: RetentionLimits, slots: Slots) {
  const byAge = [
    `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE observed_at < @before ORDER BY observed_at LIMIT ${CHUNK})`,
    `DELETE FROM minutes WHERE (minute, group_id, service_id) IN
       (SELECT minute, group_id, service_id FROM minutes WHERE minute < @minute LIMIT ${CHUNK})`,
    `DELETE FROM decisions WHERE (minute, group_id, kind) IN
       (SELECT minute, group_id, kind FROM decisions WHERE minute < @minute LIMIT ${CHUNK})`,
    `DELETE FROM source_counts WHERE (minute, source, what) IN
       (SELECT minute, source, what FROM source_counts WHERE minute < @minute LIMIT ${CHUNK})`,
    `DELETE FROM dispatch_log WHERE id IN (SELECT id FROM dispatch_log WHERE at < @before LIMIT ${CHUNK})`,
    // What still waits is never forgotten, nor the alert that it is about.
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < @before LIMIT ${CHUNK})`,
    `DELETE FROM alerts WHERE id IN (SELECT id FROM alerts a WHERE rang_at < @before
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.alert_id = a.id) LIMIT ${CHUNK})`,
    `DELETE FROM samples WHERE (group_id, slot) IN (SELECT p.group_id, p.slot FROM samples p
       JOIN groups g ON g.id = p.group_id WHERE g.last_seen_at < @before LIMIT ${CHUNK})`,
    `DELETE FROM merges WHERE id IN (SELECT m.id FROM merges m JOIN groups g ON g.fingerprint = m.root
       WHERE g.last_seen_at < @before LIMIT ${CHUNK})`,
    `DELETE FROM groups WHERE id IN (SELECT id FROM groups g WHERE last_seen_at < @before
       AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.group_id = g.id)
       AND NOT EXISTS (SELECT 1 FROM samples p WHERE p.group_id = g.id) LIMIT ${CHUNK})`,
    `DELETE FROM mutes WHERE ended_at < @before`,
    `DELETE FROM noise WHERE (minute, pattern) IN
       (SELECT minute, pattern FROM noise WHERE minute < @minute LIMIT ${CHUNK})`,
    `DELETE FROM live WHERE (destination, alert_id) IN
       (SELECT destination, alert_id FROM live WHERE posted_at < @before LIMIT ${CHUNK})`,
    `DELETE FROM bundles WHERE ended_at < @before AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.bundle_id = bundles.id)`,
    `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < @before LIMIT ${CHUNK})`,
    `DELETE FROM buttons WHERE id IN (SELECT id FROM buttons WHERE created_at < @before LIMIT ${CHUNK})`,
  ].map((sql) => db.prepare(sql));
  // The windows of the engine are read back from the events: the newest stay, whatever the size.
  const oldestEvents = db.prepare<[number]>(
    `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE observed_at < ? ORDER BY observed_at LIMIT ${CHUNK})`,
  );
  const oldestSamples = db.prepare(`
    DELETE FROM samples WHERE group_id IN
      (SELECT id FROM groups g WHERE EXISTS (SELECT 1 FROM samples p WHERE p.group_id = g.id)
       ORDER BY last_seen_at LIMIT ${GROUPS_CHUNK})`);
  const pragma = (name: string) => db.pragma(name, { simple: true }) as number;
  // The places of texts are all looked at, once a day, when nothing else is left to forget.
  let sweptAt = Number.NEGATIVE_INFINITY;
  let sweepBefore: number | undefined;
  const usedBytes = () => (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');

  return {
    /** Returns true while there is more to forget. */
    step(now: number): boolean {
      if (sweepBefore !== undefined) {
        if (!slots.expire(sweepBefore)) sweepBefore = undefined;
        return sweepBefore !== undefined;
      }
      const before = now - limits.days * DAY_MS;
      let most = 0;
      for (const statement of byAge) {
        most = Math.max(most, statement.run({ before, minute: Math.floor(before / 60_000) }).changes);
      }
      if (usedBytes() > limits.maxDatabaseBytes) {
        const events = oldestEvents.run(now - KEPT_MS).changes;
        if (events > 0 || oldestSamples.run().changes > 0) most = CHUNK;
      }
      db.pragma('incremental_vacuum(500)');
      if (most >= CHUNK) return true;
      if (now - sweptAt < DAY_MS) return false;
      sweptAt = now;
      sweepBefore = before;
      return true;
    },
  };
}
