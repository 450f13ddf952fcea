import type { CallbackQueries } from './callbacks.ts';
import { plainText } from './formatted-text.ts';
import type { Button, ChatMessage, ChatSpec, Payload, TelegramUser } from './types.ts';
import type { UpdateQueue } from './updates.ts';
import { wireChat, wireMessage, wireUserMessage } from './wire.ts';
import { type Chat, openChat, type World } from './world.ts';

/** Who acts; what is left out is made up. */
export interface Person {
  readonly id?: number;
  readonly username?: string;
  readonly first_name?: string;
}

/** A button by its label, or the first one that a predicate takes. */
export type ButtonChoice = string | ((button: Button) => boolean);

export interface People {
  /** Returns the id of the message. */
  write(chatId: number, text: string, options: { from?: Person; threadId?: number }): number;
  press(chatId: number, messageId: number, choice: ButtonChoice, from?: Person): Promise<Payload>;
  kick(chatId: number): void;
  readmit(chatId: number): void;
  migrate(from: number, to: number): void;
}

/** What people do in the chats, and the updates that the bot gets of it. */
export function createPeople(world: World, updates: UpdateQueue, callbacks: CallbackQueries): People {
  const chatOf = (chatId: number) => {
    const chat = world.chats.get(chatId);
    if (!chat) throw new Error(`Chat ${chatId} was not declared with addChat().`);
    return chat;
  };
  const writableChat = (chatId: number) => {
    const chat = chatOf(chatId);
    if (chat.state.is !== 'open')
      throw new Error(`The bot gets nothing of chat ${chatId}: ${chat.state.is}.`);
    return chat;
  };
  const serviceMessage = (chat: Chat, content: Record<string, unknown>) => {
    const message = { message_id: world.nextMessageId(chat), date: Math.floor(Date.now() / 1000) };
    updates.push('message', { ...message, chat: wireChat(chat.spec), from: userOf(chat.spec), ...content });
  };
  const membership = (chat: Chat, before: string, after: string) =>
    updates.push('my_chat_member', {
      chat: wireChat(chat.spec),
      from: userOf(chat.spec),
      date: Math.floor(Date.now() / 1000),
      old_chat_member: { status: before, user: world.bot },
      new_chat_member: { status: after, user: world.bot },
    });

  return {
    write(chatId, text, { from, threadId }) {
      const chat = writableChat(chatId);
      const id = world.nextMessageId(chat);
      chat.fromPeople.add(id);
      const thread = threadId === undefined ? {} : { threadId };
      const message = { id, from: userOf(chat.spec, from), ...plainText(text), ...thread };
      updates.push('message', wireUserMessage(chat.spec, message));
      return id;
    },

    press(chatId, messageId, choice, from) {
      const chat = writableChat(chatId);
      const message = chat.messages.get(messageId);
      if (!message) return Promise.reject(new Error(`There is no message ${messageId} in chat ${chatId}.`));
      const button = findButton(message, choice);
      const data = button?.callback_data;
      if (data === undefined) return Promise.reject(new Error(noButton(message, choice, button)));
      const { id, answered } = callbacks.open();
      const wire = wireMessage(world, chat, message);
      const user = userOf(chat.spec, from);
      updates.push('callback_query', { id, from: user, message: wire, chat_instance: `${chatId}`, data });
      return answered;
    },

    kick(chatId) {
      const chat = chatOf(chatId);
      chat.state = { is: 'kicked' };
      membership(chat, 'member', 'kicked');
    },
    readmit(chatId) {
      const chat = chatOf(chatId);
      chat.state = { is: 'open' };
      membership(chat, 'kicked', 'member');
    },

    migrate(from, to) {
      const old = chatOf(from);
      const spec: ChatSpec = { ...old.spec, id: to, type: 'supergroup' };
      const chat = world.chats.get(to) ?? openChat(world, spec);
      serviceMessage(old, { migrate_to_chat_id: to });
      serviceMessage(chat, { migrate_from_chat_id: from });
      old.state = { is: 'migrated', to };
    },
  };
}

function userOf(spec: ChatSpec, person: Person = {}): TelegramUser {
  const id = spec.type === 'private' ? spec.id : 4242;
  return { id, is_bot: false, first_name: 'Alice', username: 'alice', ...person };
}

function findButton(message: ChatMessage, choice: ButtonChoice): Button | undefined {
  const fits = typeof choice === 'string' ? (button: Button) => button.text === choice : choice;
  return message.replyMarkup?.inline_keyboard.flat().find(fits);
}

function noButton(message: ChatMessage, choice: ButtonChoice, found: Button | undefined): string {
  if (found) return `The button ${JSON.stringify(found.text)} sends no callback: ${JSON.stringify(found)}.`;
  const labels = message.replyMarkup?.inline_keyboard.flat().map((button) => button.text) ?? [];
  const wanted = typeof choice === 'string' ? JSON.stringify(choice) : 'that fits';
  return `Message ${message.messageId} has no button ${wanted}; it has ${JSON.stringify(labels)}.`;
}
