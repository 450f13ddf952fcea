import { type Api, InputFile } from 'grammy';
import { fileTextOf } from '../../message/file-text.ts';
import { nextStep, type Step } from '../../message/ladder.ts';
import type { Message } from '../../message/message.ts';
import { withDeadline } from './deadline.ts';
import { describe, type Failure, failureOf } from './failure.ts';
import type { Log } from './log.ts';
import { outcomeOf } from './outcome.ts';
import { captionOf, renderTelegram, type TelegramMessage } from './render.ts';

/** A chat, and in a forum one of its topics. */
export interface Place {
  readonly chatId: number | string;
  readonly threadId?: number | undefined;
}

export type Attempt =
  | { readonly ok: true; readonly messageId: number; readonly chatId: number | string }
  | { readonly ok: false; readonly failure: Failure };

export interface SenderOptions {
  readonly api: Api;
  readonly log: Log;
  readonly timeoutMs: number;
  /** New ids of groups that became supergroups before this process began. */
  readonly migrated: ReadonlyMap<string, string>;
  /** A group became a supergroup and has a new id now. */
  readonly onMigrate?: ((oldId: string, newId: string) => void) | undefined;
}

/** The "General" topic of a forum is addressed by naming none: `message_thread_id: 1` is not found. */
const GENERAL_TOPIC = 1;

/** Sends and edits messages, one attempt each; where a group has moved to, it follows. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #migrated: Map<string, number | string>;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#migrated = new Map(options.migrated);
  }

  async post(place: Place, message: Message, step: Step): Promise<Attempt> {
    if (step === 'line') {
      const asFile = await this.#postFile(place, captionOf(message), {
        name: 'message.txt',
        text: fileTextOf(message),
      });
      if (asFile.ok || outcomeOf(asFile.failure).kind !== 'rejected') return asFile;
    }
    const { text, ...other } = renderTelegram(message, step);
    return this.#attempt(place.chatId, async (chat, signal) => {
      const sent = await this.#options.api.sendMessage(
        chat,
        text,
        { ...mutable(other), ...topicOf(place) },
        signal,
      );
      return sent.message_id;
    });
  }

  /** For replies, which are not queued: goes down the ladder at once when Telegram minds the message. */
  async postSomehow(place: Place, message: Message): Promise<Attempt> {
    for (let step: Step = 'rich'; ; ) {
      const attempt = await this.post(place, message, step);
      const next = nextStep(step);
      if (attempt.ok || next === undefined || outcomeOf(attempt.failure).kind !== 'rejected') return attempt;
      this.#options.log.error(
        { error: describe(attempt.failure) },
        'Telegram refused a message; it goes out in a simpler form. Please report this.',
      );
      step = next;
    }
  }

  /** A file beside a message, without a sound. It only says more: nothing waits for it. */
  async attach(place: Place, file: { readonly name: string; readonly text: string }): Promise<void> {
    const attempt = await this.#postFile(place, undefined, file);
    if (!attempt.ok)
      this.#options.log.warn({ error: describe(attempt.failure) }, 'A file could not be sent to a chat.');
  }

  async edit(chatId: number | string, messageId: number, message: Message, step: Step): Promise<Attempt> {
    if (step === 'line') {
      const caption = await this.#once(this.chatOf(chatId), async (chat, signal) => {
        await this.#options.api.editMessageCaption(chat, messageId, { caption: captionOf(message) }, signal);
        return messageId;
      });
      if (caption.ok || !/no caption|not a media/i.test(describe(caption.failure))) return caption;
    }
    const { text, disable_notification, ...other } = renderTelegram(message, step);
    return this.#once(this.chatOf(chatId), async (chat, signal) => {
      await this.#options.api.editMessageText(chat, messageId, text, mutable(other), signal);
      return messageId;
    });
  }

  /** Where a group is now. */
  chatOf(chatId: number | string): number | string {
    return this.#migrated.get(String(chatId)) ?? chatId;
  }

  /** Remembers the new id of a group. */
  migrate(oldId: number | string, newId: number): void {
    if (String(this.#migrated.get(String(oldId))) === String(newId)) return;
    this.#migrated.set(String(oldId), newId);
    this.#options.log.warn(
      { chatId: oldId, newChatId: newId },
      'The group became a supergroup and has a new id: put it into ALERT_TELEGRAM_CHAT_ID and ALLOWED_CHAT_IDS.',
    );
    this.#options.onMigrate?.(String(oldId), String(newId));
  }

  #postFile(
    place: Place,
    caption: string | undefined,
    { name, text }: { readonly name: string; readonly text: string },
  ): Promise<Attempt> {
    return this.#attempt(place.chatId, async (chat, signal) => {
      const file = new InputFile(Buffer.from(text === '' ? ' ' : text, 'utf8'), name);
      const other = caption === undefined ? { disable_notification: true } : { caption };
      const sent = await this.#options.api.sendDocument(chat, file, { ...other, ...topicOf(place) }, signal);
      return sent.message_id;
    });
  }

  /** Follows a group that has moved, once. */
  async #attempt(chatId: number | string, call: Call): Promise<Attempt> {
    const first = await this.#once(this.chatOf(chatId), call);
    if (first.ok || first.failure.kind !== 'refused' || first.failure.migratedTo === undefined) return first;
    this.migrate(chatId, first.failure.migratedTo);
    return this.#once(first.failure.migratedTo, call);
  }

  async #once(chatId: number | string, call: Call): Promise<Attempt> {
    try {
      const messageId = await withDeadline({ ms: this.#options.timeoutMs }, (signal) => call(chatId, signal));
      return { ok: true, messageId, chatId };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }
}

/** grammY's own signal type, which is not the platform's; at run time both do. */
type Signal = NonNullable<Parameters<Api['getMe']>[0]>;

type Call = (chat: number | string, signal: Signal) => Promise<number>;

function topicOf({ threadId }: Place) {
  return threadId === undefined || threadId === GENERAL_TOPIC ? {} : { message_thread_id: threadId };
}

/** grammY's types want arrays that may be changed. */
function mutable(other: Omit<TelegramMessage, 'text'>) {
  return other as Parameters<Api['editMessageText']>[3] & Parameters<Api['sendMessage']>[2];
}
