import { createAbsentKeys } from './absent-keys.ts';
import { type Db, inTransaction } from './database.ts';
import { createRootOf } from './root-of.ts';
import { createSlots, type TextSlots } from './slots.ts';

/** One row of the table fingerprint -> group. */
export interface Merge {
  readonly id: number;
  readonly fingerprint: string;
  readonly root: string;
  readonly at: number;
  /** null: it was merged by itself. */
  readonly by: string | null;
  readonly evidence: string;
  readonly undoneAt: number | null;
}

/** A fingerprint that joins a group. */
export interface Joining {
  readonly fingerprint: string;
  readonly root: string;
  readonly evidence: string;
  /** What the group is called from now on, if its text changes by it. */
  readonly canonical?: string;
}

/** What a batch has to add to the table. */
export interface GroupingRows {
  readonly joinings: readonly Joining[];
  readonly texts: readonly TextSlots[];
}

const COLUMNS = 'id, fingerprint, root, at, merged_by AS by, evidence, undone_at AS undoneAt';

/** Which group a fingerprint belongs to. A group is called by the fingerprint that was there first. */
export function createGrouping(db: Db) {
  const rootOf = createRootOf(db);
  const seen = db.prepare<[string], { form: string }>('SELECT form FROM groups WHERE fingerprint = ?');
  const apart = db.prepare<[], { fingerprint: string }>(
    'SELECT DISTINCT fingerprint FROM merges WHERE undone_at IS NOT NULL',
  );
  const slots = createSlots(db);
  const namesAfter = db
    .prepare<[string, string, number], string>(`
      SELECT fingerprint FROM groups WHERE fingerprint > ? UNION SELECT fingerprint FROM merges WHERE fingerprint > ?
      ORDER BY 1 LIMIT ?`)
    .pluck();
  const absent = createAbsentKeys((after, limit) => {
    const name = after < 0 ? '' : nameOf(after);
    return namesAfter.all(name, name, limit).map(numberOf);
  });
  const addMerge = db.prepare(
    'INSERT INTO merges (fingerprint, root, at, merged_by, evidence) VALUES (?, ?, ?, ?, ?)',
  );
  const point = db.prepare(`
    UPDATE groups SET root = @root, signature_key = CASE WHEN signature_id IS NULL
      THEN coalesce((SELECT signature_key FROM groups WHERE fingerprint = @root), @root) ELSE signature_key END
    WHERE fingerprint = @fingerprint OR root = @fingerprint`);
  const release = db.prepare(`
    UPDATE groups SET root = NULL, signature_key = CASE WHEN signature_id IS NULL THEN fingerprint ELSE signature_key END
    WHERE fingerprint = ?`);
  const rename = db.prepare('UPDATE groups SET canonical = ? WHERE fingerprint = ?');
  const pointMembers = db.prepare(`
    WITH RECURSIVE part (fingerprint) AS (
      SELECT @root UNION SELECT m.fingerprint FROM merges m JOIN part p ON m.root = p.fingerprint WHERE m.undone_at IS NULL)
    UPDATE groups SET root = @root, signature_key = CASE WHEN signature_id IS NULL
      THEN coalesce((SELECT signature_key FROM groups WHERE fingerprint = @root), @root) ELSE signature_key END
    WHERE fingerprint IN (SELECT fingerprint FROM part) AND fingerprint <> @root`);
  const undo = db.prepare(
    'UPDATE merges SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL',
  );
  const get = db.prepare<[number], Merge>(`SELECT ${COLUMNS} FROM merges WHERE id = ?`);
  const ofGroup = db.prepare<[string, string], Merge>(
    `SELECT ${COLUMNS} FROM merges WHERE root = ? OR fingerprint = ? ORDER BY id DESC LIMIT 100`,
  );
  const openOf = db.prepare<[string], Merge>(
    `SELECT ${COLUMNS} FROM merges WHERE fingerprint = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
  );
  const audit = db.prepare('INSERT INTO audit (at, who, action, detail) VALUES (?, ?, ?, ?)');
  const remember = db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('template_since', ?)");
  const upgraded = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'template_since'");
  const anySeed = db.prepare<[], { n: number }>(
    "SELECT count(*) AS n FROM (SELECT 1 FROM groups WHERE form = 'seed' LIMIT 1)",
  );

  const isUnseen = (fingerprint: string): boolean => absent.isAbsent(numberOf(fingerprint));

  const join = (
    { fingerprint, root, evidence, canonical }: Joining,
    at: number,
    by: string | null,
  ): number => {
    if (canonical !== undefined) rename.run(canonical, root);
    const id = Number(addMerge.run(fingerprint, root, at, by, evidence).lastInsertRowid);
    // Of one that was never seen there is no group yet.
    if (!isUnseen(fingerprint)) point.run({ fingerprint, root });
    absent.add(numberOf(fingerprint));
    return id;
  };

  return {
    /** The group of a fingerprint: itself if it was never merged; undefined if it was never seen. */
    groupOf(fingerprint: string): string | undefined {
      if (isUnseen(fingerprint)) return undefined;
      return rootOf(fingerprint) ?? (seen.get(fingerprint) ? fingerprint : undefined);
    },
    /** The form under which a fingerprint's group was made. */
    formOf: (fingerprint: string): string | undefined => seen.get(fingerprint)?.form,
    /** Since when the template form is in use here beside groups of the older one (ms); undefined when there are none. */
    upgradedAt(now: number): number | undefined {
      if ((anySeed.get() as { n: number }).n === 0) return undefined;
      remember.run(String(now));
      return Number((upgraded.get() as { value: string }).value);
    },
    /** Those that a person took out of a group: they are not merged by themselves again. */
    keptApart: (): ReadonlySet<string> => new Set(apart.all().map((row) => row.fingerprint)),
    /** True: nothing of it is in the database. False: ask the database. */
    isUnseen,
    /** A group of this name is in the database from now on. */
    seen(fingerprint: string): void {
      absent.add(numberOf(fingerprint));
    },
    slots,
    /** Within the transaction of a batch, after its groups were written. */
    add({ joinings, texts }: GroupingRows, at: number): void {
      slots.add(texts);
      absent.learn();
      const renamed = new Map<string, string>();
      for (const joining of joinings) {
        const { root, canonical } = joining;
        // In a storm many join one group under the same name.
        const { canonical: _, ...same } = joining;
        join(canonical !== undefined && renamed.get(root) === canonical ? same : joining, at, null);
        if (canonical !== undefined) renamed.set(root, canonical);
      }
    },
    /** A person merges two groups; returns the number by which it can be undone. */
    merge: inTransaction(db, (joining: Joining, at: number, by: string): number => {
      audit.run(at, by, 'merge', `${joining.fingerprint} into ${joining.root}`);
      return join(joining, at, by);
    }),
    /** Takes a merge back: the fingerprint is a group of its own again, and stays one. */
    undo: inTransaction(db, (merge: Merge, at: number, by: string): void => {
      undo.run(at, by, merge.id);
      release.run(merge.fingerprint);
      // What was part of it before it was merged is so again, through however many merges.
      pointMembers.run({ root: merge.fingerprint });
      audit.run(at, by, 'split', `${merge.fingerprint} out of ${merge.root}`);
    }),
    get: (id: number): Merge | undefined => get.get(id),
    /** The merge by which a fingerprint is part of a group. */
    openMerge: (fingerprint: string): Merge | undefined => openOf.get(fingerprint),
    /** All that was merged into a group, or taken out of it, newest first. */
    history: (fingerprint: string): readonly Merge[] => ofGroup.all(fingerprint, fingerprint),
  };
}

export type GroupingStore = ReturnType<typeof createGrouping>;

/** A fingerprint as a number; what is none is NaN, which no filter calls absent. */
function numberOf(fingerprint: string): number {
  return Number(`0x${fingerprint}`);
}

function nameOf(number: number): string {
  return number.toString(16).padStart(12, '0');
}
