import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { fingerprint } from '../../src/classify/fingerprint.ts';
import { mergeGroups } from '../../src/classify/template/merge.ts';
import { createGrouping } from '../../src/pipeline/grouping.ts';
import { allErrors } from '../store/all-errors.ts';
import { MINUTE, NOON, openRoom, room } from './room.ts';

const SEED = { ...DEFAULT_RULES, fingerprint: 'seed' } as const;
const DAY = 86_400_000;
const NAMES = ['anna', 'bruno', 'carla', 'dario', 'elena', 'fabio', 'greta', 'hugo'];
const refused = (name: string) => `ERROR the ${name} shard of the cache is gone`;

/** The groups that /errors would list: their counts. */
function groupsOf({ store }: ReturnType<typeof openRoom>): number[] {
  return allErrors(store, { from: NOON - DAY, to: NOON + 30 * DAY })
    .map(({ count }) => count)
    .sort((a, b) => b - a);
}

describe('texts that differ in one word', () => {
  it('are one group once there are six of them, whichever comes first', () => {
    for (const names of [NAMES, [...NAMES].reverse(), ['elena', 'anna', ...NAMES]]) {
      const opened = room();
      for (const [n, name] of names.entries()) opened.take(n * MINUTE, refused(name));
      expect(groupsOf(opened)).toEqual([names.length]);
    }
  });

  it('stay apart below that, and so do errors that a word tells apart', () => {
    const few = room();
    for (const name of NAMES.slice(0, 5)) few.take(0, refused(name));
    expect(groupsOf(few)).toEqual([1, 1, 1, 1, 1]);
    const codes = room();
    for (const code of ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EEXIST', 'EROFS'])
      codes.take(0, `ERROR cannot open the file: ${code}`);
    expect(groupsOf(codes)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('count together for the threshold, within one batch as over many', () => {
    const once = room();
    once.take(0, ...NAMES.map(refused));
    expect(once.rang).toHaveLength(1);
    const slowly = room();
    for (const [n, name] of NAMES.entries()) slowly.take(n * 1_000, refused(name));
    expect(slowly.rang).toHaveLength(1);
  });

  it('are known after a restart: another one joins and does not ring as new', () => {
    const first = room();
    for (const name of NAMES) first.take(0, refused(name));
    const second = room({ dataDir: first.dataDir });
    second.take(20 * MINUTE, refused('ida'));
    expect(second.rang).toHaveLength(0);
    expect(groupsOf(second)).toEqual([9]);
  });
});

describe('grouping texts as they come', () => {
  const words = fc.constantFrom('ann', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal');
  const text = fc
    .tuple(fc.constantFrom('shard', 'pool'), words, words)
    .map(([what, a, b]) => `the ${a} ${what} of ${b} is gone`);

  it('is the same as merging all at once, in whatever order and batches', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (texts, batch) => {
        const { store, close } = openRoom();
        const grouping = createGrouping(store.grouping);
        const identityOf = (canonical: string) => {
          return { category: 'c', canonical, fingerprint: fingerprint('c', canonical) };
        };
        const rootOf = (one: string) =>
          grouping.groupOf(identityOf(one), { text: one, at: NOON }, 'template').root;
        for (const [n, one] of texts.entries()) {
          rootOf(one);
          if (n % batch === 0) {
            store.grouping.add(grouping.rows(), NOON);
            grouping.committed();
          }
        }
        const groups = mergeGroups(texts);
        for (const [i, a] of texts.entries())
          for (const [j, b] of texts.entries()) expect(rootOf(a) === rootOf(b)).toBe(groups[i] === groups[j]);
        close();
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 25) },
    );
  });
});

describe('a person', () => {
  it('merges two groups and takes it back; history stays, and it is not merged by itself again', () => {
    const opened = room();
    const { take, store } = opened;
    take(0, 'ERROR the tap is dripping');
    take(1, 'ERROR water on the floor');
    const [one, two] = allErrors(store, { from: NOON - 1, to: NOON + 10 }).map(
      ({ fingerprint }) => fingerprint,
    );
    const id = store.grouping.merge(
      { fingerprint: one ?? '', root: two ?? '', evidence: 'test' },
      NOON + 2,
      'ann',
    );
    expect(groupsOf(opened)).toEqual([2]);
    expect(store.samples.resolve(one ?? '')?.fingerprint).toBe(two);
    const merge = store.grouping.get(id);
    if (merge) store.grouping.undo(merge, NOON + 3, 'ann');
    expect(groupsOf(opened)).toEqual([1, 1]);
    expect(store.grouping.keptApart().has(one ?? '')).toBe(true);
  });
});

describe('merges of merges', () => {
  it('are followed, and undoing the last leaves the first as it was', () => {
    const opened = room();
    const { take, store } = opened;
    take(0, 'ERROR one thing', 'ERROR another matter', 'ERROR a third story');
    const [a = '', b = '', c = ''] = allErrors(store, { from: NOON - 1, to: NOON + 10 }).map(
      (row) => row.fingerprint,
    );
    store.grouping.merge({ fingerprint: a, root: b, evidence: 'test' }, NOON + 1, 'ann');
    const last = store.grouping.merge({ fingerprint: b, root: c, evidence: 'test' }, NOON + 2, 'ann');
    expect(groupsOf(opened)).toEqual([3]);
    expect(store.grouping.groupOf(a)).toBe(c);
    const merge = store.grouping.get(last);
    if (merge) store.grouping.undo(merge, NOON + 3, 'ann');
    expect(store.grouping.groupOf(a)).toBe(b);
    expect(groupsOf(opened)).toEqual([2, 1]);
  });

  it('are as they were also where three come one after the other', () => {
    const opened = room();
    const { take, store } = opened;
    take(0, 'ERROR one thing', 'ERROR another matter', 'ERROR a third story', 'ERROR no fourth');
    const [a = '', b = '', c = '', d = ''] = allErrors(store, { from: NOON - 1, to: NOON + 10 }).map(
      (row) => row.fingerprint,
    );
    const merge = (fingerprint: string, root: string) =>
      store.grouping.get(store.grouping.merge({ fingerprint, root, evidence: 'test' }, NOON + 1, 'ann'));
    merge(a, b);
    merge(b, c);
    const last = merge(c, d);
    expect(groupsOf(opened)).toEqual([4]);
    if (last) store.grouping.undo(last, NOON + 3, 'ann');
    expect(store.grouping.groupOf(a)).toBe(c);
    expect(groupsOf(opened)).toEqual([3, 1]);
  });
});

describe('a group that was forgotten', () => {
  it('is new when it comes again, and so is what was merged into it, as after a restart', () => {
    const opened = room({ shadow: true });
    const { take, store, pipeline } = opened;
    for (const name of NAMES) take(0, refused(name));
    expect(groupsOf(opened)).toEqual([NAMES.length]);
    while (store.retention.step(NOON + 31 * DAY)) {}
    pipeline.forgetGroups(store.retention.takeForgotten());
    const [, bruno = ''] = NAMES;
    take(31 * DAY, refused(bruno));
    const [row] = allErrors(store, { from: NOON + 30 * DAY, to: NOON + 32 * DAY });
    const own = fingerprint('unclassified', `the ${bruno} shard of the cache is gone`);
    expect(row).toMatchObject({ fingerprint: own, count: 1, firstSeenAt: NOON + 31 * DAY });
    expect(store.grouping.groupOf(own)).toBe(own);
  });
});

describe('a group of several fingerprints', () => {
  const fingerprintsOf = ({ store }: ReturnType<typeof openRoom>) =>
    allErrors(store, { from: NOON - DAY, to: NOON + 30 * DAY }).map((row) => row.fingerprint);

  it('lets go for good what a person took out, also what joined at first sight', () => {
    const { take, store, dataDir } = room();
    for (const name of NAMES) take(0, refused(name));
    take(1, refused('ida'));
    const [merge] = store.grouping.history(fingerprint('unclassified', 'the ida shard of the cache is gone'));
    expect(merge).toBeDefined();
    if (merge) store.grouping.undo(merge, NOON + 2, 'ann');
    const again = room({ dataDir });
    again.take(2, refused('ida'));
    expect(groupsOf(again)).toEqual([9, 1]);
  });

  it('is muted as a whole by its name, and a mute of one of its members stays with that', () => {
    const opened = room();
    const { take, store, rang } = opened;
    for (const name of NAMES) take(0, refused(name));
    expect(rang).toHaveLength(1);
    const [root] = fingerprintsOf(opened);
    const mute = { until: NOON + 60 * MINUTE, createdAt: NOON, createdBy: 'ann', reason: null };
    store.mutes.mute({ ...mute, scope: 'fingerprint', name: root ?? '' });
    take(20 * MINUTE, refused('zoe'), refused('zoe'), refused('zoe'));
    expect(rang).toHaveLength(1);
  });

  it('stays what it is, whatever is merged into it', () => {
    const { take, store, dataDir } = room();
    take(0, 'Out of memory', 'ERROR the tap is dripping');
    const list = allErrors(store, { from: NOON - 1, to: NOON + 10 });
    const of = (id: string | undefined) =>
      list.find(({ signatureId }) => signatureId === id)?.fingerprint ?? '';
    const [root, member] = [of('OOM'), of(undefined)];
    store.grouping.merge({ fingerprint: member, root, evidence: 'test' }, NOON + 1, 'ann');
    const again = room({ dataDir });
    again.take(2, 'ERROR the tap is dripping');
    expect(again.store.samples.resolve(member)).toMatchObject({ fingerprint: root, name: 'OOM' });
  });
});

describe('a new form of fingerprints', () => {
  it('rings for nothing that was known, and keeps counts and samples reachable', () => {
    const old = room({ alerts: SEED });
    const lines = ['TypeError: x is not a function', 'ERROR order 17 has no address', 'Out of memory'];
    for (const line of lines) old.take(0, line, line, line);
    expect(old.rang).toHaveLength(3);
    const before = groupsOf(old);
    const fresh = room({ dataDir: old.dataDir });
    for (const line of lines) fresh.take(5 * MINUTE, line.replace('17', '18'), line);
    expect(fresh.rang).toHaveLength(0);
    expect(groupsOf(fresh)).toEqual(before.map((count) => count + 2));
    expect(fresh.store.samples.newest(fresh.store.samples.resolve('OOM') as never, 50)).toHaveLength(5);
    fresh.take(6 * MINUTE, ...Array.from({ length: 3 }, () => 'ERROR nobody has seen this before'));
    expect(fresh.rang).toHaveLength(1);
  });

  it('lets errors come out from behind their old label after a week', () => {
    const old = room({ alerts: SEED });
    old.take(0, 'TypeError: x is not a function');
    const fresh = room({ dataDir: old.dataDir });
    fresh.take(MINUTE, 'TypeError: y is not iterable');
    expect(groupsOf(fresh)).toEqual([2]);
    fresh.take(8 * DAY, 'TypeError: z is not a constructor');
    expect(groupsOf(fresh)).toEqual([2, 1]);
  });
});

describe('a group', () => {
  it('is new when nothing of it was seen before its alert, and has regressed after a week of quiet', () => {
    const { take, store, rang } = room();
    take(0, 'Out of memory');
    take(DAY, 'Out of memory');
    take(9 * DAY, 'Out of memory');
    expect(rang.map(({ id }) => store.alerts.detail(id)?.novelty)).toEqual(['new', 'known', 'regressed']);
    const only = allErrors(store, { from: NOON + 8 * DAY, to: NOON + 10 * DAY, only: 'new' });
    expect(only.map(({ signatureId }) => signatureId)).toEqual(['OOM']);
    expect(allErrors(store, { from: NOON + DAY - 1, to: NOON + 2 * DAY, only: 'unclassified' })).toEqual([]);
  });

  it('that no signature knows rings at once when it is new and brings a stack trace', () => {
    const { take, rang, store } = room();
    const trace = JSON.stringify({
      level: 'error',
      msg: 'cannot total the order',
      err: {
        type: 'RangeError',
        message: 'bad total',
        stack: 'RangeError: bad total\n    at total (/srv/app/order.js:3:9)',
      },
    });
    take(0, trace);
    expect(rang).toHaveLength(1);
    expect(store.alerts.detail(1)).toMatchObject({ reason: 'new', novelty: 'new' });
    take(1_000, 'ERROR without a trace it waits for the threshold');
    expect(rang).toHaveLength(1);
  });

  it('rings when it is new, or waits, where the rules say so', () => {
    const eager = room({ alerts: { ...DEFAULT_RULES, rings: 'new' } });
    eager.take(0, 'read ECONNRESET', 'ERROR something else');
    expect(eager.rang).toHaveLength(2);
    const patient = room({ alerts: { ...DEFAULT_RULES, rings: 'threshold' } });
    patient.take(0, 'Error: x\n    at f (/srv/app/a.js:1:2)');
    expect(patient.rang).toHaveLength(0);
  });
});
