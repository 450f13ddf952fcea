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

interface NamedRow {
  readonly signature_key: string;
  readonly signature_id: string | null;
  readonly fingerprint: string;
  readonly canonical: string;
}

/** Reads the samples; each group has a ring of `samplesPerGroup`. */
export function createSamples(db: Db, samplesPerGroup: number) {
  const columns = 'signature_key, signature_id, fingerprint, canonical';
  const byFingerprint = db.prepare<[string], NamedRow>(`SELECT ${columns} FROM groups WHERE fingerprint = ?`);
  const bySignature = db.prepare<[{ name: string }], NamedRow>(`
    SELECT ${columns} FROM groups WHERE signature_key IN (
      SELECT @name UNION ALL SELECT signature_key FROM signatures WHERE lower(signature_id) = lower(@name))
    ORDER BY last_seen_at DESC LIMIT 1`);
  const recent = db.prepare<[{ limit: number }], { text: string; name: string; fingerprint: string }>(`
    SELECT p.text, coalesce(g.signature_id, g.canonical) AS name, coalesce(g.root, g.fingerprint) AS fingerprint
    FROM (SELECT id FROM groups ORDER BY last_seen_at DESC LIMIT @limit) r JOIN groups g ON g.id = r.id
    JOIN samples p ON p.group_id = g.id AND p.slot = (g.samples - 1) % ${samplesPerGroup} AND p.number = g.samples - 1`);
  const rootOf = createRootOf(db);
  const seenLast = db
    .prepare<[{ key: string; fingerprint: string | null }], [number, number]>(`
      SELECT id, last_seen_at FROM groups
      WHERE signature_key = @key AND (@fingerprint IS NULL OR fingerprint = @fingerprint OR root = @fingerprint)
      ORDER BY last_seen_at DESC`)
    .raw();
  const newest = db.prepare<[number, number], Sample & { readonly number: number }>(`
    SELECT p.observed_at AS observedAt, s.name AS service, p.trace_id AS traceId, p.text, p.number
    FROM samples p JOIN services s ON s.id = p.service_id WHERE p.group_id = ?
    ORDER BY p.observed_at DESC, p.number DESC LIMIT ?`);

  return {
    /** Finds a group by its fingerprint, or by one that was merged into it; a signature by its key or id. */
    resolve(typed: string): Target | undefined {
      const name = rootOf(typed) ?? typed;
      const row = byFingerprint.get(name) ?? bySignature.get({ name });
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
      recent.all({ limit }),
    /** The newest samples of a target, newest first. */
    newest(target: Target, limit: number): readonly Sample[] {
      let found: (Sample & { readonly number: number })[] = [];
      const { signatureKey: key, fingerprint = null } = target;
      for (const [group, lastSeenAt] of seenLast.all({ key, fingerprint })) {
        // What a group has is no newer than its last event.
        if (found.length === limit && lastSeenAt < (found.at(-1)?.observedAt ?? 0)) break;
        found.push(...newest.all(group, limit));
        found.sort((a, b) => b.observedAt - a.observedAt || b.number - a.number);
        found = found.slice(0, limit);
      }
      return found.map(({ number: _, ...sample }) => sample);
    },
  };
}
