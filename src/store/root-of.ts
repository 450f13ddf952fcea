import type { Db } from './database.ts';

/** Merges of merges; a person needs no more, and a circle must end. */
const DEEPEST = 50;

/** Finds the group that a fingerprint is part of by now, up the chain of merges; undefined when it was never merged. */
export function createRootOf(db: Db): (fingerprint: string) => string | undefined {
  const root = db.prepare<[string], { fingerprint: string; depth: number }>(`
    WITH RECURSIVE up (fingerprint, depth) AS (
      SELECT lower(?), 0
      UNION ALL
      SELECT (SELECT m.root FROM merges m WHERE m.fingerprint = up.fingerprint AND m.undone_at IS NULL
        ORDER BY m.id DESC LIMIT 1), depth + 1
      FROM up WHERE up.fingerprint IS NOT NULL AND depth < ${DEEPEST})
    SELECT fingerprint, depth FROM up WHERE fingerprint IS NOT NULL ORDER BY depth DESC LIMIT 1`);
  return (fingerprint) => {
    const found = root.get(fingerprint);
    return found && found.depth > 0 ? found.fingerprint : undefined;
  };
}
