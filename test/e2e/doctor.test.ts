import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor as run } from '../../src/cli/doctor.ts';
import { clockAhead } from '../../src/platforms/ask-api.ts';
import { SCOPES } from '../../src/platforms/slack/doctor.ts';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { cleanUp, cli, startBot, tempDir } from './bot-process.ts';
import { type FrontOptions, startFront } from './front.ts';

const TOKEN = '123456:TESTtestTESTtestTESTtestTESTtestTEST';
const WRONG_TOKEN = '123456:WRONGwrongWRONGwrongWRONGwrongWRONG';
const CHAT = -100200300;
const BOT_TOKEN = 'xoxb-1111-2222-secretsecretsecret';
const APP_TOKEN = 'xapp-1-A0-3333-secretsecretsecret';

let telegram: Awaited<ReturnType<typeof startTelegramDouble>>;
let slack: Awaited<ReturnType<typeof startSlackDouble>>;

beforeAll(async () => {
  telegram = await startTelegramDouble({ token: TOKEN });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  telegram.addChat({ id: -7, type: 'group', title: 'old' });
  telegram.addChat({ id: -8, type: 'supergroup', title: 'shut' });
  telegram.addChat({ id: -9, type: 'supergroup', title: 'forum', topics: [5] });
  telegram.kick(-8);
  telegram.migrate(-7, -100777);
  slack = await startSlackDouble({ botToken: BOT_TOKEN, appToken: APP_TOKEN });
  slack.setScopes(ALL_SCOPES);
  slack.addChannel({ id: 'C0OPS', name: 'ops', member: true });
  slack.addChannel({ id: 'C0OUT', name: 'outside', member: false });
  slack.addChannel({ id: 'C0OLD', name: 'old', member: true, archived: true });
  slack.addChannel({ id: 'C0HOOK', name: 'hook', member: true });
});

afterAll(async () => {
  await telegram?.stop();
  await slack?.stop();
  await cleanUp();
});

const ALL_SCOPES = [...Object.keys(SCOPES), 'channels:read'];
const quiet = () => ({ TOCSIN_DATA: tempDir(), TOCSIN_HTTP: 'off', TOCSIN_UDP: 'off' });
const withTelegram = (chat: string | number = CHAT) => ({
  ...quiet(),
  ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
  ALERT_TELEGRAM_CHAT_ID: String(chat),
  TELEGRAM_API_ROOT: telegram.apiRoot,
});
const withSlack = (channel = 'C0OPS') => ({
  ...quiet(),
  SLACK_BOT_TOKEN: BOT_TOKEN,
  SLACK_APP_TOKEN: APP_TOKEN,
  SLACK_CHANNEL: channel,
  SLACK_API_URL: slack.apiUrl,
});

/** Runs it, and sees to it that no secret ever comes out. */
async function doctor(env: Record<string, string>, ...args: string[]) {
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const [send, json] = [args.includes('--send'), args.includes('--json')];
  const code = await run({ env, send, json, colour: false, write });
  for (const secret of [TOKEN, WRONG_TOKEN, BOT_TOKEN, APP_TOKEN, 'B0HOOK/secret'])
    expect(stdout).not.toContain(secret);
  const lines = stdout.trimEnd().split('\n');
  return { code, stdout, wrong: lines.filter((line) => line.startsWith('✗')), lines };
}

describe('tocsin doctor', () => {
  it('finds all well without any chat, and says what it skipped and why', async () => {
    const { code, stdout, wrong } = await doctor(quiet());
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    for (const line of [
      /^✓ Node: 2\d/m,
      /^✓ Signatures: \d+ in/m,
      /^✓ Alert rules/m,
      /^✓ Data directory: .* is writable/m,
      /^✓ Disk: .* free/m,
      /^– Database: skipped, .* is not there yet/m,
      /^– TOCSIN_HTTP: skipped, is off/m,
      /^✓ Time zone: .* UTC/m,
      /^– Clock: skipped/m,
      /^– Sentry: skipped/m,
      /^tocsin: all is well$/m,
    ])
      expect(stdout).toMatch(line);
  });

  it('finds all well with both chats and Sentry', async () => {
    const { code, stdout, wrong } = await doctor({
      ...withTelegram(),
      ...withSlack(),
      SENTRY_ORG: 'acme',
      SENTRY_PROJECT: 'shop',
    });
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    for (const line of [
      /^✓ Telegram: the token is good: @tocsin_test_bot/m,
      /^✓ Telegram updates: no webhook/m,
      /^✓ Telegram -100200300 "ops": a supergroup, the bot may post there/m,
      /^✓ Slack: the bot token is good: @tocsin in tocsin-test/m,
      /^✓ Slack scopes: all/m,
      /^✓ Slack Socket Mode/m,
      /^✓ Slack C0OPS #ops: the app is a member/m,
      /^✓ Clock: agrees/m,
      /^✓ Sentry: buttons search project shop of acme at sentry.io/m,
    ])
      expect(stdout).toMatch(line);
  });

  it('--json gives one object a line', async () => {
    const { lines } = await doctor(quiet(), '--json');
    const findings = lines.map((line) => JSON.parse(line) as { about: string; state: string; text: string });
    expect(findings).toContainEqual({ about: 'TOCSIN_HTTP', state: 'skipped', text: 'is off' });
    expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['ok', 'skipped']));
  });

  it('is a command, and exits with 1 when it found something wrong', async () => {
    const env = { ...withTelegram('-8'), ...withSlack() };
    const { code, stdout, stderr } = await cli(['doctor'], { env });
    expect(stdout).toMatch(/^✗ Telegram -8: the bot is not in the chat any more/m);
    expect(stdout).toMatch(/^✓ Slack C0OPS/m);
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('exits with 2 for wrong usage', async () => {
    expect((await cli(['doctor', '--nope'])).code).toBe(2);
    expect((await cli(['doctor', 'telegram'])).code).toBe(2);
  });
});

describe('configuration', () => {
  it('names every mistake, each with how to mend it, and skips the rest', async () => {
    const { code, wrong, stdout } = await doctor({
      ...quiet(),
      SLACK_BOT_TOKEN: APP_TOKEN,
      ALERT_TELEGRAM_CHAT_ID: TOKEN,
      LOG_AGGREGATOR_SHADOW: 'perhaps',
    });
    expect(code).toBe(1);
    expect(wrong).toHaveLength(3);
    expect(stdout).toMatch(/^– All else: skipped/m);
  });

  it('names variables that do nothing, and those that are empty', async () => {
    const { code, wrong, stdout } = await doctor({
      ...quiet(),
      TOCSIN_COLOUR: 'red',
      TOCSIN_DTAA: 'x',
      SLACK_CHANNEL: '',
    });
    expect(code).toBe(1);
    expect(wrong.join('\n')).toMatch(/TOCSIN_COLOUR: is not known/);
    expect(wrong.join('\n')).toMatch(/TOCSIN_DTAA: .*TOCSIN_DATA/);
    expect(wrong).toHaveLength(2);
    expect(stdout).toMatch(/^– SLACK_CHANNEL: skipped, is set but empty/m);
  });

  it.each([
    ['SENTRY_AUTH_TOKEN', 'sntrys_abcdefgh', /SENTRY_ORG and SENTRY_PROJECT must be set/],
    ['SENTRY_DSN', 'https://key@o1.ingest.sentry.io/42', /SENTRY_ORG must be set/],
  ])('%s alone is half of what Sentry needs', async (name, value, expected) => {
    const { wrong } = await doctor({ ...quiet(), [name]: value });
    expect(wrong).toEqual([expect.stringMatching(expected)]);
  });
});

describe('data directory and database', () => {
  it('a directory that cannot be made', async () => {
    const { wrong } = await doctor({ ...quiet(), TOCSIN_DATA: '/proc/nowhere' });
    expect(wrong[0]).toMatch(/Data directory: \/proc cannot be written/);
  });

  it('a database that is none, or is damaged', async () => {
    const env = quiet();
    const file = join(env.TOCSIN_DATA, 'tocsin.db');
    writeFileSync(file, 'this is no database, but long enough to look at'.repeat(100));
    expect((await doctor(env)).wrong).toEqual([expect.stringMatching(/Database: .*\.recover/)]);
    makeDatabase(file, 1);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 2 + 100, 4096 * 3);
    writeFileSync(file, bytes);
    expect((await doctor(env)).wrong).toEqual([expect.stringMatching(/Database: .*\.recover/)]);
  });

  it('a database of a newer Tocsin; it is not changed', async () => {
    const env = quiet();
    const file = join(env.TOCSIN_DATA, 'tocsin.db');
    makeDatabase(file, 999);
    const before = readFileSync(file);
    expect((await doctor(env)).wrong).toEqual([expect.stringMatching(/newer Tocsin \(schema 999/)]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('ports', () => {
  it('says of each that it is free, or that somebody else holds it', async () => {
    const http = createServer((_, response) => response.end('hello'));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const ports = {
      TOCSIN_HTTP: `127.0.0.1:${(http.address() as AddressInfo).port}`,
      TOCSIN_UDP: `127.0.0.1:${udp.address().port}`,
    };
    const held = await doctor({ ...quiet(), ...ports });
    expect(held.code).toBe(1);
    expect(held.wrong).toEqual([
      expect.stringMatching(/TOCSIN_HTTP: cannot listen .*Something else listens there/),
      expect.stringMatching(/TOCSIN_UDP: cannot listen .*Something else listens there/),
    ]);
    udp.close();
    const closed = once(http, 'close');
    http.close();
    http.closeAllConnections();
    await closed;
    const free = await doctor({ ...quiet(), ...ports });
    expect(free.wrong).toEqual([]);
    expect(free.stdout).toMatch(/^✓ TOCSIN_HTTP: .* is free/m);
  });

  it('a running bot holds its own, and its database is looked at while it is written', async () => {
    const bot = await startBot();
    await bot.post('{"level":"error","msg":"Out of memory"}');
    const env = { TOCSIN_DATA: bot.dataDir };
    const ports = {
      TOCSIN_HTTP: new URL(bot.http).host,
      TOCSIN_UDP: `127.0.0.1:${bot.udpPort}`,
    };
    const { code, stdout } = await doctor({ ...env, ...ports });
    expect(stdout).toMatch(/^✓ Running: the bot runs on/m);
    expect(stdout).toMatch(/^✓ TOCSIN_HTTP: .* is held by our running bot/m);
    expect(stdout).toMatch(/^✓ TOCSIN_UDP: .* is held by our running bot/m);
    expect(stdout).toMatch(/^✓ Database: .* is sound/m);
    expect(code).toBe(0);
    await bot.kill('SIGTERM');
  });
});

describe('Telegram', () => {
  it('a token that is refused', async () => {
    const { wrong, code } = await doctor({ ...withTelegram(), ALERT_TELEGRAM_BOT_TOKEN: WRONG_TOKEN });
    expect(wrong).toEqual([expect.stringMatching(/^✗ Telegram: Telegram refused the token: .*@BotFather/)]);
    expect(code).toBe(1);
  });

  it('a server that cannot be reached', async () => {
    const { wrong } = await doctor({ ...withTelegram(), TELEGRAM_API_ROOT: 'http://127.0.0.1:1' });
    expect(wrong).toEqual([expect.stringMatching(/cannot be reached .*TELEGRAM_API_ROOT/)]);
  });

  it.each([
    ['a group that became a supergroup, with its new id', '-7', /its id is now -100777/],
    ['a group that it was kicked from', '-8', /the bot is not in the chat any more: add it again/],
    ['a chat that is not there', '-12345', /knows no such chat/],
    ['a topic in a chat without topics', `${CHAT}:5`, /has no topics.*remove ":5"/],
  ])('%s', async (_, chat, expected) => {
    const { wrong, code } = await doctor(withTelegram(chat));
    expect(wrong).toEqual([expect.stringMatching(expected)]);
    expect(code).toBe(1);
  });

  it('whether a topic exists is left to --send', async () => {
    expect((await doctor(withTelegram('-9:5'))).stdout).toMatch(/^– Telegram -9 "forum": skipped, .*--send/m);
    expect((await doctor(withTelegram('-9:6'), '--send')).wrong).toEqual([
      expect.stringMatching(/the topic is gone/),
    ]);
  });

  it.each<[string, Omit<FrontOptions, 'target'>, RegExp]>([
    [
      'a webhook that takes the updates away',
      { change: { getWebhookInfo: (info) => ({ ...info, url: 'https://other.example/hook/secret' }) } },
      /a webhook to other\.example is set/,
    ],
    [
      'a group where members may not write',
      { change: { getChat: (chat) => ({ ...chat, permissions: { can_send_messages: false } }) } },
      /may not write in the chat/,
    ],
    [
      'a channel where it is no administrator',
      { change: { getChat: (chat) => ({ ...chat, type: 'channel' }) } },
      /may not post in the channel/,
    ],
    ['a clock that is ahead', { clockMs: -120_000 }, /Clock: it is 2 min ahead of/],
    ['a clock that is behind', { clockMs: 120_000 }, /Clock: it is 2 min behind/],
  ])('%s', async (_, options, expected) => {
    const front = await startFront({ target: telegram.apiRoot, ...options });
    const { wrong } = await doctor({ ...withTelegram(), TELEGRAM_API_ROOT: front.origin });
    expect(wrong).toEqual([expect.stringMatching(expected)]);
    await front.stop();
  });

  it('a clock may differ by the second that a Date header rounds away', () => {
    const date = new Date(10_000).toUTCString();
    expect(clockAhead(date, 10_100, 10_900)).toBe(0);
    expect(clockAhead(date, 9_000, 10_100)).toBe(0);
    expect(clockAhead(date, 51_000, 51_100)).toBe(40_000);
    expect(clockAhead(date, 1_000, 2_000)).toBe(-8_000);
    expect(clockAhead(null, 1_000, 2_000)).toBeUndefined();
  });
});

describe('Slack', () => {
  it('a token that is refused', async () => {
    const { wrong } = await doctor({ ...withSlack(), SLACK_BOT_TOKEN: 'xoxb-wrong-wrong' });
    expect(wrong).toEqual([expect.stringMatching(/^✗ Slack: Slack refused SLACK_BOT_TOKEN/)]);
  });

  it('an app token that is refused', async () => {
    const { wrong } = await doctor({ ...withSlack(), SLACK_APP_TOKEN: 'xapp-wrong-wrong' });
    expect(wrong).toEqual([expect.stringMatching(/Socket Mode: Slack refused SLACK_APP_TOKEN.*App-Level/)]);
  });

  it.each([
    ['a channel that it is not in', 'C0OUT', /C0OUT #outside: the app is not in the channel: .*\/invite/],
    ['a channel that is archived', 'C0OLD', /C0OLD #old: the channel is archived/],
    ['a channel that is not there', 'C0NONE', /C0NONE: there is no such channel/],
  ])('%s', async (_, channel, expected) => {
    expect((await doctor(withSlack(channel))).wrong).toEqual([expect.stringMatching(expected)]);
  });

  it('scopes that are missing, and what does not work without them', async () => {
    slack.setScopes(['chat:write', 'channels:history', 'groups:history']);
    const { wrong, stdout } = await doctor(withSlack());
    slack.setScopes(ALL_SCOPES);
    expect(wrong).toEqual([
      expect.stringMatching(/commands is missing: .*do not arrive/),
      expect.stringMatching(/files:write is missing: .*file/),
    ]);
    expect(stdout).toMatch(/^✓ Slack C0OPS: the app is a member/m);
  });

  it('knows of every scope that the manifest asks for what it is for', () => {
    const manifest = readFileSync(join(import.meta.dirname, '../../docs/slack-manifest.yml'), 'utf8');
    const scopes = /\n {4}bot:\n((?: {6}- \S+\n)+)/.exec(manifest)?.[1]?.match(/[\w:.]+(?=\n)/g);
    expect(scopes).toContain('chat:write');
    expect(Object.keys(SCOPES)).toEqual(expect.arrayContaining(scopes ?? []));
  });

  it('a signing secret that is none, and no HTTP to receive with', async () => {
    const { SLACK_APP_TOKEN, ...http } = withSlack();
    const secret = { SLACK_SIGNING_SECRET: 'xoxb-not-a-secret' };
    const off = await doctor({ ...http, ...secret });
    expect(off.wrong).toEqual([expect.stringMatching(/TOCSIN_HTTP is off/)]);
    const on = await doctor({ ...http, ...secret, TOCSIN_HTTP: '127.0.0.1:0' });
    expect(on.wrong).toEqual([expect.stringMatching(/SLACK_SIGNING_SECRET has not the form/)]);
  });

  it('a webhook of a wrong form', async () => {
    const url = 'https://hooks.slack.com/services/nothing';
    const { wrong } = await doctor({ ...quiet(), SLACK_WEBHOOK_URL: url });
    expect(wrong).toEqual([expect.stringMatching(/Slack webhook: SLACK_WEBHOOK_URL has not the form/)]);
  });
});

it('waits 10 s for a chat that does not answer, and asks all chats at the same time', async () => {
  telegram.fault('getMe', { kind: 'hang', ms: 20_000 });
  slack.fault('auth.test', { kind: 'hang', ms: 20_000 });
  const startedAt = performance.now();
  const { wrong } = await doctor({ ...withTelegram(), ...withSlack() });
  expect(performance.now() - startedAt).toBeLessThan(13_000);
  expect(wrong).toEqual([
    expect.stringMatching(/Telegram cannot be reached \(no answer within 10 s\)/),
    expect.stringMatching(/Slack cannot be reached \(no answer within 10 s\)/),
  ]);
});

describe('--send', () => {
  it('posts one test message to each destination, and says id and time', async () => {
    const env = { ...withTelegram(), ...withSlack(), SLACK_WEBHOOK_URL: slack.webhookUrl };
    const { code, stdout } = await doctor(env, '--send');
    expect(stdout).toMatch(/^✓ Test message to telegram:-100200300: accepted after \d+ ms as message \d+/m);
    expect(stdout).toMatch(/^✓ Test message to slack:C0OPS: accepted after \d+ ms as message \d+\.\d+/m);
    expect(stdout).toMatch(/^✓ Test message to slack-webhook: accepted after \d+ ms$/m);
    expect(code).toBe(0);
    const texts = [
      telegram.messages(CHAT).map(({ text }) => text),
      slack.messages('C0OPS').map(({ visibleText }) => visibleText),
      slack.messages('C0HOOK').map(({ visibleText }) => visibleText),
    ];
    for (const chat of texts)
      expect(chat).toEqual([expect.stringContaining('this is a test, nothing is broken')]);
  });

  it('says of each destination that refuses why', async () => {
    const { code, wrong } = await doctor({ ...withTelegram('-8'), ...withSlack('C0OUT') }, '--send');
    expect(wrong).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/Test message to telegram:-8: the bot is not in the chat/),
        expect.stringMatching(/Test message to slack:C0OUT: the app is not in the channel/),
      ]),
    );
    expect(code).toBe(1);
  });

  it('without it nothing is posted', async () => {
    const before = telegram.messages(CHAT).length;
    await doctor(withTelegram());
    expect(telegram.messages(CHAT)).toHaveLength(before);
  });
});

/** A database of some pages, sound, with this schema. */
function makeDatabase(file: string, schema: number): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  const db = new Database(file);
  db.exec('CREATE TABLE groups (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO groups (text) VALUES (?)');
  for (let n = 0; n < 500; n += 1) insert.run(`row ${n} ${'x'.repeat(50)}`);
  db.pragma(`user_version = ${schema}`);
  db.close();
}
