import { type Db, inBackground, inTransaction } from './database.ts';
import { CELL, TALLY_LENGTHS, type Tallies, type TallySpan } from './tallies.ts';

const MINUTE_MS = 60_000;
/** A span counts as over so long after its end; what is committed still later is tallied anew. */
const GRACE_MS = 5_000;
/** Rows that are read in one piece: some milliseconds, so that nobody is held up for long. */
const PIECE = 5_000;
/** What is older (minutes) is left untallied: a clock that began in 1970 and was set then would make millions of empty spans. */
const REACH = 100 * 24 * 60;
/** The most that one entry of a tally holds. */
const MOST = 2 ** 32 - 1;
/** Ids of services are below it, so that one number stands for a group and a service. */
const SERVICES = 2 ** 26;

/** By group and service. */
type Sums = Map<number, number>;

/**
 * Makes the tallies of spans that are over, the newest first; those of a database from before, too. Each call of `step` does a
 * small piece and says whether more is to be done.
 */
export function createTallyMaker(db: Db, tallies: Tallies) {
  const rows = db
    .prepare<[number, number, number, number], [number, number, number, number]>(`
      SELECT minute, group_id, service_id, count FROM minutes
      WHERE (minute, group_id, service_id) > (?, ?, ?) AND minute < ? LIMIT ${PIECE}`)
    .raw();
  const put = db.prepare('INSERT OR REPLACE INTO tallies (minutes, minute, counts) VALUES (?, ?, ?)');
  const made = db
    .prepare<[number, number], number>('SELECT minute FROM tallies WHERE minutes = ? AND minute >= ?')
    .pluck();
  const oldest = db
    .prepare<[number], number | null>('SELECT min(minute) FROM minutes WHERE minute >= ?')
    .pluck();
  const write = inTransaction(db, ({ length, minute }: TallySpan, counts: Uint32Array): void => {
    put.run(length, minute, Buffer.from(counts.buffer));
  });
  /** What is to be made; the last is the next. */
  let missing: TallySpan[] | undefined;
  let work: { readonly span: TallySpan; readonly steps: Iterator<undefined, Sums | undefined> } | undefined;

  /** Reads the minutes of a short span, a piece at a time. */
  function* ofMinutes({ length, minute }: TallySpan): Generator<undefined, Sums> {
    const sums: Sums = new Map();
    let after: readonly [number, number, number] = [minute - 1, MOST, MOST];
    for (;;) {
      const piece = rows.all(...after, minute + length);
      for (const [, group, service, count] of piece) add(sums, group, service, count);
      const last = piece.at(-1);
      if (!last || piece.length < PIECE) return sums;
      after = [last[0], last[1], last[2]];
      yield;
    }
  }

  /** Adds up the parts of a long span; undefined when one is gone: it is older than what is kept. */
  function* ofParts({ length, minute }: TallySpan, part: number): Generator<undefined, Sums | undefined> {
    const sums: Sums = new Map();
    for (let at = minute; at < minute + length; at += part) {
      const counts = tallies.packed(part, at);
      if (!counts) return undefined;
      for (let i = 0; i < counts.length; i += 3)
        add(sums, counts[i] as number, counts[i + 1] as number, counts[i + 2] as number);
      yield;
    }
    return sums;
  }

  /** All spans between two minutes that have no tally. */
  function withoutTally(first: number, end: number): TallySpan[] {
    return TALLY_LENGTHS.flatMap((length) => {
      const known = new Set(made.all(length, first));
      const spans: TallySpan[] = [];
      for (let minute = first; minute + length <= end; minute += length)
        if (!known.has(minute)) spans.push({ length, minute });
      return spans;
    });
  }

  /** A long span comes after its parts: they begin no earlier. */
  function enlist(spans: readonly TallySpan[]): void {
    const known = missing ?? [];
    const fresh = spans.filter((span) => !known.some((one) => isSame(one, span)));
    missing = [...known, ...fresh].sort((a, b) => a.minute - b.minute || b.length - a.length);
  }

  function closeUntil(end: number): void {
    const reach = end - REACH;
    const goesOn = missing !== undefined && tallies.closedUntil >= reach;
    const from = goesOn ? Math.min(tallies.closedUntil, end) : (oldest.get(reach) ?? end);
    tallies.close(end);
    // The clock may have been set back.
    missing = missing?.filter((span) => span.minute + span.length <= end);
    if (work && work.span.minute + work.span.length > end) work = undefined;
    const [longest] = TALLY_LENGTHS;
    enlist(withoutTally(from - (from % longest), end));
  }

  function stepsOf(span: TallySpan): Iterator<undefined, Sums | undefined> {
    const part = TALLY_LENGTHS.find((length) => length < span.length);
    return part === undefined ? ofMinutes(span) : ofParts(span, part);
  }

  return {
    /** Returns true while there is more to do. */
    step(now: number): boolean {
      const end = Math.floor((now - GRACE_MS) / MINUTE_MS / CELL) * CELL;
      if (missing === undefined || end !== tallies.closedUntil) closeUntil(end);
      const late = tallies.takeLate();
      if (late.length > 0) enlist(late.filter(({ length, minute }) => minute + length <= end));
      // What was read of it so far is no longer all.
      if (late.some((span) => work && isSame(span, work.span))) work = undefined;
      const next = missing?.at(-1);
      if (!next) return false;
      work ??= { span: next, steps: stepsOf(next) };
      const { span, steps } = work;
      const { done, value } = steps.next();
      if (!done) return true;
      work = undefined;
      if (value) inBackground(db, () => write(span, packed(value)));
      missing = missing?.filter((one) => one !== span);
      return true;
    },
  };
}

const isSame = (a: TallySpan, b: TallySpan): boolean => a.length === b.length && a.minute === b.minute;

function add(sums: Sums, group: number, service: number, count: number): void {
  const key = group * SERVICES + service;
  sums.set(key, (sums.get(key) ?? 0) + count);
}

function packed(sums: Sums): Uint32Array {
  const counts: number[] = [];
  for (const [key, count] of sums) {
    // More than 32 bits hold is said in several entries.
    for (let rest = count; rest > 0; rest -= MOST)
      counts.push(Math.floor(key / SERVICES), key % SERVICES, Math.min(rest, MOST));
  }
  return Uint32Array.from(counts);
}
