import { describe, expect, it } from 'vitest';
import { createCommitPace } from '../../src/pipeline/commit-pace.ts';

/** The times (ms) at which commits begin when something is submitted at the given ones and each commit takes `writeMs`. */
function commits(submissions: readonly number[], writeMs: number): readonly number[] {
  const pace = createCommitPace();
  const begun: number[] = [];
  const left = [...submissions];
  let waits = false;
  for (let at = 0; at < 10_000; at += 0.25) {
    while ((left[0] ?? Number.POSITIVE_INFINITY) <= at) {
      left.shift();
      // What comes during a commit is taken behind it.
      pace.submitted(at);
      waits = true;
    }
    if (!waits || pace.delay(at) > 0) continue;
    begun.push(at);
    pace.committed(at, at + writeMs);
    at += writeMs;
    waits = false;
  }
  return begun;
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, n) => n * ms);

describe('when a commit is due', () => {
  it.each([
    ['a single line is committed a moment later', [100], 2, [101]],
    ['what comes within that moment goes with it', [100, 100.5, 101], 2, [102]],
    ['two that come apart are committed apart', [100, 200], 2, [101, 201]],
    ['one that comes right behind a commit waits a little', [100, 103.25], 2, [101, 113]],
  ])('%s', (_, submissions, writeMs, expected) => {
    expect(commits(submissions, writeMs)).toEqual(expected);
  });

  it.each([
    [0.1, 5],
    [1, 10],
    [2, 20],
    [50, 100],
  ])('a steady stream is committed together: with %d ms a commit every %d ms', (writeMs, expected) => {
    const begun = commits(every(0.5, 4_000), writeMs);
    const gaps = begun.slice(2).map((at, n) => at - (begun[n + 1] as number));
    for (const gap of gaps.slice(0, -1)) expect(gap - writeMs).toBeCloseTo(expected, -0.6);
  });

  it('nothing waits longer than a tenth of a second for others, however slow the disk', () => {
    const [first = 0, second = 0] = commits(every(0.5, 4_000), 400);
    expect(first).toBeLessThanOrEqual(5);
    expect(second - first - 400).toBeLessThanOrEqual(101);
  });
});
