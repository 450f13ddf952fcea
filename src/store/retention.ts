import { type Db, inBackground, inTransaction } from './database.ts';
import type { Slots } from './slots.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** About so long one step takes: nobody is held up for long. */
const STEP_MS = 10;
/** Rows that go in one transaction; as many as take some milliseconds are found out. */
const CHUNK = { first: 200, least: 5, most: 5_000 };
/** Ids of groups that are looked at in one piece. */
const IDS = 5_000;
/** Events of this span (a folded row is as old as its first event) stay, however large the database is. */
const KEPT_MS = 3_600_000;
/** Less of the file may be free: it will be used again. */
const FREE_SHARE = 0.05;

export interface RetentionLimits {
  readonly days: number;
  readonly maxDatabaseBytes: number;
}

/** Does a piece of one thing that is to be done; false when nothing of it is left. */
type Work = (now: number) => boolean;

/**
 * Forgets what is older than `days`; while the database is larger than `maxDatabaseBytes` also the oldest events, then the samples
 * of groups that were not seen for the longest time. Each call of `step` does a small piece and says whether more is to be done.
 */
export function createRetention(db: Db, limits: RetentionLimits, slots: Slots) {
  const tooOld = (now: number) => now - limits.days * DAY_MS;

  /** Calls `piece` with as many rows as it can remove in some milliseconds; it returns how many there were. */
  function inChunks(piece: (limit: number, now: number) => number): Work {
    let limit = CHUNK.first;
    return (now) => {
      const startedAt = performance.now();
      const hasMore = piece(limit, now) >= limit;
      const tookMs = performance.now() - startedAt;
      if (tookMs > STEP_MS) limit = Math.max(CHUNK.least, Math.floor(limit / 2));
      else if (hasMore && tookMs < STEP_MS / 4) limit = Math.min(CHUNK.most, limit * 2);
      return hasMore;
    };
  }

  function byAge(sql: string): Work {
    const statement = db.prepare<[Record<string, number>]>(sql);
    return inChunks((limit, now) => {
      const before = tooOld(now);
      return statement.run({ limit, before, minute: Math.floor(before / MINUTE_MS) }).changes;
    });
  }

  const groupsBetween = db.prepare<[number, number, number], { id: number; fingerprint: string }>(
    'SELECT id, fingerprint FROM groups WHERE id > ? AND id <= ? AND last_seen_at < ?',
  );
  const highestGroup = db.prepare<[], number | null>('SELECT max(id) FROM groups').pluck();
  // An alert that still waits needs it.
  const dropGroup = db.prepare<[number]>(
    'DELETE FROM groups WHERE id = ? AND NOT EXISTS (SELECT 1 FROM alerts WHERE group_id = groups.id)',
  );
  const dropMerges = db
    .prepare<[string], string>('DELETE FROM merges WHERE root = ? RETURNING fingerprint')
    .pluck();
  const dropSamples = db.prepare<[number]>('DELETE FROM samples WHERE group_id = ?');
  let forgotten: string[] = [];
  let lookedAt = 0;
  const oldGroups: Work = (now) => {
    const startedAt = performance.now();
    const until = lookedAt + IDS;
    for (const group of groupsBetween.all(lookedAt, until, tooOld(now))) {
      if (dropGroup.run(group.id).changes > 0) {
        dropSamples.run(group.id);
        forgotten.push(group.fingerprint, ...dropMerges.all(group.fingerprint));
      }
      lookedAt = group.id;
      if (performance.now() - startedAt > STEP_MS) return true;
    }
    lookedAt = until < (highestGroup.get() ?? 0) ? until : 0;
    return lookedAt > 0;
  };

  const pragma = (name: string) => db.pragma(name, { simple: true }) as number;
  const isTooLarge = () =>
    (pragma('page_count') - pragma('freelist_count')) * pragma('page_size') > limits.maxDatabaseBytes;
  const oldestEvents = db.prepare<[number, number]>(
    'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE observed_at < ? ORDER BY observed_at LIMIT ?)',
  );
  // The windows of the engine are read back from the events: the newest stay, whatever the size.
  const eventsBySize = inChunks((limit, now) =>
    isTooLarge() ? oldestEvents.run(now - KEPT_MS, limit).changes : 0,
  );
  const sampled = db
    .prepare<[], number>(`
      SELECT id FROM groups g WHERE EXISTS (SELECT 1 FROM samples p WHERE p.group_id = g.id) ORDER BY last_seen_at DESC`)
    .pluck();
  /** Groups that have samples, those first that were seen last. */
  let queue: number[] = [];
  const samplesBySize: Work = () => {
    const startedAt = performance.now();
    if (!isTooLarge()) queue = [];
    else if (queue.length === 0) queue = sampled.all();
    while (queue.length > 0 && performance.now() - startedAt < STEP_MS)
      dropSamples.run(queue.pop() as number);
    return queue.length > 0;
  };
  const vacuum = inChunks((limit) => {
    if (pragma('freelist_count') < pragma('page_count') * FREE_SHARE) return 0;
    db.pragma(`incremental_vacuum(${limit})`);
    return limit;
  });

  // The places of texts are all looked at, once a day, behind the groups that they belong to.
  let sweptAt = Number.NEGATIVE_INFINITY;
  let sweepBefore: number | undefined;
  const oldSlots: Work = (now) => {
    if (sweepBefore === undefined && now - sweptAt < DAY_MS) return false;
    if (sweepBefore === undefined) sweptAt = now;
    sweepBefore ??= tooOld(now);
    if (!slots.expire(sweepBefore)) sweepBefore = undefined;
    return sweepBefore !== undefined;
  };

  // What refers to something goes before it: the counters before their groups.
  const work: readonly Work[] = [
    byAge(
      'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE observed_at < @before ORDER BY observed_at LIMIT @limit)',
    ),
    byAge(
      'DELETE FROM tallies WHERE rowid IN (SELECT rowid FROM tallies WHERE minute < @minute LIMIT @limit)',
    ),
    byAge(`DELETE FROM minutes WHERE (minute, group_id, service_id) IN
      (SELECT minute, group_id, service_id FROM minutes WHERE minute < @minute LIMIT @limit)`),
    byAge(`DELETE FROM decisions WHERE (minute, group_id, kind) IN
      (SELECT minute, group_id, kind FROM decisions WHERE minute < @minute LIMIT @limit)`),
    byAge(`DELETE FROM decision_counts WHERE (minute, kind) IN
      (SELECT minute, kind FROM decision_counts WHERE minute < @minute LIMIT @limit)`),
    byAge(`DELETE FROM source_counts WHERE (minute, source, what) IN
      (SELECT minute, source, what FROM source_counts WHERE minute < @minute LIMIT @limit)`),
    byAge(`DELETE FROM source_hours WHERE (hour, source, what) IN
      (SELECT hour, source, what FROM source_hours WHERE hour < @minute / 60 LIMIT @limit)`),
    byAge(
      'DELETE FROM dispatch_log WHERE id IN (SELECT id FROM dispatch_log WHERE at < @before LIMIT @limit)',
    ),
    // What still waits is never forgotten, nor the alert that it is about.
    byAge('DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < @before LIMIT @limit)'),
    byAge(`DELETE FROM alerts WHERE id IN (SELECT id FROM alerts a WHERE rang_at < @before
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.alert_id = a.id) LIMIT @limit)`),
    inTransaction(db, oldGroups),
    oldSlots,
    byAge('DELETE FROM mutes WHERE id IN (SELECT id FROM mutes WHERE ended_at < @before LIMIT @limit)'),
    byAge(`DELETE FROM noise WHERE (minute, pattern) IN
      (SELECT minute, pattern FROM noise WHERE minute < @minute LIMIT @limit)`),
    byAge(`DELETE FROM live WHERE (destination, alert_id) IN
      (SELECT destination, alert_id FROM live WHERE posted_at < @before LIMIT @limit)`),
    byAge(`DELETE FROM bundles WHERE id IN (SELECT id FROM bundles b WHERE ended_at < @before
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.bundle_id = b.id) LIMIT @limit)`),
    byAge('DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < @before LIMIT @limit)'),
    byAge('DELETE FROM buttons WHERE id IN (SELECT id FROM buttons WHERE created_at < @before LIMIT @limit)'),
    eventsBySize,
    inTransaction(db, samplesBySize),
    vacuum,
  ];
  let next = 0;

  function pieces(now: number): boolean {
    const startedAt = performance.now();
    while (performance.now() - startedAt < STEP_MS) {
      const hasMore = (work[next] as Work)(now);
      if (!hasMore) next = (next + 1) % work.length;
      if (!hasMore && next === 0) return false;
    }
    return true;
  }

  return {
    /** Returns true while there is more to forget. */
    step: (now: number): boolean => inBackground(db, () => pieces(now)),
    /** The fingerprints of groups that are gone, and of what was merged into them, since it was last asked. */
    takeForgotten(): readonly string[] {
      const taken = forgotten;
      forgotten = [];
      return taken;
    },
  };
}
