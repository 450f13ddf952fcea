import type { Counts } from './tallies.ts';

/** Events of some groups. */
export interface GroupSums {
  /** By the group's id. */
  readonly counts: Float64Array;
  /** The groups that have any. */
  readonly groups: readonly number[];
}

export interface SumFilter {
  /** Above the id of every group. */
  readonly size: number;
  /** By the group's id, 1 for those that are meant; undefined: all. */
  readonly groups: Uint8Array | undefined;
  /** By id; undefined: all. */
  readonly services: ReadonlySet<number> | undefined;
}

/** Adds up counts by group. */
export function sumGroups(parts: readonly Counts[], { size, groups, services }: SumFilter): GroupSums {
  const counts = new Float64Array(size);
  const found: number[] = [];
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 3) {
      const group = part[i] as number;
      if (group >= size || (groups && groups[group] === 0)) continue;
      if (services && !services.has(part[i + 1] as number)) continue;
      if (counts[group] === 0) found.push(group);
      counts[group] = (counts[group] as number) + (part[i + 2] as number);
    }
  }
  return { counts, groups: found };
}

/** The services in which groups were counted. */
export function servicesOf(
  parts: readonly Counts[],
  { groups, services }: SumFilter,
): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 3) {
      const group = part[i] as number;
      const service = part[i + 1] as number;
      if (groups?.[group] !== 1 || (services && !services.has(service))) continue;
      const known = found.get(group);
      if (known) known.add(service);
      else found.set(group, new Set([service]));
    }
  }
  return found;
}

/** Marks ids for a filter. */
export function marked(ids: Iterable<number>, size: number): Uint8Array {
  const marks = new Uint8Array(size);
  for (const id of ids) marks[id] = 1;
  return marks;
}
