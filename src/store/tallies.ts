import type { Db } from './database.ts';

/** Lengths of the spans that are tallied (minutes), the longest first: each is whole spans of the next. */
export const TALLY_LENGTHS = [360, 60, 5] as const;
/** The shortest of them. */
export const CELL = 5;

/** A span that is tallied as a whole, by its first minute. */
export interface TallySpan {
  readonly length: number;
  readonly minute: number;
}

/** Events of groups and services: group, service, count, and again. A pair may stand there more than once. */
export type Counts = ArrayLike<number>;

/**
 * The counts of spans that are over, packed: made by `createTallyMaker`. They are a cache of `minutes` and always agree with it: the
 * transaction that counts something in their span after all drops them, and what has no tally is read from `minutes`.
 */
export function createTallies(db: Db) {
  const tally = db
    .prepare<[number, number], Buffer>('SELECT counts FROM tallies WHERE minutes = ? AND minute = ?')
    .pluck();
  const minutes = db
    .prepare<[number, number], [number, number, number]>(
      'SELECT group_id, service_id, count FROM minutes WHERE minute >= ? AND minute < ?',
    )
    .raw();
  const drop = db.prepare('DELETE FROM tallies WHERE minutes = ? AND minute = ?');
  const dropAfter = db.prepare('DELETE FROM tallies WHERE minute + minutes > ?');
  const after = db
    .prepare<[number], number | null>(
      `SELECT min(minute) FROM tallies WHERE minutes = ${CELL} AND minute > ?`,
    )
    .pluck();
  const newest = db
    .prepare<[], number | null>(`SELECT max(minute) + ${CELL} FROM tallies WHERE minutes = ${CELL}`)
    .pluck();
  // Minutes before it have tallies, or will soon.
  let closedUntil = newest.get() ?? 0;
  let late = new Map<string, TallySpan>();

  const packed = (length: number, minute: number): Counts | undefined => {
    const bytes = tally.get(length, minute);
    return bytes && new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  };

  /** The longest tally that begins at `minute` and ends by `end`; else the minutes up to where one begins. */
  const next = (minute: number, end: number): { readonly counts: Counts; readonly until: number } => {
    for (const length of TALLY_LENGTHS) {
      if (minute % length !== 0 || minute + length > end) continue;
      const counts = packed(length, minute);
      if (counts) return { counts, until: minute + length };
    }
    const until = Math.min(end, after.get(minute) ?? end);
    return { counts: minutes.all(minute, until).flat(), until };
  };

  return {
    /** All that was counted from minute `first` until before `end`. */
    read(first: number, end: number): Counts[] {
      const parts: Counts[] = [];
      for (let minute = first; minute < end; ) {
        const { counts, until } = next(minute, end);
        parts.push(counts);
        minute = until;
      }
      return parts;
    },
    /** The tally of one span, if there is one. */
    packed,
    get closedUntil(): number {
      return closedUntil;
    },
    /** Minutes before `minute` are over. A lower one than before: the clock was set back, and they will go on. */
    close(minute: number): void {
      if (minute < closedUntil) dropAfter.run(minute);
      closedUntil = minute;
    },
    /** Something is counted in a minute. To be called within the transaction that does so. */
    counted(minute: number): void {
      if (minute >= closedUntil) return;
      for (const length of TALLY_LENGTHS) {
        const span = { length, minute: minute - (minute % length) };
        drop.run(length, span.minute);
        late.set(`${length} ${span.minute}`, span);
      }
    },
    /** The spans in which something was counted although they were closed, since it was last asked. */
    takeLate(): readonly TallySpan[] {
      if (late.size === 0) return [];
      const spans = [...late.values()];
      late = new Map();
      return spans;
    },
  };
}

export type Tallies = ReturnType<typeof createTallies>;
