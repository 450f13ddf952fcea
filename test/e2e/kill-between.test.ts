import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { nameOf, random } from './bot-in-process.ts';
import { cleanUp, eventually, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

/** 100 by hand (`KILL_ROUNDS=100`), fewer in the suite: each starts a process. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 10);
const CHAT = -100200300;

it(`keeps the promise of each chat over ${ROUNDS} kill -9 between its answer and our commit`, async () => {
  const next = random(20261121);
  const telegram = await startTelegramDouble({ token: '123456:TEST' });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  const slack = await startSlackDouble({ botToken: 'xoxb-1-test', appToken: 'xapp-1-test' });
  slack.addChannel({ id: 'C0OPS', name: 'ops' });
  const dir = tempDir();
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const env = {
    ALERT_TELEGRAM_BOT_TOKEN: '123456:TEST',
    ALERT_TELEGRAM_CHAT_ID: String(CHAT),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    SLACK_BOT_TOKEN: 'xoxb-1-test',
    SLACK_APP_TOKEN: 'xapp-1-test',
    SLACK_API_URL: slack.apiUrl,
    SLACK_CHANNEL: 'C0OPS',
    TOCSIN_DATA: join(dir, 'data'),
    ERROR_SIGNATURES_PATH: file('signatures.yml', 'critical: ["boom [a-z]+"]\n'),
    ALERTS_GROUPING_CONFIG: file('alerts.yml', 'fingerprint: seed\n'),
    // A round rings once; all of them within a minute are no storm here.
    TOCSIN_CONFIG: file('tocsin.yml', 'storm:\n  groups_per_minute: 1000\n'),
  };
  const answered = (word: string) => [
    telegram.calls.filter(({ method, payload, response }) => {
      return method === 'sendMessage' && response !== undefined && JSON.stringify(payload).includes(word);
    }).length,
    slack.messages('C0OPS').filter((message) => JSON.stringify(message).includes(word)).length,
  ];
  const names: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bot = await startBot(env);
    const word = `boom ${nameOf(round)}`;
    names.push(word);
    // One platform is watched, the other is hit wherever it is.
    const watched = round % 2;
    await bot.post(JSON.stringify({ level: 'error', msg: word }));
    const deadline = performance.now() + 5_000;
    while ((answered(word)[watched] ?? 0) === 0 && performance.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const late = performance.now() + next() * 4;
    while (performance.now() < late);
    await bot.kill('SIGKILL');
  }
  const last = await startBot(env);
  const ready = async () =>
    (await last.get('/metrics')).text.match(/^tocsin_outbox_waiting.* [1-9]/m) === null;
  await eventually(ready, 30_000);
  await eventually(() => names.every((word) => answered(word).every((count) => count > 0)), 60_000);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  for (const word of names) {
    const onTelegram = telegram.messages(CHAT).filter(({ text }) => text.includes(word));
    const unmarked = onTelegram.filter(({ text }) => !text.includes('Possible repeat'));
    expect(onTelegram.length, `${word} on Telegram`).toBeGreaterThan(0);
    expect(unmarked.length, `${word} unmarked on Telegram`).toBeLessThanOrEqual(1);
    const onSlack = slack.messages('C0OPS').filter((message) => JSON.stringify(message).includes(word));
    expect(onSlack.length, `${word} on Slack`).toBe(1);
  }
  await last.kill('SIGTERM');
  await telegram.stop();
  await slack.stop();
}, 600_000);
