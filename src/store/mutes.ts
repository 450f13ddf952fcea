import { type Db, inTransaction } from './database.ts';

/** What a mute covers: one group, all groups of a signature or category, or the events of one service. */
export const MUTE_SCOPES = ['fingerprint', 'signature', 'category', 'service'] as const;
export type MuteScope = (typeof MUTE_SCOPES)[number];

export interface Mute {
  readonly id: number;
  readonly scope: MuteScope;
  readonly name: string;
  readonly until: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly reason: string | null;
}

/** What is asked of every event that would ring. */
export interface MuteQuery {
  readonly fingerprint: string;
  /** The event's own fingerprint, where it is part of another group. */
  readonly member?: string | undefined;
  readonly signatureId: string | undefined;
  readonly category: string;
  readonly service: string;
}

const COLUMNS = 'id, scope, name, until, created_at AS createdAt, created_by AS createdBy, reason' as const;

/** What is not to ring for a while. The mutes in force are in memory too: every event that would ring asks. */
export function createMutes(db: Db) {
  const insert = db.prepare<unknown[], { id: number }>(`
    INSERT INTO mutes (scope, name, until, created_at, created_by, reason) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`);
  const end = db.prepare('UPDATE mutes SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL');
  const audit = db.prepare('INSERT INTO audit (at, who, action, detail) VALUES (?, ?, ?, ?)');
  const open = db.prepare<[], Mute>(`SELECT ${COLUMNS} FROM mutes WHERE ended_at IS NULL ORDER BY until`);
  const held = db.prepare<[number, number], { events: number; groups: number }>(`
    SELECT coalesce(sum(count), 0) AS events, count(DISTINCT group_id) AS groups FROM decisions
    WHERE minute >= ? AND kind = 'muted' AND bound = ?`);
  const touch = db.prepare<[{ scope: MuteScope; name: string }]>(`
    UPDATE live SET touched = touched + 1 WHERE open = 1 AND @scope <> 'service' AND group_id IN (SELECT id FROM groups
      WHERE (@scope = 'fingerprint' AND fingerprint = @name) OR (@scope = 'signature' AND signature_id = @name)
         OR (@scope = 'category' AND category = @name))`);
  let inForce: readonly Mute[] = open.all();

  const begin = inTransaction(db, (mute: Omit<Mute, 'id'>): Mute => {
    for (const old of inForce) {
      if (old.scope === mute.scope && old.name === mute.name) end.run(mute.createdAt, mute.createdBy, old.id);
    }
    const { scope, name, until, createdAt, createdBy, reason } = mute;
    const { id } = insert.get(scope, name, until, createdAt, createdBy, reason) as { id: number };
    const why = reason === null ? '' : `: ${reason}`;
    audit.run(createdAt, createdBy, 'mute', `${scope} ${name} until ${new Date(until).toISOString()}${why}`);
    touch.run({ scope, name });
    return { id, ...mute };
  });
  const finish = inTransaction(db, (mute: Mute, at: number, by: string | null): void => {
    end.run(at, by, mute.id);
    if (by !== null) audit.run(at, by, 'unmute', `${mute.scope} ${mute.name}`);
    touch.run(mute);
  });

  return {
    /** Begins a mute; one of the same thing that was in force is replaced by it. */
    mute(mute: Omit<Mute, 'id'>): Mute {
      const begun = begin(mute);
      inForce = open.all();
      return begun;
    },
    /** Ends a mute: `by` a person, or null because its time is over. */
    end(mute: Mute, at: number, by: string | null): void {
      finish(mute, at, by);
      inForce = open.all();
    },
    /** The mute that covers an event now, the one that lasts longest. */
    covering(query: MuteQuery, now: number): Mute | undefined {
      return inForce.findLast((mute) => now < mute.until && covers(mute, query));
    },
    /** All that are in force, the next to end first. */
    active: (now: number): readonly Mute[] => inForce.filter(({ until }) => now < until),
    /** Whose time is over, and that was not told yet. */
    expired: (now: number): readonly Mute[] => inForce.filter(({ until }) => now >= until),
    /** What a mute has held back: events that would have rung or come after one that would. */
    held: (mute: Mute): { readonly events: number; readonly groups: number } =>
      held.get(Math.floor(mute.createdAt / 60_000), mute.id) as { events: number; groups: number },
    /** Who did what, for the record. */
    audit(at: number, who: string, action: string, detail: string): void {
      audit.run(at, who, action, detail);
    },
  };
}

function covers({ scope, name }: Mute, query: MuteQuery): boolean {
  switch (scope) {
    case 'fingerprint':
      return name === query.fingerprint || name === query.member;
    case 'signature':
      return name === query.signatureId;
    case 'category':
      return name === query.category;
    case 'service':
      return name === query.service;
  }
}
