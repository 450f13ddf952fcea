import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations.ts';

/** What can be seen of a database without writing to it. */
export type DatabaseState =
  | { readonly state: 'absent'; readonly file: string }
  | { readonly state: 'unusable'; readonly file: string; readonly reason: string }
  | {
      readonly state: 'readable';
      readonly file: string;
      /** Of the file, and the one that this Tocsin writes. */
      readonly schema: number;
      readonly knownSchema: number;
      readonly bytes: number;
      /** What `PRAGMA quick_check` found, at most ten lines; empty when it is sound. */
      readonly damage: readonly string[];
    };

/** Looks at `<dataDir>/tocsin.db` read-only, whoever else has it open. Takes about a second for a gigabyte. */
export function inspectDatabase(dataDir: string): DatabaseState {
  const file = join(dataDir, 'tocsin.db');
  if (!existsSync(file)) return { state: 'absent', file };
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
    const number = (pragma: string) => db?.pragma(pragma, { simple: true }) as number;
    const schema = number('user_version');
    const bytes = number('page_count') * number('page_size');
    const rows = db.pragma('quick_check(10)') as readonly { readonly quick_check: string }[];
    const damage = rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
    return { state: 'readable', file, schema, knownSchema: MIGRATIONS.length, bytes, damage };
  } catch (error) {
    return { state: 'unusable', file, reason: (error as Error).message };
  } finally {
    db?.close();
  }
}
