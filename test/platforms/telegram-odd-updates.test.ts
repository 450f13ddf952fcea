import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { Actor, Chat } from '../../src/chat/chat.ts';
import { createTelegram } from '../../src/platforms/telegram/telegram.ts';

/** A Bot API that gives out given updates: what the strict double cannot produce (anonymous admins, inaccessible messages, a webhook). */
const calls: Array<{ method: string; payload: Record<string, unknown> }> = [];
let server: Server;
let stop: () => Promise<void>;

async function botWith(updates: readonly object[]) {
  const asked: Array<{ actor: Actor; text: string }> = [];
  calls.length = 0;
  let webhook = 'https://old.example/hook';
  let given = false;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const method = request.url?.split('/').at(-1) ?? '';
    calls.push({ method, payload: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>) });
    const reply = (result: unknown) => response.end(JSON.stringify({ ok: true, result }));
    if (method === 'getMe') return reply({ id: 1, is_bot: true, first_name: 'T', username: 'tocsin_bot' });
    if (method === 'getWebhookInfo') return reply({ url: webhook });
    if (method === 'deleteWebhook') webhook = '';
    if (method === 'sendMessage') return reply({ message_id: 5, date: 0, chat: { id: -1, type: 'group' } });
    if (method !== 'getUpdates') return reply(true);
    if (webhook !== '') {
      const description =
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
      return response.writeHead(409).end(JSON.stringify({ ok: false, error_code: 409, description }));
    }
    if (given) return setTimeout(() => reply([]), 50);
    given = true;
    return reply(updates.map((update, index) => ({ update_id: index + 1, ...update })));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const note = async (actor: Actor, text: string) => {
    asked.push({ actor, text });
    return { kind: 'replace', message: { summary: 'ok', blocks: [] } } as const;
  };
  const chat: Chat = { command: note, press: note };
  const apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const telegram = createTelegram({ token: '1:x', chats: [], apiRoot, chat, commands: [], log, poll: true });
  stop = () => telegram.stop();
  await telegram.start();
  return { asked, log, telegram };
}

afterEach(async () => {
  await stop();
  server.close();
  server.closeAllConnections();
});

const chat = { id: -1, type: 'supergroup', title: 'Ops' };
const user = { id: 4, is_bot: false, first_name: 'Ann' };

test('a webhook that is set is taken away, and polling begins', async () => {
  const { telegram, log } = await botWith([]);
  await vi.waitFor(() => expect(telegram.status()).toEqual({ state: 'connected' }));
  expect(log.warn).toHaveBeenCalledOnce();
  expect(calls.find(({ method }) => method === 'getUpdates')?.payload['allowed_updates']).toEqual([
    'message',
    'callback_query',
    'my_chat_member',
  ]);
});

test('an anonymous admin is the chat that is spoken for, not the user that all of them share', async () => {
  const anonymous = { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' };
  const message = { message_id: 2, date: 0, chat, text: '/help', from: anonymous, sender_chat: chat };
  const { asked } = await botWith([
    { message },
    { message: { ...message, from: undefined, sender_chat: undefined } },
  ]);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked.map(({ actor }) => actor)).toEqual([
    { platform: 'telegram', chatId: '-1', userId: '-1', userName: 'Ops' },
    { platform: 'telegram', chatId: '-1', userId: '-1', userName: 'anonymous' },
  ]);
});

test('presses on messages that are gone, without text, or unknown are answered', async () => {
  const press = { id: 'a', from: user, chat_instance: 'x', data: 'ack:1' };
  const { asked } = await botWith([
    { callback_query: { ...press, message: { chat, message_id: 9, date: 0 } } },
    { callback_query: { ...press, id: 'b', message: { chat, message_id: 9, date: 5, photo: [] } } },
    { callback_query: { ...press, id: 'c', inline_message_id: 'i' } },
  ]);
  await vi.waitFor(() =>
    expect(calls.filter(({ method }) => method === 'answerCallbackQuery')).toHaveLength(3),
  );
  expect(asked).toHaveLength(2);
  expect(asked[0]?.actor).toEqual({ platform: 'telegram', chatId: '-1', userId: '4', userName: 'Ann' });
});
