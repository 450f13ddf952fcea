import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPipe } from './open-pipe.ts';

/** Lines of three programs, quiet and loud ones, with traces among them; the same for the same count. */
function lines(count: number): string {
  let seed = 7;
  const below = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % n;
  };
  const texts = Array.from({ length: count }, (_, n) => {
    const head = `May  1 10:00:00 host app${n % 3}[12]: `;
    const kind = below(100);
    if (kind < 3) return `${head}ERROR could not bill order ${n} of tenant t${below(9)}: card declined`;
    if (kind < 4) return `${head}Out of memory: killed process ${n}`;
    if (kind < 5) return 'Error: boom\n    at pay (/app/pay.js:1:2)\n    at run (/app/run.js:3:4)';
    if (kind < 6) return '{"level":"error","msg":"in JSON, too"}';
    if (kind < 7) return `${head}gr\u00fc\u00dfe ${n}`;
    return `${head}request ${n} done in ${below(50)} ms`;
  });
  return `${texts.join('\n')}\n`;
}

async function outcome(workers: number, input: string): Promise<unknown> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-workers-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'tocsin.yml'), `ingest:\n  workers: ${workers}\n`);
  const pipe = openPipe({
    TOCSIN_DATA: dir,
    TOCSIN_CONFIG: join(dir, 'tocsin.yml'),
    LOG_AGGREGATOR_SHADOW: '1',
  });
  pipe.write(input);
  pipe.end();
  expect(await pipe.ended, pipe.output()).toBe(0);
  const db = new Database(join(dir, 'tocsin.db'), { readonly: true });
  const groups = db.prepare('SELECT fingerprint, signature_id, count FROM groups ORDER BY fingerprint').all();
  const counts = db.prepare('SELECT what, sum(count) AS n FROM source_counts GROUP BY what').all();
  db.close();
  expect(pipe.output()).not.toContain('worker thread');
  return { groups, counts };
}

describe('the threads that look for signatures', () => {
  it('change nothing in what is found', { timeout: 60_000 }, async () => {
    const input = lines(30_000);
    const alone = await outcome(0, input);
    expect(JSON.stringify(alone)).toContain('OOM');
    expect(await outcome(1, input)).toEqual(alone);
    expect(await outcome(2, input)).toEqual(alone);
  });
});
