import { MASK } from './mask-rule.ts';
import { placesThatVary } from './vary.ts';

/** So many different words at one place are values; fewer may be errors of their own. */
export const FAN_OUT = 6;

/** A place of a canonical text that may vary, as a key: two texts have one in common exactly when they differ in that one word. */
export interface Slot {
  /** 53 bits: texts may share one by chance once in 10^9 times. */
  readonly key: number;
  readonly start: number;
  readonly end: number;
}

/** The slots of a canonical text. Stateless: a store may keep their keys beside the fingerprint. Linear. */
export function slotsOf(canonical: string): readonly Slot[] {
  const places = placesThatVary(canonical);
  if (places.length === 0) return [];
  const behind = hashesBehind(canonical, places);
  const slots: Slot[] = [];
  let at = 0;
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const [index, { start, end }] of places.entries()) {
    for (; at < start; at++) {
      const code = canonical.charCodeAt(at);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b) + 0x9e3779b9;
    }
    const a = mixed(low ^ (behind[2 * index] as number));
    const b = mixed((high + Math.imul(behind[2 * index + 1] as number, 0xc2b2ae35)) | 0);
    slots.push({ key: (b >>> 11) * 0x1_0000_0000 + (a >>> 0), start, end });
  }
  return slots;
}

/** Two hashes of the text behind each place. */
function hashesBehind(text: string, places: ReturnType<typeof placesThatVary>): Int32Array {
  const hashes = new Int32Array(2 * places.length);
  let low = 0x1b873593;
  let high = 0x2545f491;
  let at = text.length - 1;
  for (let index = places.length - 1; index >= 0; index--) {
    const end = places[index]?.end ?? 0;
    for (; at >= end; at--) {
      const code = text.charCodeAt(at);
      low = Math.imul(low ^ code, 0x01000193) + 0x27d4eb2f;
      high = Math.imul(high ^ code, 0xcc9e2d51);
    }
    hashes[2 * index] = mixed(low);
    hashes[2 * index + 1] = mixed(high ^ (text.length - end));
  }
  return hashes;
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The template of the texts that share a slot: `login refused for <*> from console`. */
export function slotTemplate(canonical: string, { start, end }: Pick<Slot, 'start' | 'end'>): string {
  return canonical.slice(0, start) + MASK + canonical.slice(end);
}

/**
 * The group of each canonical text: the least text (by code unit) of those it is merged with. A function of the set: neither
 * order nor repetition changes anything. Texts are merged that have a slot in common with `FAN_OUT` texts or more, and what
 * these are merged with. All texts are taken for one category.
 */
export function mergeGroups(canonicals: readonly string[]): readonly string[] {
  const distinct = [...new Set(canonicals)];
  const { keys, ends } = keysOf(distinct);
  const crowded = crowdedKeys(keys);
  if (crowded.size === 0) return canonicals;
  const parents = Uint32Array.from(distinct.keys());
  const firsts = new Map<number, number>();
  for (let index = 0, at = 0; index < distinct.length; index++) {
    for (; at < (ends[index] as number); at++) {
      const key = keys[at] as number;
      if (!crowded.has(key)) continue;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, index);
      else union(parents, first, index);
    }
  }
  const groups = leastOf(distinct, parents);
  return canonicals.map((canonical) => groups.get(canonical) ?? canonical);
}

/** The least text of each group, by text. */
function leastOf(texts: readonly string[], parents: Uint32Array): ReadonlyMap<string, string> {
  const least = new Map<number, string>();
  for (const [index, text] of texts.entries()) {
    const root = rootOf(parents, index);
    const known = least.get(root);
    if (known === undefined || text < known) least.set(root, text);
  }
  return new Map(texts.map((text, index) => [text, least.get(rootOf(parents, index)) ?? text]));
}

/** The keys of the slots of all texts in one array, and where those of each text end. */
function keysOf(texts: readonly string[]): { readonly keys: Float64Array; readonly ends: Uint32Array } {
  let keys = new Float64Array(1 << 12);
  const ends = new Uint32Array(texts.length);
  let count = 0;
  for (const [index, text] of texts.entries()) {
    const slots = slotsOf(text);
    if (count + slots.length > keys.length) {
      const larger = new Float64Array(2 * keys.length);
      larger.set(keys);
      keys = larger;
    }
    for (const { key } of slots) keys[count++] = key;
    ends[index] = count;
  }
  return { keys: keys.subarray(0, count), ends };
}

/** The keys that `FAN_OUT` texts or more have in common. */
function crowdedKeys(keys: Float64Array): ReadonlySet<number> {
  const sorted = keys.slice().sort();
  const crowded = new Set<number>();
  for (let i = FAN_OUT - 1; i < sorted.length; i++) {
    const key = sorted[i] as number;
    if (key === sorted[i - FAN_OUT + 1]) crowded.add(key);
  }
  return crowded;
}

function rootOf(parents: Uint32Array, index: number): number {
  let at = index;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at] as number] as number;
    at = parents[at] as number;
  }
  return at;
}

function union(parents: Uint32Array, a: number, b: number): void {
  const [first, second] = [rootOf(parents, a), rootOf(parents, b)];
  if (first < second) parents[second] = first;
  else parents[first] = second;
}
