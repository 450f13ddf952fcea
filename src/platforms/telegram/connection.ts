import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from 'grammy';
import type { CommandHelp } from '../../chat/chat.ts';
import type { PlatformStatus } from '../platform.ts';
import { withDeadline } from './deadline.ts';
import { describe, type Failure, failureOf } from './failure.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import { TOKEN_REFUSED } from './outcome.ts';

type Update = Awaited<ReturnType<Bot['api']['getUpdates']>>[number];

export interface Timings {
  readonly requestMs: number;
  /** Telegram holds a long poll this long when there is nothing new. */
  readonly pollSeconds: number;
  /** Waits after a refusal (401, 409): the first and the longest; between them they double. */
  readonly refusedMs: readonly [first: number, longest: number];
  /** The same after an outage. */
  readonly outageMs: readonly [first: number, longest: number];
}

export const TIMINGS: Timings = {
  requestMs: 15_000,
  pollSeconds: 30,
  refusedMs: [5_000, 60_000],
  outageMs: [1_000, 30_000],
};

export interface ConnectionOptions {
  readonly bot: Bot;
  readonly commands: readonly CommandHelp[];
  readonly log: Log;
  readonly timings: Timings;
  readonly stopping: AbortSignal;
  readonly onStatus: (status: PlatformStatus) => void;
  /** Takes one update and returns at once; it must not throw. Undefined: nothing is listened for. */
  readonly onUpdate: ((update: Update) => void) | undefined;
}

/** How long to confirm the last updates may take when the bot stops. */
const CONFIRM_MS = 500;

const ANOTHER_POLLER =
  'another process polls Telegram with this token: stop it, or give this bot a token of its own from @BotFather';

/**
 * Keeps the bot connected until it is stopped. It polls by itself with grammY's calls: `bot.start()` rejects for good on 401 and
 * 409, does not say when the network is gone, and sleeps on when it is to stop.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #offset = 0;
  #unconfirmed = false;
  #failures = 0;
  #isSetUp = false;
  /** After a conflict only a whole long poll shows that we are alone: the newer of two pollers always succeeds at first. */
  #isContested = false;
  /** Whether the last poll succeeded. Else the next one returns at once, to show that the connection works. */
  #isProven = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Resolves when stopped; never rejects. */
  async run(): Promise<void> {
    const { stopping } = this.#options;
    while (!stopping.aborted) {
      try {
        if (!this.#isSetUp) await this.#setUp();
        if (!this.#options.onUpdate) return this.#connected();
        await this.#poll(this.#isProven || this.#isContested ? this.#options.timings.pollSeconds : 0);
      } catch (error) {
        if (stopping.aborted) break;
        await this.#pauseAfter(failureOf(error));
      }
    }
    await this.#confirm();
  }

  async #setUp(): Promise<void> {
    const { bot, log } = this.#options;
    bot.botInfo = await this.#call((signal) => bot.api.getMe(signal));
    if (this.#options.onUpdate) {
      const { url } = await this.#call((signal) => bot.api.getWebhookInfo(signal));
      if (url) {
        log.warn({}, 'A webhook was set for this bot; it is taken away, because Tocsin polls.');
        await this.#call((signal) => bot.api.deleteWebhook({}, signal));
      }
      await this.#registerCommands();
    }
    this.#isSetUp = true;
  }

  async #registerCommands(): Promise<void> {
    const { bot, commands, log } = this.#options;
    const menu = commands
      .filter(({ name }) => LIMITS.commandName.test(name))
      .slice(0, LIMITS.commands)
      .map(({ name, description }) => ({
        command: name,
        description: description.slice(0, LIMITS.commandDescription).toWellFormed() || name,
      }));
    try {
      await this.#call((signal) => bot.api.setMyCommands(menu, {}, signal));
    } catch (error) {
      const failure = failureOf(error);
      // The menu is a convenience; any other trouble is met again by the next call.
      if (failure.kind === 'refused' && failure.code === 401) throw error;
      log.warn({ error: describe(failure) }, 'The menu of commands could not be set.');
    }
  }

  async #poll(seconds: number): Promise<void> {
    const { bot, stopping, timings, onUpdate } = this.#options;
    const ms = seconds * 1_000 + timings.requestMs;
    const updates = await withDeadline({ ms, stopping }, (signal) =>
      bot.api.getUpdates(
        {
          offset: this.#offset,
          timeout: seconds,
          allowed_updates: ['message', 'callback_query', 'my_chat_member'],
        },
        signal,
      ),
    );
    this.#unconfirmed = updates.length > 0;
    for (const update of updates) {
      this.#offset = update.update_id + 1;
      onUpdate?.(update);
    }
    this.#connected();
  }

  #connected(): void {
    this.#failures = 0;
    this.#isContested = false;
    this.#isProven = true;
    this.#options.onStatus({ state: 'connected' });
  }

  async #pauseAfter(failure: Failure): Promise<void> {
    const { timings, stopping, onStatus, log } = this.#options;
    this.#isProven = false;
    let waits = timings.outageMs;
    let pauseMs: number | undefined;
    if (failure.kind === 'refused' && failure.code === 409) {
      // With a webhook set meanwhile, setting up again takes it away.
      if (/webhook/i.test(failure.description)) this.#isSetUp = false;
      else {
        this.#isContested = true;
        waits = timings.refusedMs;
        onStatus({ state: 'failed', reason: ANOTHER_POLLER });
      }
    } else if (failure.kind === 'refused' && (failure.code === 401 || failure.code === 404)) {
      waits = timings.refusedMs;
      onStatus({ state: 'failed', reason: TOKEN_REFUSED });
    } else {
      if (failure.kind === 'refused') pauseMs = failure.retryAfterMs;
      if (failure.kind === 'bug')
        log.error({ error: failure.reason }, 'Polling Telegram failed unexpectedly.');
      else log.debug?.({ error: describe(failure) }, 'Telegram cannot be reached.');
      onStatus({ state: 'connecting' });
    }
    const [first, longest] = waits;
    pauseMs ??= Math.min(longest, first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    await sleep(pauseMs, undefined, { signal: stopping }).catch(() => {});
  }

  #call<T>(call: Parameters<typeof withDeadline<T>>[1]): Promise<T> {
    const { timings, stopping } = this.#options;
    return withDeadline({ ms: timings.requestMs, stopping }, call);
  }

  /** Tells Telegram which updates were taken, so that they do not come again after the restart. */
  async #confirm(): Promise<void> {
    if (!this.#unconfirmed) return;
    const { bot, log } = this.#options;
    try {
      await withDeadline({ ms: CONFIRM_MS }, (signal) =>
        bot.api.getUpdates({ offset: this.#offset, limit: 1, timeout: 0 }, signal),
      );
    } catch (error) {
      log.debug?.({ error: describe(failureOf(error)) }, 'The last updates could not be confirmed.');
    }
  }
}
