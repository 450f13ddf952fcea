import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { allErrors } from '../store/all-errors.ts';
import { MINUTE, NOON, openRoom, room } from './room.ts';

const RESET = 'read ECONNRESET';
const ofService = (service: string) => `{"level":"error","msg":"ECONNRESET","service":"${service}"}`;

interface Sums {
  rows: number;
  events: number;
  groups: number;
  minutes: number;
}

function sumsOf({ dataDir }: ReturnType<typeof openRoom>): Sums {
  const db = new Database(join(dataDir, 'tocsin.db'), { readonly: true });
  const sums = db.prepare(`
    SELECT (SELECT count(*) FROM events) AS rows, (SELECT sum(count) FROM events) AS events,
      (SELECT sum(count) FROM groups) AS groups, (SELECT sum(count) FROM minutes) AS minutes`);
  const row = sums.get() as Sums;
  db.close();
  return row;
}

describe('many events of a group within a minute', () => {
  it('are five rows and five samples, and counted all, within one batch as over many', () => {
    const once = room();
    once.take(0, RESET, RESET, RESET);
    once.take(1, ...Array.from({ length: 200 }, () => RESET));
    for (let n = 2; n < 100; n++) once.take(n * 100, RESET);
    // One row before the ring, five after it; two samples and five.
    expect(sumsOf(once)).toEqual({ rows: 6, events: 301, groups: 301, minutes: 301 });
    const target = once.store.samples.resolve('NET');
    expect(target && once.store.samples.newest(target, 100)).toHaveLength(7);
  });

  it('are counted for each service and minute by itself', () => {
    const opened = room();
    for (let n = 0; n < 20; n++) opened.take(20 * MINUTE + n * 100, ofService('a'), ofService('b'));
    for (let n = 0; n < 20; n++) opened.take(21 * MINUTE + n * 100, ofService('a'));
    const { rows, events } = sumsOf(opened);
    expect(events).toBe(60);
    expect(rows).toBeLessThanOrEqual(5 * 3 + 2 * 3);
    const list = (from: number, to: number) =>
      allErrors(opened.store, { from: NOON + from * MINUTE, to: NOON + to * MINUTE - 1 });
    expect(list(20, 21)[0]).toMatchObject({ count: 40, services: ['a', 'b'] });
    expect(list(21, 22)[0]).toMatchObject({ count: 20, services: ['a'] });
  });

  it('are as few of a group whose own events and merged ones take turns', () => {
    const opened = room();
    const names = ['anna', 'bruno', 'carla', 'dario', 'elena', 'fabio', 'greta', 'hugo'];
    for (let n = 0; n < 80; n++)
      opened.take(20 * MINUTE + n, `ERROR the ${names[n % 8]} shard of the cache is gone`);
    // Five of them were groups of their own before the sixth came.
    const { rows, ...sums } = sumsOf(opened);
    expect(sums).toEqual({ events: 80, groups: 80, minutes: 80 });
    expect(rows).toBeLessThanOrEqual(5 + 2 * 5);
    const [list] = allErrors(opened.store, { from: NOON, to: NOON + 30 * MINUTE });
    const target = list && opened.store.samples.resolve(list.fingerprint);
    const samples = target ? opened.store.samples.newest(target, 100) : [];
    expect(new Set(samples.map(({ observedAt }) => observedAt)).size).toBe(samples.length);
    expect(samples.length).toBe(rows);
  });

  it('stay exact when the batch of some of them could not be written', () => {
    const opened = room();
    for (let n = 0; n < 10; n++) opened.take(n, RESET);
    const blocker = new Database(join(opened.dataDir, 'tocsin.db'), { timeout: 0 });
    blocker.exec(
      "CREATE TRIGGER refuse BEFORE INSERT ON source_counts BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    for (let n = 10; n < 20; n++) opened.take(n, RESET);
    blocker.exec('DROP TRIGGER refuse');
    blocker.close();
    for (let n = 20; n < 30; n++) opened.take(n, RESET);
    expect(sumsOf(opened)).toMatchObject({ events: 20, groups: 20, minutes: 20 });
  });

  it('of one alert and of the next are kept apart, and the last one is told to the millisecond', () => {
    const { take, store, rang } = room();
    const at = (n: number) => 30_000 + n * 500;
    // The second ring comes in the middle of a minute: ten minutes after the first.
    for (let n = 0; n < 30; n++) take(at(n), RESET);
    take(10 * MINUTE + 30_900, RESET, RESET);
    for (let n = 0; n < 20; n++) take(10 * MINUTE + at(n) + 1_000, RESET);
    expect(rang).toHaveLength(2);
    const [first, second] = rang.map(({ id }) => store.alerts.detail(id));
    expect(first).toMatchObject({ count: 32, lastAt: NOON + 10 * MINUTE + 30_900 });
    expect(second?.rangAt).toBe(NOON + 10 * MINUTE + 31_000);
    expect(second).toMatchObject({ count: 22, lastAt: NOON + 10 * MINUTE + at(19) + 1_000 });
  });
});

describe('a restart among folded events', () => {
  it('changes nothing of what rings, and when', () => {
    const step = fc.record({
      afterMs: fc.oneof(
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 50_000 }),
        fc.constant(295_000),
      ),
      lines: fc.integer({ min: 1, max: 12 }),
      service: fc.constantFrom('a', 'b'),
      restart: fc.boolean(),
    });
    const rules = fc.record({
      windowMs: fc.constant(5 * MINUTE),
      minCount: fc.integer({ min: 2, max: 12 }),
      cooldownMs: fc.constantFrom(MINUTE, 6 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), rules, (steps, defaults) => {
        const alerts = { ...DEFAULT_RULES, defaults };
        const through = openRoom({ alerts });
        const first = openRoom({ alerts });
        let restarted = first;
        const rang: number[] = [];
        let at = 0;
        for (const { afterMs, lines, service, restart } of steps) {
          at += afterMs;
          const some = Array.from({ length: lines }, () => ofService(service));
          through.take(at, ...some);
          if (restart) {
            if (restarted !== first) restarted.close();
            restarted = openRoom({ alerts, dataDir: first.dataDir });
          }
          const before = restarted.rang.length;
          restarted.take(at, ...some);
          rang.push(...restarted.rang.slice(before).map(({ rangAt }) => rangAt));
        }
        const sums = sumsOf(first);
        for (const opened of new Set([through, restarted, first])) opened.close();
        expect(rang).toEqual(through.rang.map(({ rangAt }) => rangAt));
        expect(sums.events).toBe(sums.groups);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 15) },
    );
  });
});
