import type { Db } from './database.ts';
import type { GroupingStore } from './grouping.ts';

/** What the engine needs to go on with a group after a restart. */
export interface PersistedState {
  readonly lastAlertAt: number | undefined;
  /** The events since the asked time, oldest first. */
  readonly events: readonly { readonly at: number; readonly count: number }[];
}

/** Reads the engine's state of a group back from what was committed. */
export function createGroupStates(db: Db, { isUnseen }: Pick<GroupingStore, 'isUnseen'>) {
  // Groups that were merged into this one belong to its past.
  const members = db.prepare<[string, string], { n: number; lastAlertAt: number | null }>(
    'SELECT count(*) AS n, max(last_alert_at) AS lastAlertAt FROM groups WHERE fingerprint = ? OR root = ?',
  );
  const eventsSince = db.prepare<[string, string, number], { at: number; count: number }>(`
    SELECT observed_at AS at, count FROM events
    WHERE group_id IN (SELECT id FROM groups WHERE fingerprint = ? OR root = ?) AND observed_at >= ?
    ORDER BY observed_at, id`);

  /** The state of a group, its events from `sinceMs` on; undefined for a group that was never seen. */
  return (fingerprint: string, sinceMs: number): PersistedState | undefined => {
    if (isUnseen(fingerprint)) return undefined;
    const group = members.get(fingerprint, fingerprint);
    if (!group || group.n === 0) return undefined;
    const events = eventsSince.all(fingerprint, fingerprint, sinceMs);
    return { lastAlertAt: group.lastAlertAt ?? undefined, events };
  };
}
