import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { openStream } from '../platforms/console-server.ts';
import { type BotProcess, cleanUp, cli, eventually, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

interface Row {
  readonly signature: string | null;
  readonly name: string;
  readonly count: number;
  readonly services: readonly string[];
}

async function errors(bot: BotProcess, ...words: string[]): Promise<Row[]> {
  const { stdout } = await cli(['errors', ...words, '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

describe('POST /ingest', () => {
  let bot: BotProcess;
  beforeAll(async () => {
    bot = await startBot({ TOCSIN_INGEST_TOKEN: 'let-me-in-please' });
  });
  afterAll(() => bot.kill('SIGTERM'));

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${bot.http}/ingest`, {
      method: 'POST',
      body: body as never,
      headers: {
        authorization: 'Bearer let-me-in-please',
        'content-type': 'application/x-ndjson',
        ...headers,
      },
    });

  it.each([
    [
      'NDJSON: objects and strings, blank lines skipped',
      '{"msg":"a"}\n\n"b"\n',
      'application/x-ndjson',
      200,
      2,
      0,
    ],
    ['a JSON array', '[{"msg":"a"},"b"]', 'application/json', 200, 2, 0],
    ['one JSON object over several lines', '{\n "msg": "a"\n}', 'application/json', 200, 1, 0],
    ['text lines', 'a\nb\n\nc', 'text/plain', 200, 3, 0],
    ['a broken line among good ones', '{"msg":"a"}\n{"msg":\n{"msg":"c"}', 'application/x-ndjson', 200, 2, 1],
    ['nothing that could be read', 'nope', 'application/x-ndjson', 400, 0, 1],
  ] as const)('takes %s', async (_, body, type, status, accepted, rejected) => {
    const response = await post(body, { 'content-type': type });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ accepted, rejected });
  });

  it('names the line that it rejects', async () => {
    const answer = (await (await post('{"msg":"a"}\n\n42\n')).json()) as {
      errors: { line: number; reason: string }[];
    };
    expect(answer.errors).toMatchObject([{ line: 3, reason: expect.stringMatching(/./) }]);
  });

  it('takes gzip, and cuts a zip bomb off with 413', async () => {
    expect((await post(gzipSync('{"msg":"a"}'), { 'content-encoding': 'gzip' })).status).toBe(200);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a'));
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post('no gzip', { 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it('answers others while it takes 800,000 lines at once', async () => {
    let ended = false;
    let answered = 0;
    const asking = (async () => {
      for (; !ended; answered += 1) expect((await bot.get('/healthz')).status).toBe(200);
    })();
    const response = await post('hello 12345\n'.repeat(800_000), { 'content-type': 'text/plain' });
    ended = true;
    await asking;
    expect(await response.json()).toEqual({ accepted: 800_000, rejected: 0, errors: [] });
    expect(answered).toBeGreaterThan(20);
  });

  it('asks for the token', async () => {
    expect((await post('{"msg":"a"}', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await fetch(`${bot.http}/ingest`, { method: 'POST', body: 'a' })).status).toBe(401);
  });

  it('answers other methods and addresses plainly', async () => {
    expect((await fetch(`${bot.http}/ingest`)).status).toBe(405);
    expect((await fetch(`${bot.http}/nothing-here`)).status).toBe(404);
  });

  it('has metrics whose names all begin with tocsin_', async () => {
    const { text } = await bot.get('/metrics');
    const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(name).toMatch(/^tocsin_/);
  });
});

describe('UDP', () => {
  it('takes syslog in both forms, JSON and text, with service and severity', async () => {
    const bot = await startBot();
    const socket = createSocket('udp4');
    const at = new Date().toISOString();
    for (const text of [
      `<11>1 ${at} web1 shop 77 - - ECONNRESET one`,
      '<11>Nov 21 10:00:00 web1 api[12]: ECONNRESET two',
      '{"level":"error","msg":"ECONNRESET three","service":"worker"}',
      'ECONNRESET four',
    ]) {
      await new Promise<void>((resolve) => socket.send(text, bot.udpPort, '127.0.0.1', () => resolve()));
    }
    socket.close();
    const [row] = await eventually(async () => {
      const rows = await errors(bot);
      return rows[0]?.count === 4 ? rows : undefined;
    });
    expect(row).toMatchObject({ signature: 'NET_RESET', services: ['api', 'shop', 'worker'] });
    await bot.kill('SIGTERM');
  });
});

describe('secrets', () => {
  it('in keys, nested objects, URLs and free text are in no chat, no file and no log', async () => {
    const token = '987654:TESTtestTESTtestTESTtestTESTtestTEST';
    const telegram = await startTelegramDouble({ token });
    telegram.addChat({ id: -1, type: 'supergroup', title: 'ops' });
    const dataDir = tempDir();
    const bot = await startBot({
      TOCSIN_DATA: dataDir,
      TOCSIN_LOG_LEVEL: 'debug',
      ALERT_TELEGRAM_BOT_TOKEN: token,
      ALERT_TELEGRAM_CHAT_ID: '-1',
      TELEGRAM_API_ROOT: telegram.apiRoot,
    });
    const secret = (n: number) => `s3cr3t-value-${n}`;
    const lines = [
      {
        level: 'error',
        msg: 'Out of memory 1',
        password: secret(1),
        nested: { deep: [{ api_key: secret(2) }] },
      },
      { level: 'error', msg: `Out of memory 2 token=${secret(3)} Authorization: Bearer ${secret(4)}` },
      {
        level: 'error',
        msg: `Out of memory 3 postgres://app:${secret(5)}@db/x and https://x/?access_token=${secret(6)}`,
      },
      {
        level: 'error',
        msg: `Out of memory 4 {"cookie":"${secret(7)}"}`,
        headers: { 'Set-Cookie': secret(8) },
      },
    ];
    await bot.post(lines.map((line) => JSON.stringify(line)).join('\n'));
    await bot.post(`unknown thing failed password: ${secret(9)}\n`.repeat(3), 'text/plain');
    await eventually(() => telegram.messages(-1).length >= 2);
    telegram.userSends(-1, '/errors samples OOM');
    await eventually(() => telegram.messages(-1).length >= 3);
    await bot.kill('SIGTERM');
    const files = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)).toString('latin1'));
    const everything = [
      JSON.stringify(telegram.calls.map(({ payload }) => payload)),
      bot.output(),
      ...files,
    ].join('\n');
    expect(everything).toContain('Out of memory 4');
    for (let n = 1; n <= 9; n += 1) expect(everything).not.toContain(secret(n));
    expect(bot.output() + files.join('')).not.toContain(token);
    await telegram.stop();
  });
});

describe('the loop guard', () => {
  it('counts and drops the lines that Tocsin wrote, and its events', async () => {
    const bot = await startBot();
    const own = bot
      .output()
      .split('\n')
      .filter((line) => line !== '');
    expect(own.length).toBeGreaterThan(2);
    await bot.post(own.map((line) => `${line}`).join('\n'), 'text/plain');
    const events = ['internal_alert', 'alert_received'].map((event) =>
      JSON.stringify({ event, level: 'error', msg: 'Out of memory' }),
    );
    await bot.post(events.join('\n'));
    expect(await errors(bot)).toEqual([]);
    const { stdout } = await cli(['observe', '-v'], { env: { TOCSIN_DATA: bot.dataDir } });
    expect(stdout).toMatch(/2 internal event/);
    expect(stdout).toMatch(/own\s+line/);
    await bot.kill('SIGTERM');
  });
});

describe('a reload', () => {
  it('with a mistake keeps the old rules and tells the chat; a good one is applied', async () => {
    const token = '987655:TESTtestTESTtestTESTtestTESTtestTEST';
    const telegram = await startTelegramDouble({ token });
    telegram.addChat({ id: -1, type: 'supergroup', title: 'ops' });
    const file = join(tempDir(), 'signatures.yml');
    writeFileSync(file, 'critical: [{id: OLD, pattern: "boom"}]\n');
    const bot = await startBot({
      ERROR_SIGNATURES_PATH: file,
      LOG_AGG_RELOAD_SECONDS: '0.2',
      ALERT_TELEGRAM_BOT_TOKEN: token,
      ALERT_TELEGRAM_CHAT_ID: '-1',
      TELEGRAM_API_ROOT: telegram.apiRoot,
    });
    writeFileSync(file, 'critical: [{id: NEW, pattern: "bo(om"}]\n');
    const told = await eventually(() =>
      telegram.messages(-1).find(({ text }) => text.includes('last good rules')),
    );
    expect(told.text).toMatch(/signatures\.yml:1:31: .*never closed/);
    await bot.post('boom', 'text/plain');
    await eventually(() => telegram.messages(-1).find(({ text }) => text.includes('OLD')));
    writeFileSync(file, 'critical: [{id: NEW, pattern: "bo.m"}]\n');
    await eventually(() => telegram.messages(-1).find(({ text }) => text.includes('good again')));
    await bot.post('boum', 'text/plain');
    await eventually(() => telegram.messages(-1).find(({ text }) => text.includes('NEW')));
    expect(telegram.messages(-1).filter(({ text }) => text.includes('last good rules'))).toHaveLength(1);
    await bot.kill('SIGTERM');
    await telegram.stop();
  });
});

describe('shadow and off', () => {
  it('shadow: the alert is shown as held back, and nothing is sent', async () => {
    const telegram = await startTelegramDouble({ token: '1:TESTtestTESTtestTESTtestTESTtestTEST' });
    telegram.addChat({ id: -1, type: 'supergroup', title: 'ops' });
    const bot = await startBot({
      LOG_AGGREGATOR_SHADOW: '1',
      ALERT_TELEGRAM_BOT_TOKEN: '1:TESTtestTESTtestTESTtestTESTtestTEST',
      ALERT_TELEGRAM_CHAT_ID: '-1',
      TELEGRAM_API_ROOT: telegram.apiRoot,
    });
    await bot.post('Out of memory', 'text/plain');
    const { stdout, code } = await cli(['observe', '-v'], { env: { TOCSIN_DATA: bot.dataDir } });
    expect(stdout).toMatch(/shadow 1/);
    expect(stdout).toMatch(/would have been sent/);
    expect(code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(telegram.calls.filter(({ method }) => method === 'sendMessage')).toEqual([]);
    await bot.kill('SIGTERM');
    await telegram.stop();
  });

  it('LOG_AGGREGATOR_ENABLED=0: lines are taken and counted, nothing is grouped', async () => {
    const bot = await startBot({ LOG_AGGREGATOR_ENABLED: '0' });
    expect((await bot.post('Out of memory', 'text/plain')).body.accepted).toBe(1);
    expect(await errors(bot)).toEqual([]);
    await bot.kill('SIGTERM');
  });
});

describe('the end', () => {
  it('does not wait for open pages', async () => {
    const bot = await startBot();
    const page = await fetch(`${bot.http}/console/events`);
    const reader = page.body?.getReader();
    await reader?.read();
    const startedAt = performance.now();
    expect(await bot.kill('SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await reader?.cancel().catch(() => {});
  });

  it('comes at once with a second signal, whichever it is', async () => {
    const bot = await startBot();
    // A request that never ends holds the first one up.
    const { hostname, port } = new URL(bot.http);
    const slow = connect(Number(port), hostname).on('error', () => {});
    slow.write('POST /ingest HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedAt = performance.now();
    const ended = bot.kill('SIGTERM');
    await eventually(() => /Ending/.test(bot.output()));
    void bot.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    slow.destroy();
  });
});

describe('the console page', () => {
  it('shows the alerts of before a restart again, once each', async () => {
    const first = await startBot();
    await first.post('Out of memory', 'text/plain');
    await first.post('No space left on device', 'text/plain');
    const shown = async (bot: BotProcess) => {
      const { port } = new URL(bot.http);
      const page = await openStream(Number(port), '');
      const entries = await page.past();
      await page.leave();
      return entries.map(({ data }) => data as { at: number; message: { summary: string } });
    };
    const before = await eventually(async () => {
      const entries = await shown(first);
      return entries.length === 2 ? entries : undefined;
    });
    await first.kill('SIGTERM');
    const second = await startBot({ TOCSIN_DATA: first.dataDir });
    const after = await eventually(async () => {
      const entries = await shown(second);
      return entries.length >= 2 ? entries : undefined;
    });
    expect(after.map(({ message }) => message.summary)).toEqual(before.map(({ message }) => message.summary));
    expect(Math.abs((after[0]?.at ?? 0) - (before[0]?.at ?? 0))).toBeLessThan(1_000);
    await second.kill('SIGTERM');
  });
});
