import { expect, it } from 'vitest';
import { createBodyBudget } from '../../src/sources/body-budget.ts';

it('who is slow gives way to others, the slowest first; who is not keeps what it holds', () => {
  const budget = createBodyBudget(100);
  const evicted: string[] = [];
  const hold = (name: string, bytes: number, silentMs: number) => {
    expect(budget.take(bytes)).toBe(true);
    const since = performance.now() - silentMs;
    budget.hold({
      heldSince: () => since,
      evict: () => {
        evicted.push(name);
        budget.give(bytes);
      },
    });
  };
  hold('quick', 40, 0);
  hold('slow', 30, 3_000);
  hold('slowest', 30, 9_000);
  expect(budget.take(20)).toBe(true);
  expect(evicted).toEqual(['slowest']);
  expect(budget.take(40)).toBe(true);
  expect(evicted).toEqual(['slowest', 'slow']);
  expect(budget.take(1)).toBe(false);
  expect(budget.take(101)).toBe(false);
});
