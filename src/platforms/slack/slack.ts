import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Actor, Chat, CommandHelp, Reply } from '../../chat/chat.ts';
import type { Destination } from '../../delivery/destination.ts';
import type { Platform, PlatformStatus } from '../platform.ts';
import { createChannel } from './channel.ts';
import { outcomeOf } from './outcome.ts';
import { renderSlack } from './render.ts';
import { SocketKeeper } from './socket.ts';

interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface SlackOptions {
  readonly botToken: string;
  /** Socket Mode. */
  readonly appToken?: string | undefined;
  /** HTTP mode: requests of Slack come in through `handle`. */
  readonly signingSecret?: string | undefined;
  readonly channels: readonly string[];
  readonly apiUrl?: string | undefined;
  readonly chat: Chat;
  readonly commands: readonly CommandHelp[];
  readonly log: Log;
  readonly onStatus: (status: PlatformStatus) => void;
  /** False for the sidecar, which only sends. */
  readonly listen: boolean;
}

/** Takes every command as its first word. */
const OWN_COMMAND = 'tocsin';
/** Where Slack's requests arrive in HTTP mode; Bolt's own default. */
const EVENTS_PATH = '/slack/events';
const REQUEST_TIMEOUT_MS = 15_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** What Slack calls `respond` and `ack`, as far as they are used here. */
type Respond = (message: Record<string, unknown>) => Promise<unknown>;
interface Interaction {
  readonly body: Record<string, unknown>;
  readonly ack: () => Promise<unknown>;
  readonly respond: Respond;
}

/** Slack through Bolt: Socket Mode, or HTTP when there is a signing secret and no app token. */
export function createSlack(options: SlackOptions): Platform & {
  /** In HTTP mode: takes Slack's requests; false for any other. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean;
} {
  return new Slack(options);
}

class Slack implements Platform {
  readonly name = 'slack';
  readonly destinations: readonly Destination[];
  readonly #options: SlackOptions;
  readonly #app: App;
  readonly #http: HTTPReceiver | undefined;
  readonly #socket: SocketKeeper | undefined;
  readonly #stopping = new AbortController();
  #verifying: Promise<void> | undefined;
  #status: PlatformStatus = { state: 'connecting' };

  constructor(options: SlackOptions) {
    this.#options = options;
    const clientOptions = {
      ...(options.apiUrl === undefined ? {} : { slackApiUrl: withSlash(options.apiUrl) }),
      // Every retry is the courier's to decide: Slack's client would post twice after a lost reply.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: REQUEST_TIMEOUT_MS,
    };
    const logger = boltLogger(options.log);
    const socket =
      options.appToken === undefined
        ? undefined
        : new SocketModeReceiver({
            appToken: options.appToken,
            autoReconnectEnabled: false,
            logger,
            installerOptions: { clientOptions },
          });
    this.#http =
      socket || options.signingSecret === undefined
        ? undefined
        : new HTTPReceiver({ signingSecret: options.signingSecret, endpoints: EVENTS_PATH, logger });
    const receiver = socket ?? this.#http;
    this.#app = new App({
      token: options.botToken,
      ...(receiver ? { receiver } : {}),
      clientOptions,
      logger,
      deferInitialization: true,
      convoStore: false,
    });
    this.#app.error(async (error) =>
      options.log.error({ err: error }, 'A request of Slack could not be handled.'),
    );
    this.#listen();
    this.#socket = socket
      ? new SocketKeeper({
          receiver: socket,
          onConnected: () => this.#becomes({ state: 'connected' }),
          onDisconnected: (error) => this.#onDisconnected(error),
        })
      : undefined;
    this.destinations = options.channels.map((channel) =>
      createChannel(channel, () => this.#app.client, options.log),
    );
  }

  async start(): Promise<void> {
    this.#verifying ??= this.#verify();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#verifying;
    if (this.#options.listen) await this.#socket?.stop();
  }

  status(): PlatformStatus {
    return this.#status;
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!this.#http || path !== EVENTS_PATH) return false;
    if (this.#status.state === 'connected') this.#http.requestListener(request, response);
    else response.writeHead(503).end();
    return true;
  }

  /** Tests the bot token until Slack takes it; only then are commands listened for. */
  async #verify(): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      try {
        await this.#app.init();
        if (!this.#options.listen || !this.#socket) this.#becomes({ state: 'connected' });
        if (this.#options.listen) this.#socket?.start();
        return;
      } catch (error) {
        const outcome = outcomeOf(error);
        if (outcome.kind === 'rate_limited') await this.#pause(outcome.retryAfterMs);
        else {
          this.#becomes({
            state: outcome.kind === 'unavailable' ? 'connecting' : 'failed',
            reason: outcome.error,
          });
          await this.#pause(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 8)));
        }
      }
    }
  }

  #pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #onDisconnected(error: unknown): void {
    const outcome = error === undefined ? undefined : outcomeOf(error);
    if (outcome?.kind === 'blocked' || outcome?.kind === 'rejected') {
      const reason = outcome.error.replace('SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN');
      this.#becomes({
        state: 'failed',
        reason: `${reason}; commands and buttons do not arrive, alerts still go out`,
      });
    } else {
      this.#becomes({ state: 'connecting' });
    }
  }

  #becomes(status: PlatformStatus): void {
    const before = this.#status;
    this.#status = status;
    if (before.state !== status.state || JSON.stringify(before) !== JSON.stringify(status))
      this.#options.onStatus(status);
  }

  #listen(): void {
    const { chat, commands } = this.#options;
    // `/tocsin mute …` for those that Slack has itself (`/mute`), and for workspaces in which a name is taken.
    for (const name of [...commands.map((command) => command.name), OWN_COMMAND]) {
      this.#app.command(`/${name}`, ({ body, ack, respond }) => {
        const words = String((body as unknown as Record<string, unknown>)['text'] ?? '');
        const text = name === OWN_COMMAND ? `/${words.trim() || 'help'}` : `/${name} ${words}`;
        return this.#answer({ body: body as never, ack, respond: respond as Respond }, (actor) =>
          chat.command(actor, text),
        );
      });
    }
    this.#app.action(/.*/, ({ action, body, ack, respond }) => {
      const value = 'value' in action && typeof action.value === 'string' ? action.value : undefined;
      // A link button tells the app too that it was pressed; the acknowledgement is all that it wants.
      return this.#answer({ body: body as never, ack: () => ack(), respond: respond as Respond }, (actor) =>
        value === undefined ? Promise.resolve({ kind: 'none' }) : chat.press(actor, value),
      );
    });
  }

  /** Acknowledges at once (Slack waits 3 s), then answers through the response URL. */
  async #answer({ body, ack, respond }: Interaction, ask: (actor: Actor) => Promise<Reply>): Promise<void> {
    await ack();
    const reply = await ask(actorOf(body));
    if (reply.kind === 'none') return;
    const message =
      reply.kind === 'toast'
        ? { response_type: 'ephemeral', replace_original: false, text: reply.text }
        : {
            response_type: 'in_channel',
            replace_original: reply.kind === 'replace',
            ...renderSlack(reply.message),
          };
    try {
      await respond(message);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'Slack did not take the answer to a command.');
    }
  }
}

function actorOf(body: Record<string, unknown>): Actor {
  const user = body['user'] as { id?: string; name?: string; username?: string } | undefined;
  const channel = body['channel'] as { id?: string } | undefined;
  const userId = user?.id ?? String(body['user_id'] ?? '');
  return {
    platform: 'slack',
    chatId: channel?.id ?? String(body['channel_id'] ?? ''),
    userId,
    userName: user?.name ?? user?.username ?? String(body['user_name'] ?? userId),
  };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** Bolt's words go to our log; its errors are mostly told by `status` as well, so they are warnings here. */
function boltLogger(log: Log) {
  const text = (messages: unknown[]) => messages.map(String).join(' ');
  return {
    debug: () => {},
    info: (...messages: unknown[]) => log.debug({ bolt: text(messages) }, 'Bolt says.'),
    warn: (...messages: unknown[]) => log.debug({ bolt: text(messages) }, 'Bolt warns.'),
    error: (...messages: unknown[]) => log.debug({ bolt: text(messages) }, 'Bolt reports an error.'),
    getLevel: () => LogLevel.INFO,
    setLevel: () => {},
    setName: () => {},
  };
}
