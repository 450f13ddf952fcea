import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, cli, eventually, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const example = (name: string, env: Record<string, string> = {}) =>
  run(process.execPath, [`examples/${name}.mjs`], { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } });

describe('the examples run as they stand', () => {
  it('classifyError names the signature of an error', async () => {
    const { stdout } = await example('classify-error');
    expect(stdout).toMatch(/signatureId: 'NET_RESET'/);
    expect(stdout).toMatch(/heal by itself/);
  });

  it('createAggregator rings once for three equal errors, and at once for a critical one', async () => {
    const { stdout } = await example('aggregator');
    expect(stdout.match(/NET_RESET: 3 events/g)).toHaveLength(1);
    expect(stdout.match(/OOM: 1 events/g)).toHaveLength(1);
  });

  it('the pino transport brings every line to the bot, also of a program that ends at once', async () => {
    const bot = await startBot();
    await example('pino', { TOCSIN_URL: `${bot.http}/ingest` });
    const row = await eventually(async () => {
      const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
      return stdout === '' ? undefined : (JSON.parse(stdout) as object);
    });
    expect(row).toMatchObject({ signature: 'NET_RESET', count: 3, services: ['shop'] });
    await bot.kill('SIGTERM');
  });
});

describe('classifyError', () => {
  it('gives null for what no signature knows, and takes anything that was thrown', async () => {
    const { classifyError } = await import('../../src/index.ts');
    expect(classifyError({ error: new Error('all is odd'), operation: 'x' })).toBeNull();
    expect(classifyError({ error: 'Out of memory' })?.category).toBe('critical');
    expect(classifyError({ error: { message: 'socket hang up' } })?.policy).toBe('retry');
    expect(classifyError({ error: undefined })).toBeNull();
    expect(classifyError({ error: new TypeError('x is not a function') })?.signatureId).toBe('TYPE_ERROR');
  });
});

describe('createAggregator', () => {
  it('is off by default within a program, and keeps its state in a directory when asked to', async () => {
    const { createAggregator } = await import('../../src/index.ts');
    const rang: string[] = [];
    const onAlert = ({ signatureId }: { signatureId: string | undefined }) => rang.push(signatureId ?? '');
    const off = createAggregator({ onAlert });
    off.add('Out of memory');
    off.close();
    expect(rang).toEqual([]);
    const dataDir = tempDir();
    for (let n = 0; n < 2; n += 1) {
      const aggregator = createAggregator({ enabled: true, dataDir, onAlert });
      aggregator.add('Out of memory');
      aggregator.close();
    }
    expect(rang).toEqual(['OOM']);
  });

  it('goes on when a callback throws, and tells so; told of nothing twice', async () => {
    const { createAggregator } = await import('../../src/index.ts');
    const failed: string[] = [];
    const rang: string[] = [];
    const dataDir = tempDir();
    const options = {
      enabled: true,
      dataDir,
      onFailed: (error: Error, lost: number) => failed.push(`${error.message} ${lost}`),
    };
    const aggregator = createAggregator({
      ...options,
      onAlert: ({ signatureId }) => {
        rang.push(signatureId ?? '');
        if (signatureId === 'OOM') throw new Error('my pager is broken');
        return Promise.reject(new Error('and so is my mail'));
      },
    });
    aggregator.add('Out of memory');
    aggregator.add('No space left on device');
    aggregator.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(rang).toEqual(['OOM', 'DISK_FULL']);
    expect(failed).toEqual(['my pager is broken 0', 'and so is my mail 0']);
    aggregator.close();
    const again = createAggregator({ ...options, onAlert: () => rang.push('again') });
    again.flush();
    again.close();
    expect(rang).not.toContain('again');
  });

  it('tells when the database does not take a line', async () => {
    const { createAggregator } = await import('../../src/index.ts');
    const lost: number[] = [];
    const aggregator = createAggregator({
      enabled: true,
      onAlert: () => {},
      onFailed: (_, lines) => lost.push(lines),
    });
    aggregator.close();
    aggregator.add('Out of memory');
    aggregator.add('Out of memory');
    aggregator.flush();
    expect(lost[0]).toBe(2);
  });

  it('forgets what is older than the configuration says', async () => {
    const { createAggregator } = await import('../../src/index.ts');
    const dataDir = tempDir();
    const options = { enabled: true, dataDir, onAlert: () => {} };
    const first = createAggregator(options);
    first.add('Out of memory');
    first.close();
    const db = new Database(join(dataDir, 'tocsin.db'));
    const longAgo = Date.now() - 100 * 86_400_000;
    db.prepare('UPDATE events SET observed_at = ?').run(longAgo);
    db.prepare('UPDATE alerts SET rang_at = ?').run(longAgo);
    db.prepare('UPDATE outbox SET done_at = ?').run(longAgo);
    const left = () =>
      (
        db.prepare('SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM alerts) AS n').get() as {
          n: number;
        }
      ).n;
    expect(left()).toBe(2);
    const second = createAggregator(options);
    await eventually(() => left() === 0);
    second.close();
    db.close();
  });
});
