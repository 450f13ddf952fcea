import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, cli, eventually, startBot } from './bot-process.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const TRACE = [
  'Traceback (most recent call last):',
  '  File "/a.py", line 1, in f',
  '    g()',
  'ValueError: boom',
];
afterAll(cleanUp);

async function names(dataDir: string): Promise<string[]> {
  const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: dataDir } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { name: string; count: number })
    .map(({ name, count }) => `${name} ${count}`);
}

describe('a stack trace is one event', () => {
  it('in the body of a text request, all of whose lines are accepted', async () => {
    const bot = await startBot();
    const { body } = await bot.post(`ready\n${TRACE.join('\n')}\nready\n`, 'text/plain');
    expect(body).toMatchObject({ accepted: 6, rejected: 0 });
    expect(await names(bot.dataDir)).toEqual(['PYTHON_EXCEPTION 1']);
  });

  it('through a pipe into a running bot, even when its lines come one by one', async () => {
    const bot = await startBot();
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, TOCSIN_DATA: bot.dataDir };
    const pipe = spawn(process.execPath, [CLI, 'pipe'], { env, stdio: ['pipe', 'ignore', 'inherit'] });
    for (const line of ['ready', ...TRACE, 'ready']) {
      pipe.stdin.write(`${line}\n`);
      await new Promise((done) => setTimeout(done, 20));
    }
    // The last line waits for its trace, and then comes by itself.
    await eventually(async () => /outcome="received"} 6/.test((await bot.get('/metrics')).text));
    pipe.stdin.end();
    const [code] = (await once(pipe, 'exit')) as [number];
    expect(code).toBe(0);
    expect(await names(bot.dataDir)).toEqual(['PYTHON_EXCEPTION 1']);
  });
});
