import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { cleanUp, cli, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

const ROOT = resolve(import.meta.dirname, '../..');

/** A program that logs, in a process of its own, as a user would write it. */
async function program(url: string, script: string, token?: string) {
  const options = JSON.stringify({ url, ...(token === undefined ? {} : { token }) });
  const target = JSON.stringify(resolve(ROOT, 'dist/pino.js'));
  const source = `
    import pino from 'pino';
    const log = pino({ name: 'shop' }, pino.transport({ target: ${target}, options: ${options} }));
    ${script}`;
  const startedAt = performance.now();
  return new Promise<{ code: number; stderr: string; ms: number }>((done) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-e', source],
      { cwd: ROOT },
      (_, __, stderr) => done({ code: child.exitCode ?? -1, stderr, ms: performance.now() - startedAt }),
    );
  });
}

/** Stands where a bot would, and answers as the test says. */
async function standIn(
  handle: (lines: string[], request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => handle(text.split('\n').slice(0, -1), request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
}

describe('the pino transport', () => {
  it('lets a program end when the bot is down, and says how many lines were lost', async () => {
    const { code, stderr, ms } = await program(
      'http://127.0.0.1:9/ingest',
      `for (let n = 1; n <= 20_000; n += 1) log.info({ n }, 'hello');`,
    );
    expect(stderr).toBe(
      'tocsin/pino: 20000 log lines were lost: http://127.0.0.1:9/ingest did not take them\n',
    );
    expect(code).toBe(0);
    expect(ms).toBeLessThan(12_000);
  });

  it('lets a program end when the bot takes lines and never answers', async () => {
    const url = await standIn(() => {});
    const { stderr, ms } = await program(url, `log.info('hello');`);
    expect(stderr).toMatch(/1 log lines were lost/);
    expect(ms).toBeLessThan(12_000);
  });

  it('says once that the token is wrong, and how many lines that cost', async () => {
    const bot = await startBot({ TOCSIN_INGEST_TOKEN: 'let-me-in-please', TOCSIN_DATA: tempDir() });
    const url = `${bot.http}/ingest`;
    const { stderr } = await program(url, `for (let n = 1; n <= 2000; n += 1) log.info('hello');`, 'wrong');
    expect(stderr.match(/refuses log lines: 401/g)).toHaveLength(1);
    expect(stderr).toMatch(/2000 log lines were lost/);
    await bot.kill('SIGTERM');
  });

  it('halves a batch that is too large for the bot, and loses only the line that is', async () => {
    const got: string[] = [];
    const url = await standIn((lines, _, response) => {
      const fits = lines.join('\n').length < 2_000;
      if (fits) got.push(...lines);
      response.writeHead(fits ? 200 : 413).end('{}');
    });
    const { stderr } = await program(
      url,
      `for (let n = 1; n <= 100; n += 1) log.info(n === 50 ? 'x'.repeat(3000) : 'line ' + n);`,
    );
    expect(got.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(
      Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).filter((_, index) => index !== 49),
    );
    expect(stderr).toMatch(/1 log lines were lost/);
  });

  it('keeps the newest lines in bounded memory while the bot is away', async () => {
    let away = true;
    const got: string[] = [];
    const url = await standIn((lines, request, response) => {
      if (request.url === '/ingest?back') away = false;
      else if (!away) got.push(...lines);
      response.writeHead(away ? 503 : 200).end('{}');
    });
    const { stderr } = await program(
      url,
      `for (let n = 1; n <= 40_000; n += 1) {
        log.info({ n }, 'x'.repeat(1000));
        if (n % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      await fetch('${url}?back', { method: 'POST' });`,
    );
    const lost = Number(/(\d+) log lines were lost/.exec(stderr)?.[1]);
    const numbers = got.map((line) => (JSON.parse(line) as { n: number }).n);
    expect(stderr.match(/the oldest are being dropped/g)).toHaveLength(1);
    expect(lost).toBeGreaterThan(10_000);
    expect(numbers.length + lost).toBe(40_000);
    expect(numbers.at(-1)).toBe(40_000);
  });

  it('brings all lines to the real bot', async () => {
    const bot = await startBot({ TOCSIN_DATA: tempDir() });
    const script = `for (let n = 1; n <= 5000; n += 1) log.error('ECONNRESET');`;
    const { stderr } = await program(`${bot.http}/ingest`, script);
    expect(stderr).toBe('');
    const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
    expect(JSON.parse(stdout)).toMatchObject({ signature: 'NET_RESET', count: 5000 });
    await bot.kill('SIGTERM');
  });
});
