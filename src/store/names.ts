import type { Db } from './database.ts';
import type { MuteScope } from './mutes.ts';
import { createRootOf } from './root-of.ts';

/** What a name that a person typed means, in the order of how narrow it is. */
export function createNames(db: Db) {
  const rootOf = createRootOf(db);
  const queries: readonly (readonly [MuteScope, string])[] = [
    ['fingerprint', 'SELECT fingerprint AS name FROM groups WHERE fingerprint = lower(?)'],
    ['signature', 'SELECT signature_id AS name FROM signatures WHERE lower(signature_id) = lower(?)'],
    ['category', 'SELECT category AS name FROM signatures WHERE lower(category) = lower(?)'],
    ['service', 'SELECT name FROM services WHERE lower(name) = lower(?)'],
  ];
  const statements = queries.map(
    ([scope, sql]) => [scope, db.prepare<[string], { name: string }>(`${sql} LIMIT 1`)] as const,
  );
  return {
    /** The first thing of that name that was ever seen. */
    find(name: string): { readonly scope: MuteScope; readonly name: string } | undefined {
      const root = rootOf(name);
      if (root !== undefined) return { scope: 'fingerprint', name: root };
      for (const [scope, statement] of statements) {
        const row = statement.get(name);
        if (row) return { scope, name: row.name };
      }
      return undefined;
    },
  };
}
