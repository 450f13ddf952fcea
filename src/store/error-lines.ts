import type { Db } from './database.ts';
import type { GroupSums } from './group-sums.ts';

/** The events of a signature, or of a group that no signature knows. */
export interface ErrorLine {
  readonly count: number;
  /** Its groups that have events. */
  readonly groups: readonly number[];
  /** All its groups. */
  readonly members: readonly number[];
}

interface Place {
  readonly lastSeenAt: number;
  readonly key: string;
}

/** Which groups are one line, and which line comes first. */
export function createErrorLines(db: Db) {
  // A group that shares its line with no other is one by itself: most are where no signature knows them.
  const shared = db
    .prepare<[], string>('SELECT group_concat(id) FROM groups GROUP BY signature_key HAVING count(*) > 1')
    .pluck();
  const places = db
    .prepare<[string], [number, number, string]>(
      'SELECT g.id, g.last_seen_at, g.signature_key FROM json_each(?) j JOIN groups g ON g.id = j.value',
    )
    .raw();

  function placesOf(lines: readonly ErrorLine[]): ReadonlyMap<ErrorLine, Place> {
    const ids = JSON.stringify(lines.flatMap(({ groups }) => groups));
    const known = new Map(places.all(ids).map(([id, lastSeenAt, key]) => [id, { lastSeenAt, key }]));
    const latest = (best: Place, id: number): Place => {
      const place = known.get(id);
      return place && place.lastSeenAt > best.lastSeenAt ? place : best;
    };
    return new Map(lines.map((line) => [line, line.groups.reduce(latest, { lastSeenAt: -1, key: '' })]));
  }

  return {
    of({ counts, groups }: GroupSums): readonly ErrorLine[] {
      const lines: ErrorLine[] = [];
      const taken = new Uint8Array(counts.length);
      for (const ids of shared.all()) {
        const members = ids.split(',').map(Number);
        const hit = members.filter((id) => (counts[id] as number) > 0);
        if (hit.length === 0) continue;
        for (const id of hit) taken[id] = 1;
        const count = hit.reduce((sum, id) => sum + (counts[id] as number), 0);
        lines.push({ count, groups: hit, members });
      }
      for (const id of groups) {
        if (taken[id] === 1) continue;
        const alone = [id];
        lines.push({ count: counts[id] as number, groups: alone, members: alone });
      }
      return lines;
    },
    /** `size` lines from the one at `start` on: the most events first, then what was seen last. */
    page(lines: readonly ErrorLine[], start: number, size: number): readonly ErrorLine[] {
      const sorted = Float64Array.from(lines, ({ count }) => count)
        .sort()
        .reverse();
      const most = sorted[start];
      const least = sorted[Math.min(start + size, lines.length) - 1];
      if (most === undefined || least === undefined) return [];
      const near = lines.filter(({ count }) => count <= most && count >= least);
      // Lines with equal counts may be thousands: no others are looked up.
      const isTied = new Set(near.map(({ count }) => count)).size < near.length;
      const known = isTied ? placesOf(near) : undefined;
      near.sort((a, b) => b.count - a.count || compare(known?.get(a), known?.get(b)));
      const before = sorted.indexOf(most);
      return near.slice(start - before, start - before + size);
    },
  };
}

function compare(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return 0;
  return b.lastSeenAt - a.lastSeenAt || (a.key < b.key ? -1 : 1);
}
