import type { Db } from './database.ts';

const MIGRATED = 'migrated:';
const PAUSED = 'paused:';

/** Small facts that outlive the process. */
export function createMeta(db: Db) {
  const get = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const put = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const migrated = db.prepare<[], { key: string; value: string }>(
    `SELECT key, value FROM meta WHERE key >= '${MIGRATED}' AND key < '${MIGRATED}~'`,
  );
  return {
    /** Until when a chat asked us to send nothing (ms). */
    pausedUntil: (destination: string): number => Number(get.get(PAUSED + destination)?.value ?? 0),
    pause(destination: string, until: number): void {
      put.run(PAUSED + destination, String(until));
    },
    /** A name of this database, 16 hex digits. */
    installation: (): string => (get.get('installation') as { value: string }).value,
    /** Groups of Telegram that became supergroups: their old ids and the new ones. */
    migratedChats: (): ReadonlyMap<string, string> =>
      new Map(migrated.all().map(({ key, value }) => [key.slice(MIGRATED.length), value])),
    rememberMigration(from: string, to: string): void {
      put.run(MIGRATED + from, to);
    },
  };
}
