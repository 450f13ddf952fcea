import { createAbsentKeys } from './absent-keys.ts';
import { type Db, inTransaction } from './database.ts';

/** The places of one canonical text that may vary, as keys (classify/template/merge.ts). */
export interface TextSlots {
  readonly fingerprint: string;
  readonly keys: readonly number[];
}

/** Places that wait in the log before they are put into the table. */
const LOGGED = 50_000;
/** Places that one batch at least moves into the table while it is done. */
const PIECE = 2_500;
const KEY_BYTES = 8;
const NOBODY: readonly string[] = [];

/** Who shares a place; mostly one alone. */
type Sharers = Map<number, string | readonly string[]>;

/**
 * Which texts share a place. A key says nothing about where it lies in the table, so each row would dirty a page of its own: texts
 * are appended to a log, a row for each, and memory knows who shares what there. When the log is long its places are put into the
 * table in the order of their keys, a piece with each batch. What neither holds is known without a query (absent-keys.ts).
 */
export function createSlots(db: Db) {
  const append = db.prepare('INSERT INTO slot_log (fingerprint, keys) VALUES (?, ?)');
  const logged = db.prepare<[], { fingerprint: string; keys: Buffer }>(
    'SELECT fingerprint, keys FROM slot_log ORDER BY id',
  );
  const lastLogged = db.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM slot_log');
  const cutLog = db.prepare('DELETE FROM slot_log WHERE id <= ?');
  const insert = db.prepare('INSERT OR IGNORE INTO slots (key, fingerprint) VALUES (?, ?)');
  const sharing = db
    .prepare<[number, number], string>('SELECT fingerprint FROM slots WHERE key = ? LIMIT ?')
    .pluck();
  const keysAfter = db
    .prepare<[number, number], number>('SELECT key FROM slots WHERE key > ? ORDER BY key LIMIT ?')
    .pluck();
  const lastOfPiece = db.prepare<[number], { key: number | null }>(
    `SELECT max(key) AS key FROM (SELECT key FROM slots WHERE key > ? ORDER BY key LIMIT ${PIECE})`,
  );
  const sweep = db.prepare(`
    DELETE FROM slots WHERE key > @after AND key <= @last
      AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.fingerprint = slots.fingerprint AND g.last_seen_at >= @before)
      AND NOT EXISTS (SELECT 1 FROM merges m JOIN groups g ON g.fingerprint = m.root
        WHERE m.fingerprint = slots.fingerprint AND g.last_seen_at >= @before)`);
  const absent = createAbsentKeys((after, limit) => keysAfter.all(after, limit));

  /** What the log holds; undefined: to be read from it. */
  let young: Sharers | undefined;
  /** What is being moved into the table, its keys in their order, and how far that is. */
  let moving: { sharers: Sharers; keys: Float64Array; done: number; lastId: number } | undefined;
  /** How far the sweep over the table has come; undefined: none is under way. */
  let sweptUpTo: number | undefined;

  function read(): Sharers {
    const sharers: Sharers = new Map();
    for (const { fingerprint, keys } of logged.iterate()) {
      for (let at = 0; at < keys.length; at += KEY_BYTES) put(sharers, keys.readDoubleLE(at), fingerprint);
    }
    return sharers;
  }

  function startMoving(): void {
    const sharers = young ?? read();
    moving = {
      sharers,
      keys: Float64Array.from(sharers.keys()).sort(),
      done: 0,
      lastId: lastLogged.get()?.id ?? 0,
    };
    young = new Map();
  }

  function move(places: number): void {
    if (!moving) return;
    const { sharers, keys, lastId } = moving;
    const end = Math.min(keys.length, moving.done + places);
    for (; moving.done < end; moving.done++) {
      const key = keys[moving.done] as number;
      for (const fingerprint of listOf(sharers.get(key))) insert.run(key, fingerprint);
      absent.add(key);
    }
    if (end < keys.length) return;
    cutLog.run(lastId);
    moving = undefined;
  }

  const forget = (): void => {
    young = undefined;
    moving = undefined;
  };

  const moveCommitted = inTransaction(db, (): void => {
    if (!moving) startMoving();
    move(PIECE);
  });
  function movePiece(): void {
    try {
      moveCommitted();
    } catch (error) {
      forget();
      throw error;
    }
  }

  return {
    /** Fingerprints whose texts share a place, at most `limit` of the table. */
    sharing(key: number, limit: number): readonly string[] {
      young ??= read();
      const one = young.get(key);
      const other = moving?.sharers.get(key);
      if (absent.isAbsent(key)) {
        if (other === undefined) return listOf(one);
        if (one === undefined) return listOf(other);
      }
      const stored = absent.isAbsent(key) ? NOBODY : sharing.all(key, limit);
      return [...new Set([...listOf(one), ...listOf(other), ...stored])];
    },
    /** Within the transaction of a batch. */
    add(texts: readonly TextSlots[]): void {
      young ??= read();
      let added = 0;
      for (const { fingerprint, keys } of texts) {
        const bytes = Buffer.allocUnsafe(keys.length * KEY_BYTES);
        for (const [index, key] of keys.entries()) {
          bytes.writeDoubleLE(key, index * KEY_BYTES);
          put(young, key, fingerprint);
        }
        append.run(fingerprint, bytes);
        added += keys.length;
      }
      if (!moving && young.size >= LOGGED) startMoving();
      // At least as fast as they come, so that the log stays short.
      move(Math.max(PIECE, added));
      absent.learn();
    },
    /** The transaction was rolled back: all is read from the database again. */
    forget,
    /** Forgets places of groups that were not seen since `before` (ms), a piece at a time; true while there is more to look at. */
    expire(before: number): boolean {
      // What is in the log is moved first, so that one sweep sees all.
      if (sweptUpTo === undefined) {
        movePiece();
        if (!moving) sweptUpTo = -1;
        return true;
      }
      const last = lastOfPiece.get(sweptUpTo)?.key ?? undefined;
      if (last !== undefined) sweep.run({ after: sweptUpTo, last, before });
      sweptUpTo = last;
      return last !== undefined;
    },
  };
}

export type Slots = ReturnType<typeof createSlots>;

function put(sharers: Sharers, key: number, fingerprint: string): void {
  const known = sharers.get(key);
  sharers.set(key, known === undefined ? fingerprint : [...listOf(known), fingerprint]);
}

function listOf(sharers: string | readonly string[] | undefined): readonly string[] {
  if (sharers === undefined) return NOBODY;
  return typeof sharers === 'string' ? [sharers] : sharers;
}
