import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../bench/bench.mjs'), ...args], {
    encoding: 'utf8',
  });

it('the bench lists its rows', () => {
  const { stdout, status } = bench('--list');
  for (const row of [
    /^pipe raw, 200 signatures, 3 %$/m,
    /^http json batch 1000,/m,
    /^udp syslog/m,
    /^latency/m,
  ])
    expect(stdout).toMatch(row);
  expect(status).toBe(0);
});

it('the bench refuses rows that are not there before it measures anything', () => {
  const { stderr, status } = bench('--only', 'nonsense');
  expect(stderr).toMatch(/no row is called "nonsense"/);
  expect(status).toBe(1);
});
