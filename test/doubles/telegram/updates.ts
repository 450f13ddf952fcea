import { conflict } from './faults.ts';
import { integer } from './payload.ts';
import type { Payload } from './types.ts';

/** https://core.telegram.org/bots/api#update */
export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

export interface UpdateQueue {
  push(kind: string, content: unknown): void;
  /** getUpdates: answers at once, when something comes, or empty after `timeout` seconds. */
  poll(payload: Payload, hungUp: AbortSignal): Promise<readonly Update[]>;
  /** Ends the waiting poll with an error, as when the token is revoked meanwhile. */
  interrupt(error: Error): void;
  drop(): void;
  pendingCount(): number;
}

/** Kinds that are sent only to a bot that asks for them. */
const ON_REQUEST = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

interface Poller {
  finish(updates: readonly Update[]): void;
  fail(error: Error): void;
}

/**
 * The queue behind getUpdates (https://core.telegram.org/bots/api#getupdates). An update is confirmed by a
 * later call with a higher offset; until then it comes again. Of two pollers the older one gets 409.
 */
export function createUpdateQueue(): UpdateQueue {
  let updates: Update[] = [];
  let nextId = 100_000 + Math.floor(Date.now() % 1000);
  let allowed: readonly string[] = [];
  let waiting: Poller | undefined;

  const isAllowed = (kind: string) => (allowed.length === 0 ? !ON_REQUEST.has(kind) : allowed.includes(kind));

  const confirm = (offset: number) => {
    if (offset < 0) updates = updates.slice(offset);
    else updates = updates.filter((update) => update.update_id >= offset);
  };

  const wait = (limit: number, timeoutMs: number, hungUp: AbortSignal) =>
    new Promise<readonly Update[]>((resolve, reject) => {
      const poller: Poller = {
        finish: (found) => leave(() => resolve(found.slice(0, limit))),
        fail: (error) => leave(() => reject(error)),
      };
      const empty = () => poller.finish([]);
      const timer = setTimeout(empty, timeoutMs);
      const leave = (settle: () => void) => {
        clearTimeout(timer);
        hungUp.removeEventListener('abort', empty);
        if (waiting === poller) waiting = undefined;
        settle();
      };
      hungUp.addEventListener('abort', empty);
      waiting = poller;
    });

  return {
    push(kind, content) {
      if (!isAllowed(kind)) return;
      updates.push({ update_id: nextId++, [kind]: content });
      waiting?.finish(updates);
    },
    async poll(payload, hungUp) {
      waiting?.fail(conflict());
      if (Array.isArray(payload['allowed_updates'])) allowed = payload['allowed_updates'].map(String);
      confirm(integer(payload['offset']) ?? 0);
      const limit = Math.min(100, Math.max(1, integer(payload['limit']) ?? 100));
      const timeoutMs = Math.min(50, integer(payload['timeout']) ?? 0) * 1000;
      if (updates.length > 0 || timeoutMs <= 0 || hungUp.aborted) return updates.slice(0, limit);
      return wait(limit, timeoutMs, hungUp);
    },
    interrupt: (error) => waiting?.fail(error),
    drop() {
      updates = [];
    },
    pendingCount: () => updates.length,
  };
}
