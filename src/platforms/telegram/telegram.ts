import { setTimeout as sleep } from 'node:timers/promises';
import { Bot } from 'grammy';
import type { Chat, CommandHelp } from '../../chat/chat.ts';
import { Budget } from '../../delivery/budget.ts';
import type { Destination } from '../../delivery/destination.ts';
import type { Platform, PlatformStatus } from '../platform.ts';
import { Connection, TIMINGS, type Timings } from './connection.ts';
import { converse } from './conversation.ts';
import { createDestinations } from './destinations.ts';
import { RATES } from './limits.ts';
import type { Log } from './log.ts';
import { Sender } from './sender.ts';

export interface TelegramOptions {
  readonly token: string;
  /** Where alerts go; in a forum, with the topic. */
  readonly chats: readonly { readonly chatId: number | string; readonly threadId?: number | undefined }[];
  /** A local Bot API server, a proxy or a test double. */
  readonly apiRoot?: string | undefined;
  readonly chat: Chat;
  readonly commands: readonly CommandHelp[];
  readonly log: Log;
  readonly onStatus?: ((status: PlatformStatus) => void) | undefined;
  /** Groups that became supergroups earlier: their old ids and the new ones. */
  readonly migrated?: ReadonlyMap<string, string> | undefined;
  /** A group became a supergroup: what is allowed in the old one should be in the new one. */
  readonly onMigrate?: ((oldId: string, newId: string) => void) | undefined;
  /** False for the sidecar, which only sends. */
  readonly poll: boolean;
  /** For tests that do not want to wait. */
  readonly timings?: Partial<Timings> | undefined;
}

/** Commands that are under way when the bot stops may take this long to end. */
const GRACE_MS = 2_000;

/** Telegram through grammY, with long polling. */
export function createTelegram(options: TelegramOptions): Platform {
  return new Telegram(options);
}

type Update = Parameters<Bot['handleUpdate']>[0];

class Telegram implements Platform {
  readonly name = 'telegram';
  readonly destinations: readonly Destination[];
  readonly #options: TelegramOptions;
  readonly #bot: Bot;
  readonly #connection: Connection;
  readonly #stopping = new AbortController();
  /** The last update under way, by chat: a chat's commands are answered in their order, and no chat waits for another. */
  readonly #underWay = new Map<number, Promise<void>>();
  #running: Promise<void> | undefined;
  #status: PlatformStatus = { state: 'connecting' };

  constructor(options: TelegramOptions) {
    this.#options = options;
    const { token, apiRoot, log, commands, chat } = options;
    const timings = { ...TIMINGS, ...options.timings };
    this.#bot = new Bot(
      token,
      apiRoot === undefined ? {} : { client: { apiRoot: apiRoot.replace(/\/+$/, '') } },
    );
    const { api } = this.#bot;
    const { migrated = new Map(), onMigrate } = options;
    const sender = new Sender({ api, log, timeoutMs: timings.requestMs, migrated, onMigrate });
    const common = { bot: this.#bot, commands, log, stopping: this.#stopping.signal };
    const budgetsOf = createBudgets();
    const onReply = (chatId: number | string) => {
      for (const budget of budgetsOf(chatId)) budget.take('post', Date.now());
    };
    converse({ ...common, chat, sender, timeoutMs: timings.requestMs, onReply });
    this.#connection = new Connection({
      ...common,
      timings,
      onStatus: (status) => this.#becomes(status),
      onUpdate: options.poll ? (update) => this.#take(update) : undefined,
    });
    this.destinations = createDestinations({ chats: options.chats, sender, budgetsOf });
  }

  async start(): Promise<void> {
    this.#running ??= this.#connection.run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const grace = new AbortController();
    const handled = Promise.all(this.#underWay.values());
    await Promise.race([handled, sleep(GRACE_MS, undefined, { signal: grace.signal }).catch(() => {})]);
    grace.abort();
  }

  status(): PlatformStatus {
    return this.#status;
  }

  #take(update: Update): void {
    const chatId = update.message?.chat.id ?? update.callback_query?.message?.chat.id ?? 0;
    const before = this.#underWay.get(chatId) ?? Promise.resolve();
    const handled: Promise<void> = before
      .then(() => this.#handle(update))
      .then(() => {
        if (this.#underWay.get(chatId) === handled) this.#underWay.delete(chatId);
      });
    this.#underWay.set(chatId, handled);
  }

  async #handle(update: Update): Promise<void> {
    try {
      await this.#bot.handleUpdate(update);
    } catch (error) {
      // grammY wraps what was thrown, and its context holds the whole update: only the words are told.
      const cause = (error as { error?: unknown }).error ?? error;
      const words = (cause instanceof Error ? cause.message : String(cause)).replaceAll(
        this.#options.token,
        '…',
      );
      this.#options.log.error({ error: words }, 'A command or button of Telegram failed.');
    }
  }

  #becomes(status: PlatformStatus): void {
    const before = this.#status;
    this.#status = status;
    const reason = (one: PlatformStatus) => (one.state === 'failed' ? one.reason : '');
    if (before.state === status.state && reason(before) === reason(status)) return;
    this.#options.onStatus?.(status);
  }
}

/** The budgets of each chat: its own, which its topics share, and that of the bot. */
function createBudgets(): (chatId: number | string) => readonly Budget[] {
  const bot = new Budget(RATES.bot);
  const chats = new Map<string, Budget>();
  return (chatId) => {
    const key = String(chatId);
    // Groups and channels have negative ids, or a name.
    const own = chats.get(key) ?? new Budget(Number(chatId) > 0 ? RATES.chat : RATES.group);
    chats.set(key, own);
    return [own, bot];
  };
}
