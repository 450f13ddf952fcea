import type { ChatMessage } from './types.ts';

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly where?: (message: ChatMessage) => boolean;
}

/** What a person in the chats has not looked at yet: new and edited messages, in order. */
export interface Inbox {
  arrive(message: ChatMessage): void;
  /** The oldest unread message that fits, at once or when it comes; it counts as read from then on. */
  next(chatId: number, options: WaitOptions): Promise<ChatMessage>;
  /** Who acts in a chat has read what is there. */
  markRead(chatId: number): void;
  stop(): void;
}

interface Waiter {
  readonly chatId: number;
  readonly where: (message: ChatMessage) => boolean;
  give(message: ChatMessage): void;
  fail(error: Error): void;
}

export function createInbox(): Inbox {
  let unread: ChatMessage[] = [];
  const waiters = new Set<Waiter>();
  const fits = (message: ChatMessage, wanted: Pick<Waiter, 'chatId' | 'where'>) =>
    message.chatId === wanted.chatId && wanted.where(message);

  const timeoutError = (chatId: number, timeoutMs: number) => {
    const texts = unread.filter((message) => message.chatId === chatId).map((message) => message.text);
    const seen = texts.length === 0 ? 'nothing unread' : `unread: ${JSON.stringify(texts)}`;
    return new Error(`No message in chat ${chatId} within ${timeoutMs} ms (${seen}).`);
  };

  const wait = (chatId: number, where: Waiter['where'], timeoutMs: number) => {
    const promise = new Promise<ChatMessage>((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer);
        waiters.delete(waiter);
        then();
      };
      const waiter: Waiter = {
        chatId,
        where,
        give: (message) => settle(() => resolve(message)),
        fail: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(() => waiter.fail(timeoutError(chatId, timeoutMs)), timeoutMs);
      waiters.add(waiter);
    });
    promise.catch(() => undefined); // Stopping the double must not be an unhandled rejection.
    return promise;
  };

  return {
    arrive(message) {
      const waiter = [...waiters].find((candidate) => fits(message, candidate));
      if (waiter) waiter.give(message);
      else unread.push(message);
    },
    async next(chatId, { timeoutMs = 10_000, where = () => true }) {
      const found = unread.find((message) => fits(message, { chatId, where }));
      if (!found) return wait(chatId, where, timeoutMs);
      unread = unread.filter((message) => message !== found);
      return found;
    },
    markRead(chatId) {
      unread = unread.filter((message) => message.chatId !== chatId);
    },
    stop() {
      for (const waiter of waiters) waiter.fail(new Error('The Telegram double was stopped.'));
    },
  };
}
