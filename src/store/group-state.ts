import type { Db } from './database.ts';

/** What the engine needs to go on with a group after a restart. */
export interface PersistedState {
  readonly lastAlertAt: number | undefined;
  /** The events since the asked time, oldest first. */
  readonly events: readonly { readonly at: number; readonly count: number }[];
}

/** Reads the engine's state of a group back from what was committed. */
export function createGroupStates(db: Db) {
  const byFingerprint = db.prepare<[string], { id: number; last_alert_at: number | null }>(
    'SELECT id, last_alert_at FROM groups WHERE fingerprint = ?',
  );
  const eventsSince = db.prepare<[number, number], { at: number; count: number }>(
    'SELECT observed_at AS at, count FROM events WHERE group_id = ? AND observed_at >= ? ORDER BY observed_at, id',
  );

  /** The state of a group, its events from `sinceMs` on; undefined for a group that was never seen. */
  return (fingerprint: string, sinceMs: number): PersistedState | undefined => {
    const group = byFingerprint.get(fingerprint);
    if (!group) return undefined;
    return { lastAlertAt: group.last_alert_at ?? undefined, events: eventsSince.all(group.id, sinceMs) };
  };
}
