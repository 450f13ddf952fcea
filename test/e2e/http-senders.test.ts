import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotProcess, cleanUp, cli, startBot } from './bot-process.ts';
import { errorOf } from './error-of.ts';

afterAll(cleanUp);

const TOKEN = 'let_me_in_please';
const BASIC = `Basic ${Buffer.from(`tocsin:${TOKEN}`).toString('base64')}`;

let bot: BotProcess;
beforeAll(async () => {
  bot = await startBot({ TOCSIN_INGEST_TOKEN: TOKEN });
});
afterAll(() => bot.kill('SIGTERM'));

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(bot.http + path, {
    method: 'POST',
    body: body as never,
    headers: { authorization: BASIC, ...headers },
  });

describe('a Heroku drain', () => {
  const frame = (text: string) => `${Buffer.byteLength(text)} ${text}`;
  const at = '2025-11-21T04:26:40.123+00:00';
  const headers = {
    'content-type': 'application/logplex-1',
    'logplex-msg-count': '2',
    'logplex-frame-id': '09C557EAFCFB6CF2740EE62F62971098',
    'logplex-drain-token': 'd.fc6b856b-3332-4546-93de-7d0ee272c3bd',
  };
  const body = [
    `<190>1 ${at} host app web.1 - ERROR Queue of the drain is stuck`,
    `<172>1 ${at} host heroku logplex - Error L10 (output buffer overflow): 7 messages dropped since ${at}.`,
  ]
    .map(frame)
    .join('');

  it('sends an error, its losses, and once more what was taken already', async () => {
    expect((await post('/logplex?service=drain-shop', body, headers)).status).toBe(204);
    expect((await post('/logplex?service=drain-shop', body, headers)).status).toBe(204);
    const { stdout } = await cli(['errors', '--service', 'drain-shop', '--json'], {
      env: { TOCSIN_DATA: bot.dataDir },
    });
    const stuck = stdout
      .split('\n')
      .filter((line) => line.includes('stuck'))
      .map((line) => JSON.parse(line) as { count: number });
    expect(stuck).toMatchObject([{ count: 1 }]);
    const { text } = await bot.get('/metrics');
    expect(text).toContain('tocsin_lines_total{source="logplex",outcome="dropped:sender_lost"} 7');
    expect(text).toContain('tocsin_lines_total{source="logplex",outcome="dropped:duplicate"} 2');
  });
});

describe('Grafana', () => {
  it('sends an alert', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'Latency', grafana_folder: 'checkout-board', severity: 'error' },
      annotations: { summary: 'p99 of the checkout is above 2 s' },
      startsAt: '2025-11-21T04:26:40Z',
      generatorURL: 'https://grafana.example/alerting/1/view',
      dashboardURL: 'https://grafana.example/d/1',
    };
    const answer = await post(
      '/grafana',
      JSON.stringify({ receiver: 'tocsin', status: 'firing', alerts: [alert] }),
    );
    expect(await answer.json()).toEqual({ accepted: 1 });
    const { row, sample } = await errorOf(bot, 'checkout-board');
    expect(row).toMatchObject({ count: 1 });
    expect(sample.text).toContain('https://grafana.example/d/1');
  });
});

describe('every protocol', () => {
  const PATHS = [
    '/ingest',
    '/v1/logs',
    '/loki/api/v1/push',
    '/_bulk',
    '/logs/_bulk',
    '/logs/_doc',
    '/api/1/envelope/',
    '/api/1/store/',
    '/logplex',
    '/alertmanager',
    '/grafana',
  ];

  it.each(PATHS)('%s asks for the token, refuses other methods, rubbish and a zip bomb', async (path) => {
    const { gzipSync } = await import('node:zlib');
    const type = { 'content-type': 'application/json' };
    expect((await post(path, '{}', { ...type, authorization: 'Bearer wrong' })).status).toBe(401);
    expect(
      (await fetch(bot.http + path, { method: 'DELETE', headers: { authorization: BASIC } })).status,
    ).toBe(405);
    expect((await post(path, '{{{', type)).status).toBe(400);
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    expect((await post(path, bomb, { ...type, 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post(path, '{}', { ...type, 'content-encoding': 'zstd' })).status).toBe(415);
  });
});
