import type { Api } from 'grammy';
import type { Message } from '../../message/message.ts';
import { withDeadline } from './deadline.ts';
import { describe, type Failure, failureOf } from './failure.ts';
import type { Log } from './log.ts';
import { isAboutMarkup } from './outcome.ts';
import { renderTelegram, renderTelegramPlain, type TelegramMessage } from './render.ts';

/** A chat, and in a forum one of its topics. */
export interface Place {
  readonly chatId: number | string;
  readonly threadId?: number | undefined;
}

export type Attempt =
  | { readonly ok: true; readonly messageId: number }
  | { readonly ok: false; readonly failure: Failure };

export interface SenderOptions {
  readonly api: Api;
  readonly log: Log;
  readonly timeoutMs: number;
  /** A group became a supergroup and has a new id now. */
  readonly onMigrate?: ((oldId: string, newId: string) => void) | undefined;
}

/** The "General" topic of a forum is addressed by naming none: `message_thread_id: 1` is not found. */
const GENERAL_TOPIC = 1;

/** Sends and edits messages: one attempt each, save what would surely be refused again, which is mended at once. */
export class Sender {
  readonly #options: SenderOptions;
  /** New ids of groups that became supergroups, in memory: Telegram tells again after a restart. */
  readonly #migrated = new Map<string, number>();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  post({ chatId, threadId }: Place, message: Message): Promise<Attempt> {
    const { api, timeoutMs } = this.#options;
    const topic = threadId === undefined || threadId === GENERAL_TOPIC ? {} : { message_thread_id: threadId };
    return this.#attempt(chatId, message, async (chat, { text, ...other }) => {
      const sent = await withDeadline({ ms: timeoutMs }, (signal) =>
        api.sendMessage(chat, text, { ...mutable(other), ...topic }, signal),
      );
      return sent.message_id;
    });
  }

  edit(chatId: number | string, messageId: number, message: Message): Promise<Attempt> {
    const { api, timeoutMs } = this.#options;
    return this.#attempt(chatId, message, async (chat, { text, disable_notification, ...other }) => {
      await withDeadline({ ms: timeoutMs }, (signal) =>
        api.editMessageText(chat, messageId, text, mutable(other), signal),
      );
      return messageId;
    });
  }

  /** Remembers the new id of a group. */
  migrate(oldId: number | string, newId: number): void {
    if (this.#migrated.get(String(oldId)) === newId) return;
    this.#migrated.set(String(oldId), newId);
    this.#options.log.warn(
      { chatId: oldId, newChatId: newId },
      'The group became a supergroup and has a new id: put it into ALERT_TELEGRAM_CHAT_ID and ALLOWED_CHAT_IDS.',
    );
    this.#options.onMigrate?.(String(oldId), String(newId));
  }

  async #attempt(
    chatId: number | string,
    message: Message,
    call: (chat: number | string, rendered: TelegramMessage) => Promise<number>,
  ): Promise<Attempt> {
    let chat = this.#migrated.get(String(chatId)) ?? chatId;
    let rendered: TelegramMessage = renderTelegram(message);
    let mayMove = true;
    for (;;) {
      try {
        return { ok: true, messageId: await call(chat, rendered) };
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === 'refused' && failure.migratedTo !== undefined && mayMove) {
          mayMove = false;
          this.migrate(chatId, failure.migratedTo);
          chat = failure.migratedTo;
        } else if (isAboutMarkup(failure) && rendered.parse_mode !== undefined) {
          this.#options.log.error(
            { error: describe(failure) },
            'Telegram refused the markup of a message; it goes out as plain text. Please report this.',
          );
          rendered = renderTelegramPlain(message);
        } else {
          return { ok: false, failure };
        }
      }
    }
  }
}

/** grammY's types want arrays that may be changed. */
function mutable(other: Omit<TelegramMessage, 'text'>) {
  return other as Parameters<Api['editMessageText']>[3] & Parameters<Api['sendMessage']>[2];
}
