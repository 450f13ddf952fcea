import { afterAll, afterEach, expect, it } from 'vitest';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { startBotHere } from './bot-in-process.ts';
import { cleanUp, eventually } from './bot-process.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(cleanUp);

const CHAT = -100200300;

async function start() {
  const telegram = await startTelegramDouble({ token: '123456:TEST' });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  ends.push(() => telegram.stop());
  const bot = await startBotHere({
    env: {
      ALERT_TELEGRAM_BOT_TOKEN: '123456:TEST',
      ALERT_TELEGRAM_CHAT_ID: String(CHAT),
      TELEGRAM_API_ROOT: telegram.apiRoot,
    },
    alerts: 'min_count_default: 3\n',
  });
  ends.push(() => bot.stop());
  const listed = async () => {
    const answer = JSON.parse(await bot.ask('errors', 'unclassified')) as {
      data: { fingerprint: string; count: number; name: string }[];
    };
    return answer.data;
  };
  return { telegram, bot, listed };
}

it('lists what no signature knows, and gives a signature that matches it and nothing else', async () => {
  const { telegram, bot, listed } = await start();
  await bot.ring(
    'ledger 81 out of balance by 12.50',
    'ledger 97 out of balance by 3.10',
    'the printer is on fire',
  );
  expect((await listed()).map(({ count }) => count)).toEqual([2, 1]);
  telegram.userSends(CHAT, '/errors unclassified');
  const list = await eventually(() => telegram.messages(CHAT).find(({ text }) => text.includes('🆕 NEW')));
  await telegram.pressButton(CHAT, list.messageId, (button) => button.text.includes('Adopt'));
  const patch = await eventually(() =>
    telegram.messages(CHAT).find(({ text }) => text.includes('A signature for it')),
  );
  expect(patch.text).toContain('pattern: "ledger.*out\\\\s+of\\\\s+balance\\\\s+by"');
  expect(patch.text).toContain('It matches nothing else of recent history.');
});

it('merges by command, takes it back by button, and tells why', async () => {
  const { telegram, bot, listed } = await start();
  await bot.ring('the tap is dripping', 'water on the floor');
  const [one, two] = (await listed()).map(({ fingerprint }) => fingerprint);
  telegram.userSends(CHAT, `/merge ${one} ${two}`);
  const answer = await eventually(() =>
    telegram.messages(CHAT).find(({ text }) => text.includes('is part of')),
  );
  expect((await listed()).map(({ count }) => count)).toEqual([2]);
  await bot.ring('the tap is dripping');
  expect((await listed()).map(({ count }) => count)).toEqual([3]);
  expect(await bot.ask('why', 'group', one ?? '')).toMatch(/Merged.*1 fingerprint/s);
  await telegram.pressButton(CHAT, answer.messageId, '↩ Undo');
  await bot.ring('the tap is dripping');
  expect((await listed()).map(({ count }) => count).sort()).toEqual([2, 2]);
  expect(await bot.ask('split', one ?? '')).toContain('is part of no other group');
});

it('marks an alert of an error that was never seen before', async () => {
  const { telegram, bot } = await start();
  await bot.ring('boom aaa');
  const message = await eventually(() => telegram.messages(CHAT)[0]);
  expect(message.text).toMatch(/^🚨 NEW Boom/);
});
