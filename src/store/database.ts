import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { isBusy } from './busy.ts';
import { MIGRATIONS } from './migrations.ts';

export type Db = Database.Database;

/** A database that cannot be opened or used; the message says which and what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

/** Pages in the log before they are copied into the database: 1,000 that lie anywhere in 1 GB take about 35 ms, 4,000 take 80. */
const CHECKPOINT = 1_000;
/** Of 4, 16 and 64 MB none is faster than the others with a database of 1 GB. */
const CACHE_KB = 16 * 1024;

/** A process that is ending may still hold the database when the next one opens it. */
const OPENING_MS = 5_000;
/**
 * While another process holds the lock (a person's sqlite3) everything in this one stands still so long at most; a batch that has
 * waited longer is tried again later (pipeline.ts), so that others have their turn.
 */
const BUSY_MS = 1_000;

/**
 * Opens `<dataDir>/tocsin.db`, creating and migrating it as needed; `:memory:` gives a database that is gone at the end.
 * WAL with FULL sync: what is committed survives the loss of power, and readers never wait for the writer.
 * Throws DatabaseError.
 */
export function openDatabase(dataDir: string): Db {
  const file = dataDir === ':memory:' ? dataDir : join(dataDir, 'tocsin.db');
  let db: Db | undefined;
  try {
    if (dataDir !== ':memory:') makeDirectory(dataDir);
    db = new Database(file, { timeout: OPENING_MS });
    if (dataDir !== ':memory:') chmodSync(file, 0o600);
    // Set before the first table: freed pages go back to the file system (retention).
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`cache_size = -${CACHE_KB}`);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT}`);
    db.pragma('temp_store = MEMORY');
    migrate(db, file);
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof DatabaseError) throw error;
    const text = (error as Error).message;
    if (isBusy(error)) {
      throw new DatabaseError(
        `${file}: another process holds the database. End it (a sqlite3, a backup), or set TOCSIN_DATA to another directory.`,
      );
    }
    throw new DatabaseError(
      `${file}: cannot be used as the database: ${text}. Check that the directory is writable and the disk not full, or set TOCSIN_DATA to another one.`,
    );
  }
}

/** Level by level: Node's own `recursive` never returns where the kernel forbids new directories (/proc). */
function makeDirectory(dir: string): void {
  if (existsSync(dir)) return;
  makeDirectory(dirname(resolve(dir)));
  mkdirSync(dir, { mode: 0o700 });
}

function migrate(db: Db, file: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new DatabaseError(
      `${file}: was written by a newer Tocsin (schema ${version}, this one knows ${MIGRATIONS.length}). Update Tocsin, or set TOCSIN_DATA to another directory.`,
    );
  }
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    db.transaction(() => {
      db.exec(MIGRATIONS[next] as string);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/** All that `work` writes is committed together, or nothing of it. */
export function inTransaction<Args extends unknown[], Result>(
  db: Db,
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  const run = db.transaction(work);
  return (...args) => run.immediate(...args);
}

/**
 * For what nobody waits for, and what is done again if it is lost with the power: its commits do not wait for the disk, and what they
 * change is copied into the database in small portions, so that no other is held up.
 */
export function inBackground<Result>(db: Db, work: () => Result): Result {
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma('synchronous = FULL');
  }
}
