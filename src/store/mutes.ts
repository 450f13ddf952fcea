import { type Db, inTransaction } from './database.ts';

/** Groups that are not to ring for a while. All of it is in memory too: every event asks. */
export function createMutes(db: Db) {
  const insert = db.prepare<[number, string, number, string]>(`
    INSERT INTO mutes (group_id, until, muted_by, created_at)
    SELECT id, ?, ?, ? FROM groups WHERE fingerprint = ?
    ON CONFLICT (group_id) DO UPDATE SET until = max(until, excluded.until), muted_by = excluded.muted_by`);
  const audit = db.prepare('INSERT INTO audit (at, who, action, detail) VALUES (?, ?, ?, ?)');
  const active = db.prepare<[number], { fingerprint: string; until: number; by: string }>(`
    SELECT g.fingerprint, m.until, m.muted_by AS by FROM mutes m JOIN groups g ON g.id = m.group_id
    WHERE m.until > ? ORDER BY m.until`);
  const untilOf = new Map<string, number>();
  for (const mute of active.all(0)) untilOf.set(mute.fingerprint, mute.until);

  return {
    mute: inTransaction(db, (fingerprint: string, until: number, by: string, at: number): void => {
      insert.run(until, by, at, fingerprint);
      audit.run(at, by, 'mute', `${fingerprint} until ${new Date(until).toISOString()}`);
      untilOf.set(fingerprint, Math.max(until, untilOf.get(fingerprint) ?? 0));
    }),
    /** End of the mute of a group (ms), which may be past. */
    until(fingerprint: string): number | undefined {
      return untilOf.get(fingerprint);
    },
    active(now: number) {
      return active.all(now);
    },
    /** Who did what, for the record. */
    audit(at: number, who: string, action: string, detail: string): void {
      audit.run(at, who, action, detail);
    },
  };
}
