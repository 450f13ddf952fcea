import { createHash } from 'node:crypto';
import { canonicalSeed } from '../classify/canonical.ts';
import type { Identity } from '../classify/classifier.ts';
import { type FingerprintForm, fingerprint } from '../classify/fingerprint.ts';
import { FAN_OUT, slotsOf, slotTemplate } from '../classify/template/merge.ts';
import type { GroupingRows, GroupingStore, Joining } from '../store/grouping.ts';
import type { TextSlots } from '../store/slots.ts';

/** What joins what in the batch under way. */
export interface Grouped {
  /** The fingerprint of the group. */
  readonly root: string;
  /** Groups that are one with it from now on. */
  readonly united: readonly string[];
}

export interface Grouping {
  /** The group of an event at `at` (ms). `text` is what was matched. */
  groupOf(
    identity: Identity,
    event: { readonly text: string; readonly at: number },
    form: FingerprintForm,
  ): Grouped;
  /** What the batch under way has to write. */
  rows(): GroupingRows;
  /** The batch is in the database. */
  committed(): void;
  /** It is not: what was found out in it is forgotten. */
  refused(): void;
  /** They are in the database no more, nor what they were part of. */
  forget(fingerprints: readonly string[]): void;
  /** A person merged or split: what is remembered may be wrong. */
  clear(): void;
}

/** Fingerprints that are remembered; the database knows all of them. */
const CAPACITY = 200_000;
/** Places of one text that are looked at: a line of a hundred words must not cost a hundred rows. */
const MOST_SLOTS = 24;
/** Texts that are remembered of one place that varies: more than FAN_OUT, as people may take some out of their group. */
const KEPT = 2 * FAN_OUT;
/** As long as a group takes to be called regressed. */
const UPGRADE_MS = 7 * 86_400_000;
const SHOWN_LENGTH = 300;
const CROWDED_REMEMBERED = 10_000;
const NOBODY: readonly string[] = [];

/**
 * Which group an event belongs to: its fingerprint's own, unless that was merged into another. A fingerprint that was never seen
 * joins the group that the same line was in before the form of fingerprints changed; else the texts that differ from its own in
 * one word, once there are `FAN_OUT` of them (a function of the set of texts: their order changes nothing).
 */
export function createGrouping(store: GroupingStore): Grouping {
  let known = new Map<string, string>();
  let older = new Map<string, string>();
  let joinings: Joining[] = [];
  let texts: TextSlots[] = [];
  /** Who shares a place, with what the batch under way adds. */
  let sharing = new Map<number, readonly string[]>();
  /** Places that are known to vary: nothing is added to them any more, and in a storm every text asks for one. */
  let crowded = new Map<number, readonly string[]>();
  const salts = new Map<string, Salt>();
  let apart: ReadonlySet<string> | undefined;
  let upgradedAt: number | undefined | 'unknown' = 'unknown';

  /** For a while after the change of the form: later an error that has not been seen since then is a new one. */
  function isUpgrading(at: number): boolean {
    if (upgradedAt === 'unknown') upgradedAt = store.upgradedAt(at);
    return upgradedAt !== undefined && at - upgradedAt < UPGRADE_MS;
  }

  /** A person took it out of a group: it is not merged by itself again. */
  function isKeptApart(one: string): boolean {
    apart ??= store.keptApart();
    return apart.has(one);
  }

  function remember(member: string, root: string): void {
    if (known.size >= CAPACITY / 2) {
      older = known;
      known = new Map();
    }
    known.set(member, root);
  }

  function lookUp(member: string): string | undefined {
    const young = known.get(member);
    const next = young ?? older.get(member) ?? store.groupOf(member);
    if (next === undefined) return undefined;
    // The group may have become part of another since it was remembered.
    const root = next === member ? member : (lookUp(next) ?? next);
    if (young !== root) remember(member, root);
    return root;
  }

  function join(member: string, root: string, evidence: string, canonical?: string): void {
    joinings.push({ fingerprint: member, root, evidence, ...(canonical === undefined ? {} : { canonical }) });
    remember(member, root);
  }

  /** The fingerprint that the line had under the older form, if its group is still known. */
  function before({ category }: Identity, text: string): string | undefined {
    const old = fingerprint(category, canonicalSeed(text));
    return store.formOf(old) === 'seed' ? (lookUp(old) ?? old) : undefined;
  }

  function neighbours({ canonical, category, fingerprint: own }: Identity): Grouped | undefined {
    const salt = saltOf(category);
    let united: readonly string[] = NOBODY;
    let root: string | undefined;
    const keys: number[] = [];
    for (const [index, slot] of slotsOf(canonical).entries()) {
      if (index >= MOST_SLOTS) break;
      const key = salted(slot.key, salt);
      const others = sharers(key, own);
      // Of a place that is known to vary a few are enough: whoever comes next joins them.
      if (others.length < KEPT) {
        sharing.set(key, [...others, own]);
        keys.push(key);
      }
      if (others.length + 1 < FAN_OUT) continue;
      const free = others.filter((one) => !isKeptApart(one));
      const roots = [...new Set(free.map((one) => lookUp(one) ?? one))];
      const target = root ?? oldest(roots);
      if (target === undefined) continue;
      const template = slotTemplate(canonical, slot).slice(0, SHOWN_LENGTH);
      const evidence = `${others.length + 1} texts differ in one word: ${template}`;
      for (const other of roots) if (other !== target) join(other, target, evidence, template);
      if (root === undefined) join(own, target, evidence, template);
      root = target;
      united = [...united, ...roots.filter((one) => one !== target)];
    }
    if (keys.length > 0) texts.push({ fingerprint: own, keys });
    return root === undefined ? undefined : { root, united };
  }

  function sharers(key: number, own: string): readonly string[] {
    let known = sharing.get(key) ?? crowded.get(key);
    if (known === undefined) {
      known = store.slots.sharing(key, KEPT);
      if (known.length >= KEPT) {
        if (crowded.size >= CROWDED_REMEMBERED) crowded = new Map();
        crowded.set(key, known);
      } else if (known.length > 0) sharing.set(key, known);
    }
    return known.includes(own) ? known.filter((one) => one !== own) : known;
  }

  function saltOf(category: string): Salt {
    const known = salts.get(category);
    if (known) return known;
    const salt = computeSalt(category);
    salts.set(category, salt);
    return salt;
  }

  /** The one that is in the database keeps its name; of several the least, so that their order does not matter. */
  function oldest(roots: readonly string[]): string | undefined {
    if (roots.length < 2) return roots[0];
    const stored = roots.filter((one) => store.formOf(one) !== undefined);
    return [...(stored.length > 0 ? stored : roots)].sort()[0];
  }

  const startBatch = (): void => {
    joinings = [];
    texts = [];
    sharing = new Map();
  };

  return {
    groupOf(identity, { text, at }, form) {
      const own = identity.fingerprint;
      const root = lookUp(own);
      if (root !== undefined) return { root, united: NOBODY };
      // A person took it out of its group: it stands for itself.
      if (form === 'seed' || isKeptApart(own)) {
        remember(own, own);
        return { root: own, united: NOBODY };
      }
      const earlier = isUpgrading(at) ? before(identity, text) : undefined;
      if (earlier !== undefined && earlier !== own) {
        join(own, earlier, 'the same line was in this group before the form of fingerprints changed');
        return { root: earlier, united: NOBODY };
      }
      const found = neighbours(identity);
      if (found) return found;
      remember(own, own);
      return { root: own, united: NOBODY };
    },
    rows: () => ({ joinings, texts }),
    committed: startBatch,
    refused() {
      startBatch();
      crowded = new Map();
      known = new Map();
      older = new Map();
    },
    forget(fingerprints) {
      crowded = new Map();
      for (const fingerprint of fingerprints) {
        known.delete(fingerprint);
        older.delete(fingerprint);
      }
    },
    clear() {
      apart = undefined;
      known = new Map();
      older = new Map();
    },
  };
}

interface Salt {
  readonly high: number;
  readonly low: number;
}

/** Keeps the slots of different categories apart: groups are never merged across them. */
function computeSalt(category: string): Salt {
  const digest = createHash('sha1').update(category).digest();
  return { high: digest.readUInt32BE(0) & 0x1f_ffff, low: digest.readUInt32BE(4) };
}

/** 53 bits, as the key is. */
function salted(key: number, { high, low }: Salt): number {
  const keyLow = key >>> 0;
  const keyHigh = (key - keyLow) / 2 ** 32;
  return ((keyHigh ^ high) >>> 0) * 2 ** 32 + ((keyLow ^ low) >>> 0);
}
