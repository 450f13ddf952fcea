import { FAN_OUT, type Slot, slotsOf, slotTemplate } from './merge.ts';

/** Why texts are one group: at one place of a template stand so many different words. */
export interface MergeEvidence {
  /** `login refused for <*> from console` */
  readonly template: string;
  /** Some of the words at that place, the new one last. */
  readonly words: readonly string[];
  /** Known texts that the new one is one group with from now on, in the order in which they came: all of them when it is the one that
   * makes it a group, else one of the group. */
  readonly members: readonly string[];
}

export interface MergeIndex {
  /**
   * Takes a text up and says on what evidence it joins others; nothing when it is a group of its own (yet), or was known.
   * The groups that follow are those of `mergeGroups`, in whatever order the texts come; nothing is ever taken back.
   */
  add(canonical: string): readonly MergeEvidence[];
}

/** The texts that have one slot in common: all of them until they are a group, then only some. */
interface Bucket {
  readonly texts: string[];
  readonly words: string[];
  crowded: boolean;
}

/** An index over the canonical texts of one category, for merging as they come. It grows with the texts; it holds no clock. */
export function createMergeIndex(known: Iterable<string> = []): MergeIndex {
  const buckets = new Map<number, Bucket>();
  const texts = new Set<string>();
  const index: MergeIndex = {
    add(canonical) {
      if (texts.has(canonical)) return [];
      texts.add(canonical);
      return slotsOf(canonical).flatMap((slot) => joined(buckets, canonical, slot) ?? []);
    },
  };
  for (const canonical of known) index.add(canonical);
  return index;
}

function joined(buckets: Map<number, Bucket>, canonical: string, slot: Slot): MergeEvidence | undefined {
  const word = canonical.slice(slot.start, slot.end);
  const bucket = buckets.get(slot.key);
  if (bucket === undefined) {
    buckets.set(slot.key, { texts: [canonical], words: [word], crowded: false });
    return undefined;
  }
  const evidence = () => ({
    template: slotTemplate(canonical, slot),
    words: [...bucket.words, word],
    members: [...bucket.texts],
  });
  if (bucket.crowded) return evidence();
  if (bucket.texts.length + 1 < FAN_OUT) {
    bucket.texts.push(canonical);
    bucket.words.push(word);
    return undefined;
  }
  const found = evidence();
  bucket.crowded = true;
  bucket.texts.length = 1;
  return found;
}
