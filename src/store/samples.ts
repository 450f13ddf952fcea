import type { Db } from './database.ts';
import { createRootOf } from './root-of.ts';

/** One redacted log line, as it came. */
export interface Sample {
  readonly observedAt: number;
  readonly service: string;
  readonly traceId: string | null;
  readonly text: string;
}

/** What a name that a person typed, or a button carries, stands for. */
export interface Target {
  readonly signatureKey: string;
  readonly fingerprint: string | undefined;
  readonly name: string;
}

export function createSamples(db: Db) {
  const byName = db.prepare<
    [{ name: string }],
    { signature_key: string; signature_id: string | null; fingerprint: string; canonical: string }
  >(`
    SELECT signature_key, signature_id, fingerprint, canonical FROM groups
    WHERE fingerprint = @name OR signature_key = @name OR lower(signature_id) = lower(@name)
    ORDER BY fingerprint = @name DESC, last_seen_at DESC LIMIT 1`);
  const recent = db.prepare<[number], { text: string; name: string; fingerprint: string }>(`
    SELECT p.text, coalesce(g.signature_id, g.canonical) AS name, coalesce(g.root, g.fingerprint) AS fingerprint
    FROM (SELECT id FROM groups ORDER BY last_seen_at DESC LIMIT ?) r JOIN groups g ON g.id = r.id
    JOIN samples p ON p.group_id = g.id AND p.number = g.samples - 1`);
  const rootOf = createRootOf(db);
  const newest = db.prepare<[{ key: string; fingerprint: string | null; limit: number }], Sample>(`
    SELECT p.observed_at AS observedAt, s.name AS service, p.trace_id AS traceId, p.text
    FROM samples p JOIN services s ON s.id = p.service_id JOIN groups g ON g.id = p.group_id
    WHERE g.signature_key = @key AND (@fingerprint IS NULL OR g.fingerprint = @fingerprint OR g.root = @fingerprint)
    ORDER BY p.observed_at DESC, p.number DESC LIMIT @limit`);

  return {
    /** Finds a group by its fingerprint, or by one that was merged into it; a signature by its key or id. */
    resolve(typed: string): Target | undefined {
      const name = rootOf(typed) ?? typed;
      const row = byName.get({ name });
      if (!row) return undefined;
      return {
        signatureKey: row.signature_key,
        fingerprint: row.fingerprint === name ? row.fingerprint : undefined,
        name: row.signature_id ?? row.canonical,
      };
    },
    /** The newest samples of all groups: recent history, for trying a pattern out. */
    recent: (
      limit: number,
    ): readonly { readonly text: string; readonly name: string; readonly fingerprint: string }[] =>
      recent.all(limit),
    /** The newest samples of a target, newest first. */
    newest(target: Target, limit: number): readonly Sample[] {
      return newest.all({ key: target.signatureKey, fingerprint: target.fingerprint ?? null, limit });
    },
  };
}
