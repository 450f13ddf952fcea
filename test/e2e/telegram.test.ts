import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { type BotProcess, cleanUp, cli, eventually, startBot } from './bot-process.ts';

const TOKEN = '123456:TESTtestTESTtestTESTtestTESTtestTEST';
const CHAT = -100200300;
const STRANGERS = -100999;

type Double = Awaited<ReturnType<typeof startTelegramDouble>>;
let telegram: Double;
let bot: BotProcess;

beforeAll(async () => {
  telegram = await startTelegramDouble({ token: TOKEN });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  telegram.addChat({ id: STRANGERS, type: 'supergroup', title: 'strangers' });
  bot = await startBot({
    ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
    ALERT_TELEGRAM_CHAT_ID: String(CHAT),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    SENTRY_ORG: 'acme',
  });
});

afterAll(async () => {
  await bot?.kill('SIGTERM');
  await telegram?.stop();
  await cleanUp();
});

/** As `logger -d` sends it. */
async function syslog(text: string): Promise<void> {
  const socket = createSocket('udp4');
  const line = `<13>Nov 21 10:00:00 web1 api: ${text}`;
  await new Promise<void>((resolve, reject) =>
    socket.send(line, bot.udpPort, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
  );
  socket.close();
}

const labels = (message: { replyMarkup?: unknown }) =>
  JSON.stringify(message.replyMarkup ?? {})
    .match(/"text":"[^"]*"/g)
    ?.map((text) => text.slice(8, -1)) ?? [];

async function answer(text: string, where: RegExp) {
  const before = telegram.messages(CHAT).length;
  telegram.userSends(CHAT, text);
  return eventually(() =>
    telegram
      .messages(CHAT)
      .slice(before)
      .find((message) => where.test(message.text)),
  );
}

describe('Telegram, through the real grammY', () => {
  it('registers the commands', async () => {
    await eventually(() => JSON.stringify(telegram.commands).includes('observe'));
  });

  it('posts one alert within 2 s for three equal lines over UDP', async () => {
    for (let n = 0; n < 3; n += 1) await syslog('Error: socket hang up during query');
    const message = await eventually(
      () => telegram.messages(CHAT).find(({ text }) => text.includes('NET_RESET')),
      2_000,
    );
    expect(message.text).toMatch(/network_db · retry/);
    expect(message.text).toMatch(/3 events in 5 min/);
    expect(message.text).toMatch(/First.*\d\d:\d\d:\d\d UTC/);
    expect(message.text).toMatch(/Last.*\d\d:\d\d:\d\d UTC/);
    expect(message.text).toMatch(/fingerprint [0-9a-f]{12}/);
    expect(message.text).toContain('socket hang up during query');
    expect(message.text).toContain('api');
    expect(message.silent).toBe(true);
    expect(labels(message)).toEqual(expect.arrayContaining(['📄 Samples', '🔍 Sentry']));
    await syslog('Error: socket hang up during query');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(telegram.messages(CHAT).filter(({ text }) => text.includes('NET_RESET'))).toHaveLength(1);
  });

  it('rings at the first line of an immediate category', async () => {
    await bot.post('{"level":"error","msg":"Out of memory: Killed process 4990 (node)","service":"worker"}');
    const message = await eventually(
      () => telegram.messages(CHAT).find(({ text }) => text.includes('OOM')),
      2_000,
    );
    expect(message.text).toMatch(/1 event in/);
    expect(message.text).toContain('worker');
  });

  it('answers /errors with buttons, and Samples shows the lines', async () => {
    const list = await answer('/errors', /Errors, last 30 min/);
    expect(list.text).toMatch(/NET_RESET × 4/);
    expect(list.text).toMatch(/OOM × 1/);
    expect(labels(list)).toEqual(
      expect.arrayContaining([expect.stringMatching(/Samples/), expect.stringMatching(/Sentry/)]),
    );
    const before = telegram.messages(CHAT).length;
    await telegram.pressButton(
      CHAT,
      list.messageId,
      labels(list).find((label) => label.includes('Samples')) ?? '',
    );
    const samples = await eventually(() => telegram.messages(CHAT)[before]);
    expect(samples.text).toContain('socket hang up during query');
  });

  it('turns the pages of /errors in place', async () => {
    const lines = Array.from({ length: 12 }, (_, n) =>
      JSON.stringify({ level: 'error', msg: `${'abcdefghijkl'[n]} broke down` }),
    );
    await bot.post(lines.join('\n'));
    const first = await answer('/errors 1h', /Page 1 of 3/);
    await telegram.pressButton(
      CHAT,
      first.messageId,
      labels(first).find((label) => label.includes('▶')) ?? '',
    );
    const second = await eventually(() =>
      telegram
        .messages(CHAT)
        .find(({ messageId, text }) => messageId === first.messageId && text.includes('Page 2 of 3')),
    );
    expect(second.edits).toBe(1);
  });

  it('acknowledges and mutes by button, and tells who did it', async () => {
    const alert = telegram.messages(CHAT).find(({ text }) => text.includes('OOM'));
    await telegram.pressButton(CHAT, alert?.messageId ?? 0, '✅ Ack', {
      from: { id: 7, username: 'ann', first_name: 'Ann' },
    });
    await eventually(() => telegram.messages(CHAT).find(({ text }) => /ann.* has acknowledged/.test(text)));
    await telegram.pressButton(CHAT, alert?.messageId ?? 0, '🔕 1h');
    await eventually(() => telegram.messages(CHAT).find(({ text }) => /has muted/.test(text)));
  });

  it('answers /observe -v with numbers that agree', async () => {
    await eventually(async () => (await cli(['observe'], { env: { TOCSIN_DATA: bot.dataDir } })).code === 0);
    const account = await answer('/observe -v', /Verdict/);
    expect(account.text).toMatch(/every alert is accounted for/);
    expect(account.text).toMatch(/anomaly\s+1\s+1\s+1/);
    expect(account.text).toMatch(/telegram:-100200300.*2\/2 ok/s);
  });

  it('names an undelivered alert in the verdict while the chat is down, and delivers it afterwards', async () => {
    telegram.fault('sendMessage', { kind: '500', times: Number.POSITIVE_INFINITY } as never);
    await bot.post('{"level":"fatal","msg":"TypeError: cb is not a function"}\n'.repeat(3));
    const { stdout } = await eventually(async () => {
      const result = await cli(['observe', '-v'], { env: { TOCSIN_DATA: bot.dataDir } });
      const said = /not every chat has them yet: alert \d+ waits for telegram.*500/;
      return said.test(result.stdout.replace(/\s+/g, ' ')) && result.code === 1 ? result : undefined;
    });
    expect(stdout).toMatch(/waiting/);
    telegram.clearFaults();
    await eventually(() => telegram.messages(CHAT).find(({ text }) => text.includes('TYPE_ERROR')), 15_000);
    await eventually(
      async () => (await cli(['observe', '-v'], { env: { TOCSIN_DATA: bot.dataDir } })).code === 0,
    );
  });

  it('gives a stranger one refusal and no facts', async () => {
    telegram.userSends(STRANGERS, '/errors');
    telegram.userSends(STRANGERS, '/observe -v');
    const [refusal] = await eventually(() => {
      const messages = telegram.messages(STRANGERS);
      return messages.length > 0 ? messages : undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(telegram.messages(STRANGERS)).toHaveLength(1);
    expect(refusal?.text).not.toMatch(/error|NET|OOM|tocsin|\d/i);
  });

  it('shows hostile text as text: nothing in it is a link, a mention or a command', async () => {
    const hostile =
      '<b>x</b> <a href="http://evil.example">y</a> @everyone /start #tag https://evil.example *_`~ \u202Eabc Out of memory';
    await bot.post(JSON.stringify({ level: 'error', msg: `${hostile} number two`, service: '@svc <i>' }));
    await bot.post(JSON.stringify({ level: 'error', msg: `panic: ${hostile.replace('Out of memory', '')}` }));
    await bot.post(
      `${JSON.stringify({ level: 'error', msg: `odd ${hostile.replace('Out of memory', '')}` })}\n`.repeat(3),
    );
    const message = await eventually(() => telegram.messages(CHAT).find(({ text }) => text.includes('odd')));
    const kinds = new Set(message.entities.map(({ type }) => type));
    for (const kind of ['url', 'text_link', 'mention', 'bot_command', 'hashtag', 'email'])
      expect(kinds).not.toContain(kind);
  });
});

describe('a platform that refuses', () => {
  it.each([
    ['a refused token', '401'],
    ['a second poller', '409'],
  ] as const)('%s never ends the process, and is said in /readyz', async (_, kind) => {
    const other = await startTelegramDouble({ token: TOKEN });
    other.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
    other.fault(kind === '401' ? 'getMe' : 'getUpdates', { kind, times: Number.POSITIVE_INFINITY } as never);
    const lonely = await startBot({
      ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
      ALERT_TELEGRAM_CHAT_ID: String(CHAT),
      TELEGRAM_API_ROOT: other.apiRoot,
    });
    const ready = await eventually(async () => {
      const reply = await lonely.get('/readyz');
      return reply.status === 503 && reply.text.includes('failed') ? reply : undefined;
    });
    expect(ready.text).not.toContain(TOKEN);
    expect((await lonely.get('/healthz')).status).toBe(200);
    expect(lonely.output()).not.toContain(TOKEN);
    expect(await lonely.kill('SIGTERM')).toBe(0);
    await other.stop();
  });
});
