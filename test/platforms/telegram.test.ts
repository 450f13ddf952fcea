import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Actor, Chat, Reply } from '../../src/chat/chat.ts';
import type { Message } from '../../src/message/message.ts';
import type { PlatformStatus } from '../../src/platforms/platform.ts';
import { createTelegram, type TelegramOptions } from '../../src/platforms/telegram/telegram.ts';
import { startTelegramDouble, type TelegramDouble } from '../doubles/telegram-bot-api.ts';

const FIRST = { step: 'rich', key: 'test:1' } as const;

const TOKEN = '123456:AAtesttokentesttokentesttokentest00';
const GROUP = -1001;
const say = (text: string, rest: Partial<Message> = {}): Message => ({
  summary: text,
  blocks: [{ type: 'text', spans: [text] }],
  ...rest,
});
const page = (n: number): Message =>
  say(`page ${n}`, { buttons: [[{ kind: 'action', label: 'next', action: `page:${n + 1}` }]] });

let double: TelegramDouble;
let running: Array<ReturnType<typeof createTelegram>>;
let logged: Array<{ level: string; fields: object; message: string }>;
let statuses: PlatformStatus[];
let asked: Array<{ actor: Actor; text: string }>;
let replyTo: (text: string) => Reply | Promise<Reply>;

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (fields: object, message: string) => logged.push({ level, fields, message }),
  ]),
) as unknown as TelegramOptions['log'];

const chat: Chat = {
  command: async (actor, text) => {
    asked.push({ actor, text });
    return replyTo(text);
  },
  press: async (actor, action) => {
    asked.push({ actor, text: action });
    return replyTo(action);
  },
};

function create(rest: Partial<TelegramOptions> = {}) {
  const telegram = createTelegram({
    token: TOKEN,
    chats: [{ chatId: GROUP }],
    apiRoot: double.apiRoot,
    chat,
    commands: [{ name: 'errors', description: 'What is breaking', usage: '[30m]' }],
    log,
    onStatus: (status) => statuses.push(status),
    poll: true,
    timings: { requestMs: 1_000, pollSeconds: 1, refusedMs: [30, 200], outageMs: [30, 100] },
    ...rest,
  });
  running.push(telegram);
  return telegram;
}

async function connected(rest: Partial<TelegramOptions> = {}) {
  const telegram = create(rest);
  await telegram.start();
  await vi.waitFor(() => expect(telegram.status()).toEqual({ state: 'connected' }), 5_000);
  return telegram;
}

function sendOnly(rest: Partial<TelegramOptions> = {}) {
  const [destination] = create({ poll: false, ...rest }).destinations;
  if (!destination) throw new Error('no destination');
  return destination;
}

const calls = (method: string) =>
  double.calls.filter((call) => call.method.toLowerCase() === method.toLowerCase());

beforeEach(async () => {
  double = await startTelegramDouble({ token: TOKEN });
  double.addChat({ id: GROUP, type: 'supergroup', title: 'Ops', topics: [7] });
  double.addChat({ id: 99, type: 'private' });
  running = [];
  logged = [];
  statuses = [];
  asked = [];
  replyTo = (text) => ({ kind: 'post', message: say(`you said ${text}`) });
});

afterEach(async () => {
  await Promise.all(running.map((telegram) => telegram.stop()));
  await double.stop();
  expect(JSON.stringify([logged, statuses])).not.toContain(TOKEN.slice(8));
});

describe('commands', () => {
  test('a command is asked with who and where, and answered in the chat', async () => {
    await connected();
    double.userSends(GROUP, '/errors 2h --service api');
    const { text } = await double.nextMessage(GROUP);
    expect(text.replaceAll('\u2060', '')).toBe('you said /errors 2h --service api');
    expect(asked).toEqual([
      {
        actor: { platform: 'telegram', chatId: '-1001', userId: '4242', userName: '@alice' },
        text: '/errors 2h --service api',
      },
    ]);
    expect(double.commands['default']).toEqual([{ command: 'errors', description: 'What is breaking' }]);
  });

  test('one for this bot by name is taken; for another bot, unknown in a group, or plain talk is not', async () => {
    await connected();
    double.userSends(GROUP, '/errors@other_bot');
    double.userSends(GROUP, '/weather');
    double.userSends(GROUP, 'hello /errors');
    double.userSends(GROUP, `/errors@${double.botUsername.toUpperCase()} 1h`);
    await double.nextMessage(GROUP);
    double.userSends(99, '/weather', { from: { username: '', first_name: 'Bob' } });
    await double.nextMessage(99);
    expect(asked.map(({ text }) => text.replace(/@\S+/, ''))).toEqual(['/errors 1h', '/weather']);
    expect(asked[1]?.actor).toEqual({ platform: 'telegram', chatId: '99', userId: '99', userName: 'Bob' });
  });

  test('in a topic the answer comes into the topic', async () => {
    await connected();
    double.userSends(GROUP, '/errors', { threadId: 7 });
    expect((await double.nextMessage(GROUP)).threadId).toBe(7);
    double.userSends(GROUP, '/errors');
    expect((await double.nextMessage(GROUP)).threadId).toBeUndefined();
  });

  test('nothing is said when there is nothing to say', async () => {
    await connected();
    replyTo = () => ({ kind: 'none' });
    double.userSends(GROUP, '/errors');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await sleep(50);
    expect(calls('sendMessage')).toHaveLength(0);
  });

  test('after a 429 the answer waits, and comes once', async () => {
    await connected();
    double.fault('sendMessage', { kind: '429', retryAfter: 1 });
    double.userSends(GROUP, '/errors');
    await double.nextMessage(GROUP);
    const [first, second] = calls('sendMessage');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
    expect(double.messages(GROUP)).toHaveLength(1);
  });

  test('a bug in the chat is logged, and the next command is answered', async () => {
    await connected();
    replyTo = (text) => {
      if (text === '/errors 1h') throw new Error('boom');
      return { kind: 'post', message: say('fine') };
    };
    double.userSends(GROUP, '/errors 1h');
    double.userSends(GROUP, '/errors');
    expect((await double.nextMessage(GROUP)).text).toBe('fine');
    expect(logged).toContainEqual(expect.objectContaining({ level: 'error', fields: { error: 'boom' } }));
  });

  test('a slow chat does not hold up another', async () => {
    await connected();
    replyTo = async (text) => {
      if (text === '/errors 1h') await sleep(1_500);
      return { kind: 'post', message: say('done') };
    };
    double.userSends(GROUP, '/errors 1h');
    double.userSends(99, '/errors');
    await double.nextMessage(99, { timeoutMs: 1_000 });
  });
});

describe('buttons', () => {
  async function pageOne() {
    await connected();
    replyTo = () => ({ kind: 'post', message: page(1) });
    double.userSends(GROUP, '/errors');
    return double.nextMessage(GROUP);
  }

  test('paging changes the message in place, and keeps its buttons', async () => {
    const { messageId } = await pageOne();
    replyTo = () => ({ kind: 'replace', message: page(2) });
    expect(await double.pressButton(GROUP, messageId, 'next')).not.toHaveProperty('text');
    const edited = await double.nextMessage(GROUP);
    expect(edited).toMatchObject({ messageId, text: 'page 2', edits: 1 });
    expect(edited.replyMarkup?.inline_keyboard[0]?.[0]?.callback_data).toBe('page:3');
    expect(asked.at(-1)).toMatchObject({ text: 'page:2', actor: { chatId: '-1001', userName: '@alice' } });
  });

  test('the same page again is no error', async () => {
    const { messageId } = await pageOne();
    replyTo = () => ({ kind: 'replace', message: page(1) });
    await double.pressButton(GROUP, messageId, 'next');
    await vi.waitFor(() => expect(calls('editMessageText')).toHaveLength(1));
    await sleep(50);
    expect(logged.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    expect(double.messages(GROUP)).toHaveLength(1);
  });

  test('when the message is gone, the page is posted', async () => {
    const { messageId } = await pageOne();
    replyTo = async () => {
      double.deleteMessage(GROUP, messageId);
      return { kind: 'replace', message: page(2) };
    };
    await double.pressButton(GROUP, messageId, 'next');
    expect((await double.nextMessage(GROUP)).text).toBe('page 2');
  });

  test('a toast is shown to the one who pressed, cut to what Telegram takes', async () => {
    const { messageId } = await pageOne();
    replyTo = () => ({ kind: 'toast', text: 'x'.repeat(300) });
    const answer = await double.pressButton(GROUP, messageId, 'next');
    expect(String(answer['text'])).toHaveLength(200);
    expect(double.messages(GROUP)).toHaveLength(1);
  });

  test('every press is answered exactly once, a slow one within 2 s; its toast is posted then', async () => {
    const { messageId } = await pageOne();
    replyTo = async () => {
      await sleep(2_300);
      return { kind: 'toast', text: 'Acknowledged.' };
    };
    const begin = Date.now();
    await double.pressButton(GROUP, messageId, 'next');
    expect(Date.now() - begin).toBeLessThan(2_280);
    expect((await double.nextMessage(GROUP)).text).toBe('Acknowledged.');
    expect(calls('answerCallbackQuery')).toHaveLength(1);
  });

  test('an expired press is only a debug line', async () => {
    const { messageId } = await pageOne();
    double.fault('answerCallbackQuery', {
      kind: '400',
      description: 'query is too old and response timeout expired or query ID is invalid',
    });
    replyTo = () => ({ kind: 'post', message: say('samples') });
    double.pressButton(GROUP, messageId, 'next').catch(() => {});
    expect((await double.nextMessage(GROUP)).text).toBe('samples');
    expect(logged.map(({ level }) => level)).toEqual(['debug']);
  });
});

describe('a destination', () => {
  test('sends, silently if the message says so, and tells the id', async () => {
    const destination = sendOnly();
    expect(destination.id).toBe('telegram:-1001');
    const result = await destination.send(say('ring', { silent: true }), FIRST);
    const [message] = double.messages(GROUP);
    expect(message).toMatchObject({ text: 'ring', silent: true });
    expect(result).toEqual({ kind: 'sent', messageId: String(message?.messageId) });
  });

  test('a topic is named; the General topic is not', async () => {
    const [topic, general] = create({
      poll: false,
      chats: [
        { chatId: GROUP, threadId: 7 },
        { chatId: GROUP, threadId: 1 },
      ],
    }).destinations;
    expect([topic?.id, general?.id]).toEqual(['telegram:-1001:7', 'telegram:-1001:1']);
    await topic?.send(say('in topic'), FIRST);
    await general?.send(say('in general'), FIRST);
    expect(double.messages(GROUP).map(({ threadId }) => threadId)).toEqual([7, undefined]);
  });

  test.each([
    ['429', { kind: '429', retryAfter: 17 }, { kind: 'rate_limited', retryAfterMs: 17_000 }],
    ['500', { kind: '500' }, { kind: 'unavailable', maybeSent: true }],
    ['a page of a gateway', { kind: '502html' }, { kind: 'unavailable', maybeSent: true }],
    ['a broken connection', { kind: 'reset' }, { kind: 'unavailable', maybeSent: true }],
    ['a lost answer', { kind: 'lost-reply' }, { kind: 'unavailable', maybeSent: true }],
    ['no answer', { kind: 'hang', ms: 3_000 }, { kind: 'unavailable', maybeSent: true }],
    ['401', { kind: '401' }, { kind: 'blocked', error: expect.stringContaining('@BotFather') }],
    [
      'blocked by the person',
      { kind: '403', description: 'bot was blocked by the user' },
      { kind: 'blocked', error: expect.stringContaining('unblock') },
    ],
    [
      'no right to write',
      { kind: '400', description: 'not enough rights to send text messages to the chat' },
      { kind: 'blocked', error: expect.stringContaining('allow') },
    ],
    [
      'another 400',
      { kind: '400', description: 'something new' },
      { kind: 'rejected', error: '400: Bad Request: something new' },
    ],
  ] as const)('%s is tried once and reported', async (_, fault, expected) => {
    const destination = sendOnly({ timings: { requestMs: 300 } });
    double.fault('sendMessage', fault);
    expect(await destination.send(say('ring'), FIRST)).toMatchObject(expected);
    expect(calls('sendMessage')).toHaveLength(1);
  });

  test('a server that is not there cannot have got it', async () => {
    const destination = sendOnly({ apiRoot: 'http://127.0.0.1:9' });
    const result = await destination.send(say('ring'), FIRST);
    expect(result).toEqual({
      kind: 'unavailable',
      error: 'Telegram cannot be reached (ECONNREFUSED)',
      maybeSent: false,
    });
  });

  test('kicked, then back again', async () => {
    const destination = sendOnly();
    double.kick(GROUP);
    expect(await destination.send(say('ring'), FIRST)).toMatchObject({
      kind: 'blocked',
      error: expect.stringContaining('add it again'),
    });
    double.readmit(GROUP);
    expect(await destination.send(say('ring'), FIRST)).toMatchObject({ kind: 'sent' });
  });

  test('a chat or topic that is not there waits for a person', async () => {
    const [chatless, topicless] = create({
      poll: false,
      chats: [{ chatId: -5 }, { chatId: GROUP, threadId: 8 }],
    }).destinations;
    expect(await chatless?.send(say('ring'), FIRST)).toMatchObject({
      kind: 'blocked',
      error: expect.stringContaining('ALERT_TELEGRAM_CHAT_ID'),
    });
    expect(await topicless?.send(say('ring'), FIRST)).toMatchObject({
      kind: 'blocked',
      error: expect.stringContaining('topic'),
    });
  });

  test('markup that is refused is told; one step down it goes out as plain text, at last as a file', async () => {
    const destination = sendOnly();
    double.fault('sendMessage', { kind: '400', description: "can't parse entities: whatever" });
    expect(await destination.send(say('1 < 2'), FIRST)).toMatchObject({ kind: 'rejected' });
    expect(await destination.send(say('1 < 2'), { ...FIRST, step: 'plain' })).toMatchObject({ kind: 'sent' });
    expect(double.messages(GROUP)[0]).toMatchObject({ text: '1 < 2' });
    expect(double.messages(GROUP)[0]?.parseMode).toBeUndefined();
    expect(await destination.send(say('1 < 2'), { ...FIRST, step: 'line' })).toMatchObject({ kind: 'sent' });
    expect(double.messages(GROUP)[1]).toMatchObject({ text: '1 < 2', document: { name: 'message.txt' } });
  });

  test('a group that became a supergroup is followed at once, and told', async () => {
    const onMigrate = vi.fn();
    const destination = sendOnly({ onMigrate });
    double.migrate(GROUP, -2002);
    expect(await destination.send(say('one'), FIRST)).toMatchObject({ kind: 'sent' });
    expect(await destination.send(say('two'), FIRST)).toMatchObject({ kind: 'sent' });
    expect(double.messages(-2002).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(calls('sendMessage')).toHaveLength(3);
    expect(onMigrate.mock.calls).toEqual([['-1001', '-2002']]);
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { chatId: GROUP, newChatId: -2002 } }),
    );
  });
});

describe('the connection', () => {
  test('a refused token is told, and taken again when it is restored', async () => {
    const telegram = await connected();
    double.revokeToken();
    await vi.waitFor(() =>
      expect(telegram.status()).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('refused the token'),
      }),
    );
    double.setToken(TOKEN);
    await vi.waitFor(() => expect(telegram.status().state).toBe('connected'), 3_000);
  });

  test('a second poller is told as such, until it is gone', async () => {
    const telegram = await connected();
    double.fault('getUpdates', { kind: '409', times: 3 });
    await vi.waitFor(
      () =>
        expect(telegram.status()).toMatchObject({
          state: 'failed',
          reason: expect.stringContaining('another process'),
        }),
      3_000,
    );
    await vi.waitFor(() => expect(telegram.status().state).toBe('connected'), 5_000);
    double.userSends(GROUP, '/errors');
    await double.nextMessage(GROUP);
  });

  test('two real pollers: neither ends the process, and the one that stays recovers', async () => {
    const first = await connected();
    const second = create();
    await second.start();
    await vi.waitFor(() => expect(statuses.some(({ state }) => state === 'failed')).toBe(true), 5_000);
    await first.stop();
    await vi.waitFor(() => expect(second.status().state).toBe('connected'), 5_000);
  });

  test('an outage is seen and got over, and what was asked meanwhile is answered', async () => {
    const telegram = await connected();
    double.setDown(true);
    await vi.waitFor(() => expect(telegram.status().state).toBe('connecting'), 3_000);
    double.userSends(GROUP, '/errors');
    double.setDown(false);
    await double.nextMessage(GROUP);
    expect(telegram.status().state).toBe('connected');
  });

  test('it starts while Telegram is away', async () => {
    double.setDown(true);
    const telegram = create();
    await telegram.start();
    await sleep(100);
    expect(telegram.status().state).toBe('connecting');
    double.setDown(false);
    await vi.waitFor(() => expect(telegram.status().state).toBe('connected'), 3_000);
  });

  test('it stops within a second while a poll hangs, and does not ask for what was done again', async () => {
    const telegram = await connected({ timings: { pollSeconds: 30, requestMs: 15_000 } });
    double.userSends(GROUP, '/errors');
    await double.nextMessage(GROUP);
    await sleep(50);
    const begin = Date.now();
    await telegram.stop();
    expect(Date.now() - begin).toBeLessThan(10_000);
    await connected();
    await sleep(100);
    expect(asked).toHaveLength(1);
  });

  test('stopping waits for a command that is under way', async () => {
    const telegram = await connected();
    replyTo = async () => {
      await sleep(300);
      return { kind: 'post', message: say('done') };
    };
    double.userSends(GROUP, '/errors');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await telegram.stop();
    expect(double.messages(GROUP).map(({ text }) => text)).toEqual(['done']);
  });

  test('the sidecar connects without polling', async () => {
    await connected({ poll: false });
    expect(calls('getUpdates')).toHaveLength(0);
    expect(calls('setMyCommands')).toHaveLength(0);
  });
});
