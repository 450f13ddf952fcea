import { once } from 'node:events';
import { botMethods } from './telegram/bot-methods.ts';
import { createCallbackQueries } from './telegram/callbacks.ts';
import { type BotCommand, createCommandRegister } from './telegram/commands.ts';
import { createFaultScript, type Fault, unauthorized } from './telegram/faults.ts';
import { createInbox, type WaitOptions } from './telegram/inbox.ts';
import { messageMethods } from './telegram/message-methods.ts';
import { type ButtonChoice, createPeople, type Person } from './telegram/people.ts';
import { createRateLimiter } from './telegram/rate-limits.ts';
import { rootOf, startServer } from './telegram/server.ts';
import type { Call, ChatMessage, ChatSpec, Payload } from './telegram/types.ts';
import { createUpdateQueue } from './telegram/updates.ts';
import { createWorld, openChat } from './telegram/world.ts';

export type { Fault } from './telegram/faults.ts';
export type { Call, ChatMessage, ChatSpec, Payload } from './telegram/types.ts';

export interface TelegramDoubleOptions {
  /** `digits:letters`, as @BotFather gives them out. */
  readonly token: string;
  readonly botUsername?: string;
  /** Answer 429 beyond Telegram's documented rates. Off unless asked for. */
  readonly limits?: boolean;
  /** How long a pressed button may wait for `answerCallbackQuery`. */
  readonly callbackTtlMs?: number;
}

export interface TelegramDouble {
  /** For TELEGRAM_API_ROOT: `http://127.0.0.1:PORT`. */
  readonly apiRoot: string;
  readonly botUsername: string;
  /** Every request so far, in order, refused ones too. */
  readonly calls: readonly Call[];
  /** What setMyCommands registered, by scope (`default`, `chat:-100123`, `all_group_chats`). */
  readonly commands: Readonly<Record<string, readonly BotCommand[]>>;
  addChat(chat: ChatSpec): void;
  /** The bot's messages that are in the chat now, oldest first. */
  messages(chatId: number): readonly ChatMessage[];
  /** A person writes; returns the message id. Marks the chat as read for `nextMessage`. */
  userSends(chatId: number, text: string, options?: { from?: Person; threadId?: number }): number;
  /** A person presses a button; resolves to the parameters of the bot's answerCallbackQuery. */
  pressButton(
    chatId: number,
    messageId: number,
    choice: ButtonChoice,
    options?: { from?: Person },
  ): Promise<Payload>;
  /** The oldest new or edited message of the chat that nobody has waited for yet; 10 s unless told. */
  nextMessage(chatId: number, options?: WaitOptions): Promise<ChatMessage>;
  /** Scripts a fault for a method (`*`: any); faults are used up in order. */
  fault(method: string, fault: Fault): void;
  clearFaults(): void;
  /** Down: open connections break and new ones are dropped. */
  setDown(down: boolean): void;
  kick(chatId: number): void;
  readmit(chatId: number): void;
  /** From now on the old id answers 400 with migrate_to_chat_id; the new chat is there at once. */
  migrate(fromChatId: number, toChatId: number): void;
  revokeToken(): void;
  setToken(token: string): void;
  /** A person deletes a message of the bot. */
  deleteMessage(chatId: number, messageId: number): void;
  stop(): Promise<void>;
}

const BOT_ID = 123_456;

/**
 * A strict stand-in for https://core.telegram.org/bots/api on 127.0.0.1: it refuses what the real one
 * refuses, in the same words, so that a test with it means something.
 */
export async function startTelegramDouble(options: TelegramDoubleOptions): Promise<TelegramDouble> {
  const { botUsername = 'tocsin_test_bot', callbackTtlMs = 15_000, limits = false } = options;
  const world = createWorld({ id: BOT_ID, is_bot: true, first_name: 'Tocsin', username: botUsername });
  const updates = createUpdateQueue();
  const callbacks = createCallbackQueries(callbackTtlMs);
  const commands = createCommandRegister();
  const faults = createFaultScript();
  const inbox = createInbox();
  const people = createPeople(world, updates, callbacks);
  const calls: Call[] = [];
  const limit = limits ? createRateLimiter() : () => undefined;
  let token: string | undefined = options.token;
  let down = false;
  world.onMessage(inbox.arrive);

  const server = await startServer({
    methods: {
      ...messageMethods(world, limit),
      ...botMethods({ world, updates, callbacks, commands }),
    },
    faults,
    calls,
    isToken: (given) => given === token,
    isDown: () => down,
  });
  const setToken = (next: string | undefined) => {
    token = next;
    updates.interrupt(unauthorized());
  };

  return {
    apiRoot: rootOf(server),
    botUsername,
    calls,
    get commands() {
      return commands.all();
    },
    addChat: (chat) => void openChat(world, chat),
    messages: (chatId) => [...(world.chats.get(chatId)?.messages.values() ?? [])],
    userSends(chatId, text, sent = {}) {
      inbox.markRead(chatId);
      return people.write(chatId, text, sent);
    },
    pressButton(chatId, messageId, choice, { from } = {}) {
      inbox.markRead(chatId);
      return people.press(chatId, messageId, choice, from);
    },
    nextMessage: (chatId, wait = {}) => inbox.next(chatId, wait),
    fault: faults.add,
    clearFaults: faults.clear,
    setDown(next) {
      down = next;
      if (down) server.closeAllConnections();
    },
    kick: people.kick,
    readmit: people.readmit,
    migrate: people.migrate,
    revokeToken: () => setToken(undefined),
    setToken,
    deleteMessage: (chatId, messageId) => void world.chats.get(chatId)?.messages.delete(messageId),
    async stop() {
      inbox.stop();
      callbacks.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
