import type { Db } from './database.ts';
import type { Counts, Tallies } from './tallies.ts';

const MINUTE_MS = 60_000;

/**
 * Counts the events between two instants (ms), both inside. Whole minutes come from the counters, the broken ones at the ends from
 * the events: exact, and cheap over a day.
 */
export function createSpanCounts(db: Db, tallies: Pick<Tallies, 'read'>) {
  const events = db
    .prepare<[number, number], [number, number, number]>(
      'SELECT group_id, service_id, count FROM events WHERE observed_at >= ? AND observed_at < ?',
    )
    .raw();
  const later = db
    .prepare<[number, number], number>(
      'SELECT 1 FROM events WHERE observed_at > ? AND observed_at < ? LIMIT 1',
    )
    .pluck();
  const between = (from: number, until: number): Counts[] =>
    from < until ? [events.all(from, until).flat()] : [];

  return (from: number, to: number): readonly Counts[] => {
    const first = Math.ceil(from / MINUTE_MS);
    const last = Math.floor((to + 1) / MINUTE_MS);
    // The minute that is still running is whole as far as it goes.
    const runs = last * MINUTE_MS <= to && later.get(to, (last + 1) * MINUTE_MS) === undefined;
    const end = runs ? last + 1 : last;
    if (end <= first) return between(from, to + 1);
    return [
      ...between(from, first * MINUTE_MS),
      ...tallies.read(first, end),
      ...(runs ? [] : between(end * MINUTE_MS, to + 1)),
    ];
  };
}

export type SpanCounts = ReturnType<typeof createSpanCounts>;
