import { describe, expect, it } from 'vitest';
import { slowSignatures } from '../../src/classify/match-cost.ts';
import type { Signature } from '../../src/classify/signature.ts';

const signature = (id: string, pattern: string): Signature => ({
  id,
  category: 'c',
  pattern,
  severity: 'high',
  policy: 'notify',
  summary: '',
});
const LINES = ['one line', 'another'];

/** A clock by which the signatures take one time, and the others without those with a gap another (ms for all lines). */
function clock(all: number, without: number) {
  let runs = 0;
  return (run: () => void) => {
    run();
    runs += 1;
    return runs <= 3 ? all : without;
  };
}

describe('signatures that are slow on real lines', () => {
  it.each([
    ['a gap of any length', 'a.*b'],
    ['a gap of at least one', 'a.+b'],
    ['a lazy gap', 'a.*?b'],
    ['a gap of at least three', 'a.{3,}b'],
    ['all but one character', 'a[^x]*b'],
    ['all that is no white space', 'a\\S+b'],
  ])('are named when they have %s', (_, pattern) => {
    const rules = { signatures: [signature('PLAIN', 'a b'), signature('GAP', pattern)], noise: [] };
    expect(slowSignatures(rules, LINES, clock(0.1, 0.001))).toEqual({
      usPerLine: 50,
      usWithout: 0.5,
      ids: ['GAP'],
    });
  });

  it.each([
    ['an escaped dot', 'a\\.*b'],
    ['a dot in a class', 'a[.*]b'],
    ['a short gap', 'a.{0,3}b'],
    ['digits', 'a\\d+b'],
  ])('are not named for %s', (_, pattern) => {
    const rules = { signatures: [signature('A', pattern)], noise: [] };
    expect(slowSignatures(rules, LINES, clock(0.1, 0.001))?.ids).toEqual([]);
  });

  it('are not named when the others are as slow', () => {
    const rules = { signatures: [signature('A', 'a'), signature('B', 'a.*b')], noise: [] };
    expect(slowSignatures(rules, LINES, clock(0.1, 0.09))?.ids).toEqual([]);
  });

  it('are nothing to tell of while a line takes a microsecond, or none is there', () => {
    const rules = { signatures: [signature('B', 'a.*b')], noise: [] };
    expect(slowSignatures(rules, LINES, clock(0.002, 0.002))).toBeUndefined();
    expect(slowSignatures(rules, [], clock(1, 1))).toBeUndefined();
  });
});
