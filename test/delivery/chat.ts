import { createTimeFormat } from '../../src/chat/views/format.ts';
import { createComposer } from '../../src/composer.ts';
import { Budget, type RateLimit } from '../../src/delivery/budget.ts';
import { Courier } from '../../src/delivery/courier.ts';
import type { Destination, EditResult, FindResult, SendResult } from '../../src/delivery/destination.ts';
import type { Message } from '../../src/message/message.ts';
import type { Store } from '../../src/store/store.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** What a chat holds, and how it was written. */
export interface Posted {
  readonly id: string;
  readonly key: string;
  readonly step: string;
  readonly at: number;
  message: Message;
  edits: number;
}

export interface ChatOptions {
  readonly store: Store;
  readonly now?: () => number;
  readonly id?: string;
  /** How it answers the next posts; it takes what comes after that. */
  readonly script?: readonly SendResult[];
  readonly editScript?: readonly EditResult[];
  readonly limits?: readonly RateLimit[];
  readonly stormAbove?: number;
  readonly editable?: boolean;
  readonly find?: (posted: readonly Posted[], key: string) => FindResult;
}

/** A courier over a real store, to a chat that answers as scripted. */
export function openChat(options: ChatOptions) {
  const { store, id = 'test:1', now = Date.now, editable = true } = options;
  const script = [...(options.script ?? [])];
  const editScript = [...(options.editScript ?? [])];
  const posted: Posted[] = [];
  const attempts: { readonly summary: string; readonly step: string; readonly at: number }[] = [];
  const { find } = options;
  const destination: Destination = {
    id,
    budgets: [new Budget(options.limits ?? [])],
    async send(message, { step, key }) {
      attempts.push({ summary: message.summary, step, at: Date.now() });
      const answer = script.shift() ?? { kind: 'sent' as const, messageId: `m${posted.length + 1}` };
      const arrives = answer.kind === 'sent' || (answer.kind === 'unavailable' && answer.maybeSent);
      const messageId = answer.kind === 'sent' ? answer.messageId : `m${posted.length + 1}`;
      if (arrives) posted.push({ id: messageId, key, step, at: Date.now(), message, edits: 0 });
      return answer;
    },
    ...(editable
      ? {
          async edit(messageId: string, message: Message): Promise<EditResult> {
            const answer = editScript.shift() ?? { kind: 'edited' as const };
            const old = posted.find((one) => one.id === messageId);
            if (answer.kind !== 'edited') return answer;
            if (!old) return { kind: 'gone' };
            old.message = message;
            old.edits += 1;
            return answer;
          },
        }
      : {}),
    ...(find ? { find: async (key: string) => find(posted, key) } : {}),
  };
  const time = createTimeFormat('UTC');
  const sentry = { url: 'https://sentry.io', org: undefined, project: undefined };
  const courier = new Courier({
    destination,
    store,
    composer: createComposer({ store, time, sentry, mentions: { telegram: [], slack: [] }, now }),
    installation: 'here',
    stormAbove: options.stormAbove ?? 10,
    now,
    log: silent,
  });
  return { courier, posted, attempts, id };
}

/** All text of a message. */
export function wordsOf(message: Message): string {
  return JSON.stringify(message.blocks);
}
