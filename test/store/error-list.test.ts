import { describe, expect, it } from 'vitest';
import type { ErrorQuery } from '../../src/store/error-list.ts';
import { NOON, openRoom } from '../pipeline/room.ts';
import { allErrors } from './all-errors.ts';
import { createRandom, HOUR, MIDNIGHT, MINUTE, openEvents } from './any-events.ts';

/** Instants at and beside edges of minutes, hours and days, and anywhere. */
function anyInstant(random: (n: number) => number): number {
  const edges = [MINUTE, 5 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR];
  const edge = edges[random(edges.length)] as number;
  const at = MIDNIGHT + random(50 * HOUR);
  return random(3) === 0 ? at : at - (at % edge) + random(3) - 1;
}

function anyQuery(random: (n: number) => number, now: number): ErrorQuery {
  const [a, b] = [anyInstant(random), random(2) === 0 ? now : anyInstant(random)];
  return {
    from: Math.min(a, b),
    to: Math.max(a, b),
    ...(random(4) === 0 ? { service: ['api', 'WEB', 'nobody'][random(3)] } : {}),
    ...(random(5) === 0 ? { category: ['critical', 'unclassified'][random(2)] } : {}),
    ...(random(5) === 0 ? { minSeverityRank: 1 + random(6) } : {}),
    ...(random(5) === 0 ? { only: random(2) === 0 ? 'new' : 'unclassified' } : {}),
  };
}

describe('the list of errors', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`is the plain sum over all events, whatever is tallied by then (random data ${seed})`, () => {
      const random = createRandom(seed);
      const { store, add, merge, plainly } = openEvents(random);
      const instants = Array.from({ length: 150 }, () => anyInstant(random)).sort((a, b) => a - b);
      for (const [n, now] of instants.entries()) {
        // Now and then something comes late, or the clock is set back.
        add(random(8) === 0 ? now - random(8 * HOUR) : now, 1 + random(12));
        if (random(15) === 0) merge(now);
        const chores = random(3) === 0 ? 2_000 : random(30);
        for (let step = 0; step < chores && store.tallies.step(now); step += 1);
        if (n % 3 > 0) continue;
        const query = anyQuery(random, now);
        const expected = plainly(query);
        expect(allErrors(store, query), JSON.stringify(query)).toMatchObject(expected);
        expect(allErrors(store, query)).toHaveLength(expected.length);
        const { lines, events, page } = store.errors.find(query);
        expect([lines, events]).toEqual([expected.length, expected.reduce((sum, row) => sum + row.count, 0)]);
        const start = random(lines + 1);
        expect(page(start, 3)).toMatchObject(expected.slice(start, start + 3));
      }
      store.close();
    });
  }

  it('counts what comes after the clock was set back', () => {
    const { store, add, plainly } = openEvents(createRandom(7));
    add(MIDNIGHT + 9 * HOUR, 5);
    while (store.tallies.step(MIDNIGHT + 13 * HOUR)) {}
    while (store.tallies.step(MIDNIGHT + 8 * HOUR)) {}
    add(MIDNIGHT + 8 * HOUR + 10 * MINUTE, 5);
    add(MIDNIGHT + 9 * HOUR, 5);
    const query = { from: MIDNIGHT, to: MIDNIGHT + 13 * HOUR };
    expect(allErrors(store, query)).toMatchObject(plainly(query));
    expect(store.errors.find(query).events).toBe(plainly(query).reduce((sum, { count }) => sum + count, 0));
    store.close();
  });

  it('counts what comes late after a restart', () => {
    const first = openRoom();
    const minute = (n: number) => n * MINUTE;
    first.take(0, 'Out of memory');
    while (first.store.tallies.step(NOON + minute(30))) {}
    const second = openRoom({ dataDir: first.dataDir });
    second.take(minute(1), 'Out of memory');
    expect(allErrors(second.store, { from: NOON, to: NOON + minute(10) })).toMatchObject([{ count: 2 }]);
    while (second.store.tallies.step(NOON + minute(30))) {}
    expect(allErrors(second.store, { from: NOON, to: NOON + minute(10) })).toMatchObject([{ count: 2 }]);
    second.close();
    first.close();
  });

  it('counts a span of decades, most of it without any tally', () => {
    const { store, add, plainly } = openEvents(createRandom(8));
    add(MIDNIGHT, 5);
    while (store.tallies.step(MIDNIGHT + 13 * HOUR)) {}
    add(MIDNIGHT + 14 * HOUR, 5);
    const query = { from: 0, to: MIDNIGHT + 15 * HOUR };
    expect(allErrors(store, query)).toMatchObject(plainly(query));
    store.close();
  });
});

describe('a clock that begins in 1970 and is set to today', () => {
  it('makes no tallies of the years between, and its first alert is told all the same', () => {
    const room = openRoom();
    room.take(-NOON, 'Out of memory', 'Out of memory');
    while (room.store.tallies.step(20 * MINUTE)) {}
    room.take(0, 'Out of memory');
    let steps = 0;
    while (room.store.tallies.step(NOON + HOUR)) steps += 1;
    expect(steps).toBeLessThan(100);
    expect(room.rang.map(({ id }) => room.store.alerts.detail(id)?.count)).toEqual([2, 1]);
    expect(room.store.errors.find({ from: 0, to: NOON + HOUR }).events).toBe(3);
    room.close();
  });
});
