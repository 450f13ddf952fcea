import { afterAll, describe, expect, it } from 'vitest';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { nameOf, startBotHere } from './bot-in-process.ts';
import { cleanUp, eventually } from './bot-process.ts';

afterAll(cleanUp);

const CHAT = -100200300;
const TOKEN = '123456:TEST';

/** Both chats with the limits that the real ones keep. */
async function bothChats() {
  const telegram = await startTelegramDouble({ token: TOKEN, limits: true });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  const slack = await startSlackDouble({ botToken: 'xoxb-1-test', appToken: 'xapp-1-test', limits: true });
  slack.addChannel({ id: 'C0OPS', name: 'ops' });
  const env = {
    ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
    ALERT_TELEGRAM_CHAT_ID: String(CHAT),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    SLACK_BOT_TOKEN: 'xoxb-1-test',
    SLACK_APP_TOKEN: 'xapp-1-test',
    SLACK_API_URL: slack.apiUrl,
    SLACK_CHANNEL: 'C0OPS',
  };
  const refused = () =>
    telegram.calls.filter(
      ({ response }) => response !== 'lost' && response?.ok === false && response.error_code === 429,
    ).length +
    slack.calls.filter(({ response }) => JSON.stringify(response ?? '').includes('ratelimited')).length;
  const stop = () => Promise.all([telegram.stop(), slack.stop()]);
  return { telegram, slack, env, refused, stop };
}

describe('a storm of 1,000 groups within a minute', () => {
  it('is a handful of messages, critical ones first and at once, nothing lost, no 429 provoked', async () => {
    const { telegram, slack, env, refused, stop } = await bothChats();
    const bot = await startBotHere({ env });
    for (let start = 0; start < 1_000; start += 50) {
      const lines = Array.from({ length: 50 }, (_, n) => `fizz ${nameOf(start + n)}`);
      await bot.ring(...lines);
      if (start === 500) await bot.ring('boom zzz');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const criticalAt = Date.now();
    const told = () =>
      telegram.messages(CHAT).some(({ text }) => text.includes('boom zzz') || text.includes('Boom'));
    await eventually(told, 5_000);
    expect(Date.now() - criticalAt).toBeLessThan(5_000);
    await eventually(() => bot.waiting() === 0, 30_000);
    expect(telegram.messages(CHAT).length).toBeLessThanOrEqual(25);
    expect(slack.messages('C0OPS').length).toBeLessThanOrEqual(25);
    expect(refused()).toBe(0);
    const states = bot.db
      .prepare(
        "SELECT destination, count(*) AS n FROM outbox WHERE kind = 'alert' AND state IN ('sent', 'merged') GROUP BY 1",
      )
      .all() as { n: number }[];
    expect(states.map(({ n }) => n)).toEqual([1_001, 1_001]);
    const storm = telegram.messages(CHAT).find(({ text }) => text.includes('Storm'));
    expect(storm?.text).toMatch(/1,00\d errors ringing at once/);
    expect(await bot.ask('observe', '-v')).toContain('every alert is accounted for');
    expect(await bot.ask('why', 'FIZZ')).toMatch(/told in one message with others \(storm 1\)/);

    // Every group of it is to be had by the button.
    await telegram.pressButton(CHAT, storm?.messageId ?? 0, '📋 All 1001');
    const page = await eventually(() =>
      telegram.messages(CHAT).find(({ text }) => /page 1 of 101/.test(text)),
    );
    expect(page.text).toContain('1. 🚨 BOOM');
    expect(page.text).toContain('2. 🔴 fizz aaa');
    await bot.stop();
    await stop();
  }, 90_000);
});

describe('an error that goes on', () => {
  it('is one message a chat, edited within the budget', async () => {
    const { telegram, slack, env, refused, stop } = await bothChats();
    const bot = await startBotHere({ env });
    for (let round = 0; round < 100; round += 1) {
      await bot.ring(...Array.from({ length: 100 }, () => 'boom and on'));
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    const counted = (text: string) => /10,000 events/.test(text);
    const message = await eventually(() => telegram.messages(CHAT).find(({ text }) => counted(text)), 20_000);
    expect(telegram.messages(CHAT)).toHaveLength(1);
    expect(message.edits).toBeGreaterThanOrEqual(1);
    expect(message.edits).toBeLessThanOrEqual(8);
    await eventually(() => slack.messages('C0OPS').some((one) => counted(JSON.stringify(one))), 20_000);
    expect(slack.messages('C0OPS')).toHaveLength(1);
    expect(refused()).toBe(0);
    await bot.stop();
    await stop();
  }, 90_000);
});

describe('destinations', () => {
  it('do not wait for each other, and a 429 is waited out to the second', async () => {
    const { telegram, slack, env, stop } = await bothChats();
    const bot = await startBotHere({ env });
    await eventually(() => slack.calls.some(({ method }) => method === 'auth.test'));
    slack.fault('chat.postMessage', { kind: 'hang', ms: 8_000 });
    telegram.fault('sendMessage', { kind: '429', retryAfter: 3 });
    const rangAt = Date.now();
    await bot.ring('boom alone');
    const [first] = await eventually(
      () => telegram.messages(CHAT).length > 0 && telegram.messages(CHAT),
      6_000,
    );
    const waited = (first?.at ?? 0) - rangAt;
    expect(waited).toBeGreaterThanOrEqual(3_000);
    expect(waited).toBeLessThan(4_000);
    expect(slack.messages('C0OPS')).toHaveLength(0);
    await eventually(() => slack.messages('C0OPS').length === 1, 12_000);
    await bot.stop();
    await stop();
  }, 40_000);

  it('that need a person are told in the other chats and in /readyz, and get their backlog when they are back', async () => {
    const { telegram, slack, env, stop } = await bothChats();
    const bot = await startBotHere({ env });
    telegram.kick(CHAT);
    await bot.ring('boom kicked');
    const warned = await eventually(() =>
      slack.messages('C0OPS').find((message) => JSON.stringify(message).includes('takes no messages')),
    );
    expect(JSON.stringify(warned)).toContain('add it again');
    const ready = await fetch(`${bot.http}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('telegram:-100200300');
    telegram.readmit(CHAT);
    await eventually(() => telegram.messages(CHAT).find(({ text }) => text.includes('boom kicked')), 20_000);
    await eventually(() =>
      slack.messages('C0OPS').find((message) => JSON.stringify(message).includes('takes messages again')),
    );
    await eventually(async () => (await fetch(`${bot.http}/readyz`)).status === 200);
    await bot.stop();
    await stop();
  }, 60_000);
});
