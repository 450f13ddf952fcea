import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
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
});
