import { badRequest } from './refusal.ts';
import type { Payload } from './types.ts';

/** "text: 0-200 characters" (https://core.telegram.org/bots/api#answercallbackquery). */
const MAX_ANSWER = 200;

export interface CallbackQueries {
  /** Opens a query; the promise gives what the bot answers, or fails when it is too late. */
  open(): { readonly id: string; readonly answered: Promise<Payload> };
  answer(payload: Payload): true;
  stop(): void;
}

interface OpenQuery {
  answer(payload: Payload): void;
  fail(error: Error): void;
}

/** Queries of pressed buttons: each is answered once and in time, or the person sees a spinner. */
export function createCallbackQueries(ttlMs: number): CallbackQueries {
  const queries = new Map<string, OpenQuery>();
  let nextId = 4_000_000;
  return {
    open() {
      const id = String(nextId++);
      const answered = new Promise<Payload>((resolve, reject) => {
        const timer = setTimeout(() => {
          queries.delete(id);
          reject(new Error(`The bot did not answer the pressed button within ${ttlMs} ms.`));
        }, ttlMs);
        const settle = (then: () => void) => {
          clearTimeout(timer);
          queries.delete(id);
          then();
        };
        queries.set(id, {
          answer: (payload) => settle(() => resolve(payload)),
          fail: (error) => settle(() => reject(error)),
        });
      });
      answered.catch(() => undefined); // A test that does not wait for the answer is no unhandled rejection.
      return { id, answered };
    },
    answer(payload) {
      const query = queries.get(String(payload['callback_query_id']));
      if (!query) throw badRequest('query is too old and response timeout expired or query ID is invalid');
      if (String(payload['text'] ?? '').length > MAX_ANSWER) throw badRequest('message is too long');
      query.answer(payload);
      return true;
    },
    stop() {
      for (const query of queries.values()) query.fail(new Error('The Telegram double was stopped.'));
    },
  };
}
