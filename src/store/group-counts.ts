import type { Db } from './database.ts';

const MINUTE_MS = 60_000;

/** What was counted of one group between two instants. */
export interface GroupCounts {
  readonly count: number;
  /** By the minute (whole minutes since the epoch). */
  readonly minutes: ReadonlyMap<number, number>;
  /** The ids of the services. */
  readonly services: ReadonlySet<number>;
  /** The last event (ms). */
  readonly lastAt: number | undefined;
}

/**
 * Counts the events of a group from `from` until before `until` (ms). Whole minutes come from the counters, so that it costs no more
 * for a group with many events, and nothing for years without any (a clock that was set); the broken ones at the ends come from the
 * events, of which a row may stand for a part of a minute: where `from` lies within one, what is in it from then on is not counted.
 * A ring begins a new row, so the end of each is exact.
 */
export function createGroupCounts(db: Db) {
  const whole = db
    .prepare<[Record<string, number>], [number, number, number]>(`
      WITH RECURSIVE time (minute) AS (
        SELECT min(minute) FROM minutes WHERE minute >= @first
        UNION ALL SELECT (SELECT min(m.minute) FROM minutes m WHERE m.minute > time.minute) FROM time WHERE time.minute < @end)
      SELECT t.minute, m.service_id, m.count FROM time t CROSS JOIN minutes m ON m.minute = t.minute AND m.group_id = @group
      WHERE t.minute < @end`)
    .raw();
  const broken = db
    .prepare<[number, number, number], [number, number, number]>(`
      SELECT observed_at / ${MINUTE_MS}, service_id, count FROM events
      WHERE group_id = ? AND observed_at >= ? AND observed_at < ?`)
    .raw();
  const last = db
    .prepare<[number, number, number], number | null>(
      'SELECT max(coalesce(last_at, observed_at)) FROM events WHERE group_id = ? AND observed_at >= ? AND observed_at < ?',
    )
    .pluck();

  return (group: number, from: number, until: number): GroupCounts => {
    const first = Math.ceil(from / MINUTE_MS);
    const end = Math.floor(until / MINUTE_MS);
    const rows =
      end <= first
        ? broken.all(group, from, until)
        : [
            ...broken.all(group, from, first * MINUTE_MS),
            ...whole.all({ group, first, end }),
            ...broken.all(group, end * MINUTE_MS, until),
          ];
    const minutes = new Map<number, number>();
    for (const [minute, , count] of rows) minutes.set(minute, (minutes.get(minute) ?? 0) + count);
    return {
      count: rows.reduce((sum, [, , count]) => sum + count, 0),
      minutes,
      services: new Set(rows.map(([, service]) => service)),
      lastAt: last.get(group, from, until) ?? undefined,
    };
  };
}
