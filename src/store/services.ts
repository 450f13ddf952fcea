import type { Db } from './database.ts';

/** Names of services as small numbers. */
export function createServices(db: Db) {
  const known = new Map<string, number>();
  const insert = db.prepare<[string], { id: number }>(
    'INSERT INTO services (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id',
  );
  return {
    /** The id of a name, made when it is new. To be called within the batch's transaction. */
    idOf(name: string): number {
      let id = known.get(name);
      if (id === undefined) {
        id = (insert.get(name) as { id: number }).id;
        if (known.size > 10_000) known.clear();
        known.set(name, id);
      }
      return id;
    },
    /** The id of a name that was asked for lately. */
    known: (name: string): number | undefined => known.get(name),
    /** After a rollback: ids made in it are gone. */
    forget(): void {
      known.clear();
    },
  };
}
