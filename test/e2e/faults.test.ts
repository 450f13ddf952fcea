import { afterAll, expect, it } from 'vitest';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { type BotHere, nameOf, random, startBotHere } from './bot-in-process.ts';
import { cleanUp, eventually } from './bot-process.ts';

afterAll(cleanUp);

/** 200 by hand (`FAULT_RUNS=200`), fewer in the suite: each takes seconds of waiting. */
const RUNS = Number(process.env['FAULT_RUNS'] ?? 16);
const AT_ONCE = 8;
const CHAT = -100200300;
const SUPERGROUP = -100900900;
const TOKEN = '123456:TEST';
const BOT_TOKEN = 'xoxb-1-test';

type Doubles = {
  readonly telegram: Awaited<ReturnType<typeof startTelegramDouble>>;
  readonly slack: Awaited<ReturnType<typeof startSlackDouble>>;
};

/** What can go wrong, in no order. Each returns how long it lasts (ms) and how it is undone. */
function faultsOf({ telegram, slack }: Doubles, deleted: string[]) {
  const nothing = () => {};
  const over = (method: string, fault: Parameters<typeof telegram.fault>[1]) => () => {
    telegram.fault(method, fault);
    return nothing;
  };
  const overSlack = (fault: Parameters<typeof slack.fault>[1]) => () => {
    slack.fault('chat.postMessage', fault);
    return nothing;
  };
  return [
    over('sendMessage', { kind: '429', retryAfter: 1 }),
    over('sendMessage', { kind: '500' }),
    over('sendMessage', { kind: '502html' }),
    over('sendMessage', { kind: 'reset' }),
    over('sendMessage', { kind: 'lost-reply' }),
    over('sendMessage', { kind: 'hang', ms: 700 }),
    over('sendMessage', { kind: '400', description: "can't parse entities: whatever" }),
    over('editMessageText', { kind: '429', retryAfter: 1 }),
    over('editMessageText', { kind: 'lost-reply' }),
    overSlack({ kind: '429', retryAfter: 1 }),
    overSlack({ kind: '500' }),
    overSlack({ kind: '502html' }),
    overSlack({ kind: 'reset' }),
    overSlack({ kind: 'lost-reply' }),
    overSlack({ kind: 'hang', ms: 700 }),
    overSlack({ kind: 'error', error: 'invalid_blocks' }),
    () => {
      telegram.setDown(true);
      return () => telegram.setDown(false);
    },
    () => {
      slack.setDown(true);
      return () => slack.setDown(false);
    },
    () => {
      telegram.kick(CHAT);
      return () => telegram.readmit(CHAT);
    },
    () => {
      telegram.revokeToken();
      return () => telegram.setToken(TOKEN);
    },
    () => {
      telegram.migrate(CHAT, SUPERGROUP);
      return nothing;
    },
    () => {
      const [message] = telegram.messages(CHAT);
      if (message) {
        deleted.push(message.text);
        telegram.deleteMessage(CHAT, message.messageId);
      }
      return nothing;
    },
  ];
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function oneRun(seed: number): Promise<void> {
  const next = random(seed);
  const telegram = await startTelegramDouble({ token: TOKEN });
  telegram.addChat({ id: CHAT, type: 'group', title: 'ops' });
  const slack = await startSlackDouble({ botToken: BOT_TOKEN, appToken: 'xapp-1-test' });
  slack.addChannel({ id: 'C0OPS', name: 'ops' });
  const bot = await startBotHere({
    env: {
      ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
      ALERT_TELEGRAM_CHAT_ID: String(CHAT),
      TELEGRAM_API_ROOT: telegram.apiRoot,
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: 'xapp-1-test',
      SLACK_API_URL: slack.apiUrl,
      SLACK_CHANNEL: 'C0OPS',
    },
  });
  const names: string[] = [];
  const deleted: string[] = [];
  const faults = faultsOf({ telegram, slack }, deleted);
  let migrated = false;
  for (let step = 0; step < 6; step += 1) {
    const fault = faults[Math.floor(next() * faults.length)];
    if (fault && !(migrated && /migrate|kick|messages\(/.test(String(fault)))) {
      migrated ||= String(fault).includes('migrate');
      const undo = fault();
      names.push(nameOf(seed * 100 + step));
      await bot.ring(`boom ${names.at(-1)}`);
      await pause(next() * 800);
      undo();
    }
  }
  telegram.clearFaults();
  slack.clearFaults();
  await eventually(() => bot.waiting() === 0, 60_000).catch(() => {
    throw new Error(`seed ${seed}: ${bot.waiting()} still wait\n${bot.output()}`);
  });
  try {
    checkTelegram(telegram, names, deleted);
    checkSlack(slack, names);
    checkLedger(bot, names);
    expect(await bot.ask('observe', '-v')).toContain('every alert is accounted for');
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}\n${bot.output()}`);
  } finally {
    await bot.stop();
    await telegram.stop();
    await slack.stop();
  }
}

/** Delivered; and twice only if it is marked, or if a person deleted the first. */
function checkTelegram(
  telegram: Doubles['telegram'],
  names: readonly string[],
  deleted: readonly string[],
): void {
  const texts = [CHAT, SUPERGROUP].flatMap((chat) =>
    telegram.messages(chat).map(({ text, document }) => text + (document?.content.toString() ?? '')),
  );
  for (const name of names) {
    const told = [...texts, ...deleted].filter(
      (text) => text.includes(`boom ${name}`) && /Ack|fingerprint|events/.test(text),
    );
    expect(told.length, `${name} on Telegram`).toBeGreaterThan(0);
    const unmarked = told.filter((text) => !text.includes('Possible repeat'));
    const again = deleted.filter((text) => text.includes(`boom ${name}`)).length;
    expect(unmarked.length, `${name} twice on Telegram: ${told.join('\n---\n')}`).toBeLessThanOrEqual(
      1 + again,
    );
  }
}

function checkSlack(slack: Doubles['slack'], names: readonly string[]): void {
  const texts = slack.messages('C0OPS').map((message) => JSON.stringify(message));
  for (const name of names) {
    const told = texts.filter((text) => text.includes(`boom ${name}`));
    expect(told, `${name} on Slack`).toHaveLength(1);
  }
}

/** Every alert has one row for every chat, and each of them is settled. */
function checkLedger(bot: BotHere, names: readonly string[]): void {
  const rows = bot.db
    .prepare("SELECT state, count(*) AS n FROM outbox WHERE kind = 'alert' GROUP BY state")
    .all() as { state: string; n: number }[];
  expect(rows.every(({ state }) => state === 'sent' || state === 'merged')).toBe(true);
  expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(2 * names.length);
}

it(`delivers every alert, none twice but for marked ones, over ${RUNS} random scripts of faults`, async () => {
  const seeds = Array.from({ length: RUNS }, (_, n) => n + 1 + Number(process.env['FAULT_SEED'] ?? 0));
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await oneRun(seed);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 1_200_000);
