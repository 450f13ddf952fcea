import { afterEach, describe, expect, it } from 'vitest';
import { createAbsentKeys } from '../../src/store/absent-keys.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createSlots } from '../../src/store/slots.ts';

const open: { close(): void }[] = [];
const database = () => {
  const db = openDatabase(':memory:');
  open.push(db);
  return db;
};
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

const nameOf = (n: number) => n.toString(16).padStart(12, '0');
/** A hash of 53 bits: keys lie anywhere. */
const keyOf = (n: number) => (Math.imul(n, 0x9e3779b1) >>> 11) * 2 ** 32 + (Math.imul(n, 0x85ebca6b) >>> 0);

describe('the places of texts', () => {
  it('are known to be shared wherever they lie: in the log, on their way, in the table, after a restart', () => {
    const db = database();
    const slots = createSlots(db);
    const expected = new Map<number, string[]>();
    for (let n = 0; n < 30_000; n += 500) {
      const texts = Array.from({ length: 500 }, (_, i) => {
        // Of four places one is shared with few others, one with many.
        const keys = [keyOf(4 * (n + i)), keyOf(4 * (n + i) + 1), keyOf(((n + i) % 9_000) * 4 + 2), keyOf(3)];
        return { fingerprint: nameOf(n + i), keys: n + i < 10 ? keys : keys.slice(0, 3) };
      });
      db.transaction(() => slots.add(texts))();
      for (const { fingerprint, keys } of texts)
        for (const key of keys) expected.set(key, [...(expected.get(key) ?? []), fingerprint]);
    }
    const moved = db.prepare('SELECT count(*) AS n FROM slots').get() as { n: number };
    const logged = db.prepare('SELECT count(*) AS n FROM slot_log').get() as { n: number };
    expect(moved.n).toBeGreaterThan(0);
    expect(logged.n).toBeGreaterThan(0);
    for (const known of [slots, createSlots(db)]) {
      for (const [key, names] of expected) expect([...known.sharing(key, 99)].sort()).toEqual(names.sort());
      for (let n = 0; n < 1_000; n++) expect(known.sharing(keyOf(1e6 + n), 99)).toEqual([]);
    }
  });

  it('that were rolled back are nobody’s', () => {
    const db = database();
    const slots = createSlots(db);
    slots.add([{ fingerprint: nameOf(1), keys: [7] }]);
    const broken = db.transaction(() => {
      slots.add([{ fingerprint: nameOf(2), keys: [7, 8] }]);
      throw new Error('disk full');
    });
    expect(broken).toThrow('disk full');
    slots.forget();
    expect(slots.sharing(7, 99)).toEqual([nameOf(1)]);
    expect(slots.sharing(8, 99)).toEqual([]);
  });

  it('are forgotten with the group that they belong to, and no others', () => {
    const db = database();
    const slots = createSlots(db);
    const group = db.prepare(`
      INSERT INTO groups (fingerprint, signature_key, category, policy, severity, severity_rank, summary, canonical,
        first_seen_at, last_seen_at) VALUES (?, '', '', '', '', 0, '', '', 0, ?)`);
    const merge = db.prepare("INSERT INTO merges (fingerprint, root, at, evidence) VALUES (?, ?, 0, 'test')");
    group.run(nameOf(1), 10);
    group.run(nameOf(2), 99);
    merge.run(nameOf(3), nameOf(1));
    merge.run(nameOf(4), nameOf(2));
    slots.add([1, 2, 3, 4].map((n) => ({ fingerprint: nameOf(n), keys: [keyOf(5), keyOf(n + 10)] })));
    while (slots.expire(50)) {}
    expect([...slots.sharing(keyOf(5), 99)].sort()).toEqual([nameOf(2), nameOf(4)]);
    expect(slots.sharing(keyOf(11), 99)).toEqual([]);
    expect(slots.sharing(keyOf(12), 99)).toEqual([nameOf(2)]);
  });
});

describe('keys that are certainly absent', () => {
  it('are never those of the table, while it is learnt and after', () => {
    const stored = Array.from({ length: 12_000 }, (_, n) => keyOf(n)).sort((a, b) => a - b);
    const absent = createAbsentKeys((after, limit) => stored.filter((key) => key > after).slice(0, limit));
    for (let piece = 0; piece < 8; piece++) {
      for (const key of stored) expect(absent.isAbsent(key)).toBe(false);
      absent.learn();
    }
    const others = Array.from({ length: 12_000 }, (_, n) => keyOf(n + 50_000));
    expect(others.filter((key) => absent.isAbsent(key)).length).toBeGreaterThan(11_900);
    const [one = 0] = others;
    absent.add(one);
    expect(absent.isAbsent(one)).toBe(false);
    expect(absent.isAbsent(Number.NaN)).toBe(false);
  });
});
