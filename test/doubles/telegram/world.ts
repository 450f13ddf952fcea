import { integer } from './payload.ts';
import { badRequest, migrated, Refusal } from './refusal.ts';
import type { ChatMessage, ChatSpec, TelegramUser } from './types.ts';

/** What the double remembers of chats and messages; the methods of the API and the test both act on it. */
export interface World {
  readonly bot: TelegramUser;
  readonly chats: Map<number, Chat>;
  /** Calls `listener` for every new and every edited message of the bot. */
  onMessage(listener: (message: ChatMessage) => void): void;
  /** Stores a message of the bot and tells the listeners. */
  put(message: ChatMessage): ChatMessage;
  /** The chat with this id if the bot may write to it; throws what the API answers otherwise. */
  reachableChat(chatId: unknown): Chat;
  nextMessageId(chat: Chat): number;
}

export interface Chat {
  readonly spec: ChatSpec;
  readonly messages: Map<number, ChatMessage>;
  /** Ids of what people wrote: a bot can reply to them but not edit them. */
  readonly fromPeople: Set<number>;
  lastMessageId: number;
  state:
    | { readonly is: 'open' }
    | { readonly is: 'kicked' }
    | { readonly is: 'migrated'; readonly to: number };
}

export function createWorld(bot: TelegramUser): World {
  const chats = new Map<number, Chat>();
  const listeners: ((message: ChatMessage) => void)[] = [];
  return {
    bot,
    chats,
    onMessage: (listener) => void listeners.push(listener),
    put(message) {
      chats.get(message.chatId)?.messages.set(message.messageId, message);
      for (const listener of listeners) listener(message);
      return message;
    },
    reachableChat(chatId) {
      if (chatId === undefined || chatId === null || chatId === '') throw badRequest('chat_id is empty');
      const chat = chats.get(integer(chatId) ?? Number.NaN);
      if (!chat) throw badRequest('chat not found');
      if (chat.state.is === 'migrated') throw migrated(chat.state.to);
      if (chat.state.is === 'kicked') throw new Refusal(403, kickedDescription(chat.spec));
      return chat;
    },
    nextMessageId: (chat) => ++chat.lastMessageId,
  };
}

export function openChat(world: World, spec: ChatSpec): Chat {
  const chat: Chat = {
    spec,
    messages: new Map(),
    fromPeople: new Set(),
    lastMessageId: 0,
    state: { is: 'open' },
  };
  world.chats.set(spec.id, chat);
  return chat;
}

function kickedDescription(spec: ChatSpec): string {
  if (spec.type === 'private') return 'Forbidden: bot was blocked by the user';
  return `Forbidden: bot was kicked from the ${spec.type} chat`;
}
