import type { Db } from './database.ts';

/** What is expected to be heard of: a source or service by its lines, a job by its heartbeat. */
export type WatchKind = 'source' | 'heartbeat';

export interface WatchRow {
  readonly lastAt: number;
  /** The signature under which its silence rang, as long as it lasts. */
  readonly alarm: string | null;
  readonly alarmAt: number | null;
}

/** When whom was heard last, and who is missed. */
export function createWatches(db: Db) {
  const get = db.prepare<[WatchKind, string], WatchRow>(
    'SELECT last_at AS lastAt, alarm, alarm_at AS alarmAt FROM watches WHERE kind = ? AND name = ?',
  );
  const put = db.prepare(`
    INSERT OR REPLACE INTO watches (kind, name, last_at, alarm, alarm_at) VALUES (?, ?, ?, ?, ?)`);
  return {
    get: (kind: WatchKind, name: string): WatchRow | undefined => get.get(kind, name),
    put(kind: WatchKind, name: string, { lastAt, alarm, alarmAt }: WatchRow): void {
      put.run(kind, name, lastAt, alarm, alarmAt);
    },
  };
}
