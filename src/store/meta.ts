import type { Db } from './database.ts';

const MIGRATED = 'migrated:';

/** Small facts that outlive the process. */
export function createMeta(db: Db) {
  const get = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const put = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const migrated = db.prepare<[], { key: string; value: string }>(
    `SELECT key, value FROM meta WHERE key >= '${MIGRATED}' AND key < '${MIGRATED}~'`,
  );
  return {
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
