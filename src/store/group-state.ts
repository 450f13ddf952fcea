import type { Db } from './database.ts';
import type { GroupingStore } from './grouping.ts';

/** What the engine needs to go on with a group after a restart. */
export interface PersistedState {
  readonly lastAlertAt: number | undefined;
  /** The events since the asked time, oldest first. */
  readonly events: readonly { readonly at: number; readonly count: number }[];
}

interface Row {
  readonly at: number;
  readonly count: number;
  readonly times: string | null;
}

const MINUTE_MS = 60_000;

/** Reads the engine's state of a group back from what was committed. */
export function createGroupStates(db: Db, { isUnseen }: Pick<GroupingStore, 'isUnseen'>) {
  // Groups that were merged into this one belong to its past.
  const members = db.prepare<[string, string], { n: number; lastAlertAt: number | null }>(
    'SELECT count(*) AS n, max(last_alert_at) AS lastAlertAt FROM groups WHERE fingerprint = ? OR root = ?',
  );
  const eventsSince = db.prepare<[string, string, number], Row>(`
    SELECT observed_at AS at, count, times FROM events
    WHERE group_id IN (SELECT id FROM groups WHERE fingerprint = ? OR root = ?) AND observed_at >= ?
    ORDER BY observed_at, id`);

  /** The state of a group, its events from `sinceMs` on; undefined for a group that was never seen. */
  return (fingerprint: string, sinceMs: number): PersistedState | undefined => {
    if (isUnseen(fingerprint)) return undefined;
    const group = members.get(fingerprint, fingerprint);
    if (!group || group.n === 0) return undefined;
    // A row stands for events of one minute at most.
    const rows = eventsSince.all(fingerprint, fingerprint, sinceMs - MINUTE_MS);
    const events = rows.flatMap(eventsOf).filter(({ at }) => at >= sinceMs);
    events.sort((a, b) => a.at - b.at);
    return { lastAlertAt: group.lastAlertAt ?? undefined, events };
  };
}

/**
 * The events of a row. Of one that stands for many times the newest are known, as many as can make an alert due: whether one rings
 * is as exact as without a restart. The others count from its first on, so that the count that an alert tells, which is within the
 * window, may be too low by what lies in the minute at the edge of the window.
 */
function eventsOf({ at, count, times }: Row): PersistedState['events'] {
  if (times === null) return [{ at, count }];
  const newest = times.split(',').map((offset) => ({ at: at + Number(offset), count: 1 }));
  return [{ at, count: count - newest.length }, ...newest];
}
