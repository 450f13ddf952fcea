import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { controlSocket } from '../../src/control.ts';
import { HttpServer, type Route, route } from '../../src/sources/http-server.ts';
import { cleanUp, cli, eventually, startBot, tempDir } from './bot-process.ts';
import { openPipe } from './open-pipe.ts';

afterAll(cleanUp);

const count = async (dataDir: string) => {
  const bot = await startBot({ TOCSIN_DATA: dataDir });
  const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: dataDir } });
  await bot.kill('SIGTERM');
  return stdout === '' ? 0 : (JSON.parse(stdout) as { count: number }).count;
};

/** What answers where the bot of a data directory would. */
async function standIn(dataDir: string, ...routes: Route[]) {
  mkdirSync(dataDir, { recursive: true });
  const server = new HttpServer({ at: { socket: controlSocket(dataDir) }, setting: 'TOCSIN_DATA', routes });
  await server.start();
  return server;
}

describe('tocsin pipe, ended by a signal', () => {
  it('commits what it has read, also the last words of the program', async () => {
    const dataDir = join(tempDir(), 'data');
    const pipe = openPipe({ TOCSIN_DATA: dataDir });
    pipe.write('Out of memory\n');
    await eventually(() => /Out-of-memory/.test(pipe.output()), 15_000);
    pipe.kill('SIGTERM');
    pipe.write('Out of memory\nOut of memory');
    expect(await pipe.ended).toBe(0);
    expect(pipe.output()).not.toMatch(/\n {4}at /);
    expect(await count(dataDir)).toBe(3);
  });

  it('ends while lines keep coming, and every line that it read is stored', async () => {
    const dataDir = join(tempDir(), 'data');
    const pipe = openPipe({ TOCSIN_DATA: dataDir });
    pipe.write('Out of memory\n');
    await eventually(() => /Out-of-memory/.test(pipe.output()), 15_000);
    const writing = setInterval(() => pipe.write('Out of memory\n'.repeat(1_000)), 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    pipe.kill('SIGINT');
    expect(await pipe.ended).toBe(0);
    clearInterval(writing);
    expect(pipe.output()).not.toMatch(/did not take|\n {4}at /);
    expect(await count(dataDir)).toBeGreaterThan(1_000);
  });

  it('ends at once at the second signal, whichever it is', async () => {
    const dataDir = tempDir();
    let asked = false;
    const stuck = await standIn(
      dataDir,
      route('/ping', (_, response) => response.end('{"owner":"bot"}')),
      route('/records', () => {
        asked = true;
      }),
    );
    const pipe = openPipe({ TOCSIN_DATA: dataDir });
    pipe.write('hello\n');
    await eventually(() => asked, 15_000);
    pipe.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 500));
    pipe.kill('SIGINT');
    expect(await pipe.ended).toBe(1);
    await stuck.stop();
  });
});

describe('tocsin pipe beside a bot', () => {
  it('says how many lines were not taken when the bot has gone, and exits with 1', async () => {
    const bot = await startBot({ TOCSIN_DATA: join(tempDir(), 'data') });
    const pipe = openPipe({ TOCSIN_DATA: bot.dataDir, LOG_AGG_ECHO: '1' });
    pipe.write('Out of memory\n');
    await eventually(async () => {
      const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
      return stdout !== '';
    }, 15_000);
    await bot.kill('SIGKILL');
    pipe.write('Out of memory 1\nOut of memory 2\n');
    await eventually(() => /Out of memory 2/.test(pipe.output()));
    pipe.kill('SIGTERM');
    expect(await pipe.ended).toBe(1);
    expect(pipe.output()).toMatch(/2 lines were not taken by the bot on .*; they are lost/);
  });

  it('a second bot leaves the database alone: it may be of another version', async () => {
    const dataDir = tempDir();
    const first = await standIn(
      dataDir,
      route('/ping', (_, response) => response.end('{"owner":"bot"}')),
    );
    const { code, stderr } = await cli(['start'], { env: { TOCSIN_DATA: dataDir }, input: '' });
    expect(stderr).toMatch(/another Tocsin already runs/);
    expect(code).toBe(2);
    expect(existsSync(join(dataDir, 'tocsin.db'))).toBe(false);
    await first.stop();
  });

  it('halves what is too large for the bot', async () => {
    const dataDir = tempDir();
    const got: string[] = [];
    const small = await standIn(
      dataDir,
      route('/ping', (_, response) => response.end('{"owner":"bot"}')),
      route('/drained', (_, response) => response.end('{"waiting":0}')),
      route('/records', async (request, response) => {
        const body = (await request.setEncoding('utf8').toArray()).join('');
        const lines = (JSON.parse(body) as { records: { raw: string }[] }).records.map(({ raw }) => raw);
        if (lines.length < 3) got.push(...lines);
        response.writeHead(lines.length < 3 ? 200 : 413).end();
      }),
    );
    const { code } = await cli(['pipe'], { env: { TOCSIN_DATA: dataDir }, input: 'a\nb\nc\nd\ne\n' });
    expect(got).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(code).toBe(0);
    await small.stop();
  });
});

describe('tocsin errors', () => {
  it('says what a bot in trouble answered, and exits with 1', async () => {
    const dataDir = tempDir();
    const broken = await standIn(
      dataDir,
      route('/command', () => {
        throw new Error('database disk image is malformed');
      }),
    );
    const { code, stderr } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: dataDir } });
    expect(stderr).toMatch(/^tocsin: the bot on .* said 500 database disk image is malformed\n$/);
    expect(code).toBe(1);
    await broken.stop();
  });

  it('says that only a pipe runs there', async () => {
    const dataDir = join(tempDir(), 'data');
    const pipe = openPipe({ TOCSIN_DATA: dataDir });
    pipe.write('Out of memory\n');
    await eventually(() => /Out-of-memory/.test(pipe.output()), 15_000);
    const { code, stderr } = await cli(['errors'], { env: { TOCSIN_DATA: dataDir } });
    expect(stderr).toMatch(/runs a tocsin pipe without a bot/);
    expect(code).toBe(1);
    pipe.end();
    expect(await pipe.ended).toBe(0);
  });

  it('gives up on a bot that does not answer', async () => {
    const dataDir = tempDir();
    const stuck = await standIn(
      dataDir,
      route('/command', () => {}),
    );
    const startedAt = performance.now();
    const { code, stderr } = await cli(['errors'], { env: { TOCSIN_DATA: dataDir } });
    expect(stderr).toMatch(/^tocsin: TOCSIN_DATA: the bot on .* it does not answer \(10 s\)\.\n$/);
    expect(code).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await stuck.stop();
  });
});
