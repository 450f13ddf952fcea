import { proposeAdoption } from './adopt.ts';
import type { Actor } from './chat/chat.ts';
import type { Answer, ChatContext } from './chat/command.ts';
import { createChat } from './chat/create-chat.ts';
import { plainMessage } from './chat/views/plain.ts';
import { createClock } from './clock.ts';
import type { ConfigError } from './config/problem.ts';
import { RulesWatch } from './config/reload.ts';
import type { RulesInForce } from './config/rule-files.ts';
import type { Settings } from './config/settings.ts';
import { clearStaleSocket, findRunning, protectSocket } from './control.ts';
import { EngineRoom } from './engine-room.ts';
import { explainGroup } from './explain-line.ts';
import type { Log } from './log.ts';
import type { Submission } from './pipeline/submission.ts';
import type { PlatformStatus } from './platforms/platform.ts';
import { type ConnectedPlatforms, connectPlatforms, NO_PLATFORMS } from './platforms.ts';
import { tellResolved } from './resolved-alerts.ts';
import { botRoutes, controlRoutes } from './routes.ts';
import { socketSources } from './socket-sources.ts';
import { HttpServer } from './sources/http-server.ts';
import type { Listener } from './sources/listener.ts';
import { UdpSource } from './sources/udp.ts';
import { createSyslogListeners } from './syslog-listeners.ts';
import { Watch } from './watch.ts';

export interface BotOptions {
  readonly settings: Settings;
  readonly inForce: RulesInForce;
  readonly log: Log;
  /** Three lines for a page that has no message yet. */
  readonly hints?: () => readonly string[];
}

/** Messages that the console page shows again after a restart. */
const CONSOLE_REMEMBERS = 50;

/** A second bot on the same data directory would ring twice. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
}

/** Throws AlreadyRunningError when another Tocsin writes into the directory. */
export async function refuseSecond(dataDir: string): Promise<void> {
  if (await findRunning(dataDir))
    throw new AlreadyRunningError(
      `TOCSIN_DATA: another Tocsin already runs on ${dataDir}. End it, or set TOCSIN_DATA to another directory.`,
    );
}

/**
 * The bot: everything put together. `start` throws what a user can mend (DatabaseError, ListenError, AlreadyRunningError);
 * afterwards no failure of a chat or a sender ends it.
 */
export class Bot {
  readonly #options: BotOptions;
  readonly #now = createClock();
  readonly #room: EngineRoom;
  readonly #connect: () => Promise<ConnectedPlatforms>;
  #platforms: ConnectedPlatforms = NO_PLATFORMS;
  readonly #ask: (words: readonly string[]) => Answer;
  readonly #watch: RulesWatch;
  readonly #startedAt = this.#now();
  #http: HttpServer | undefined;
  #udp: UdpSource | undefined;
  /** The listeners besides HTTP and UDP. */
  #listeners: Listener[] = [];
  readonly #missing: Watch;
  #control: HttpServer | undefined;
  #refused: ConfigError | undefined;

  constructor(options: BotOptions) {
    const { settings, inForce, log } = options;
    this.#options = options;
    this.#room = new EngineRoom({
      settings,
      inForce,
      log,
      now: this.#now,
      destinations: () => this.#platforms.alertDestinations,
      others: () => this.#platforms.otherDestinations,
      givesUp: true,
      onStored: (submission) => this.#onStored(submission),
    });
    this.#missing = new Watch({
      watches: settings.watches,
      store: this.#room.store,
      pipeline: this.#room.pipeline,
      announce: (message) => this.#room.announce(message),
      now: this.#now,
      log,
    });
    const access = accessOf(settings);
    const migrated = this.#room.store.meta.migratedChats();
    for (const [from, to] of migrated) if (access.telegramChats.has(from)) access.telegramChats.add(to);
    const chat = createChat({ context: this.#context(), access, log });
    this.#ask = (words) => chat.ask(TERMINAL, words);
    this.#connect = () =>
      connectPlatforms({
        settings,
        chat,
        log,
        now: this.#now,
        hints: options.hints ?? (() => []),
        listen: true,
        onStatus: (platform, status) => this.#onStatus(platform, status),
        onMigrate: (from, to) => {
          this.#room.store.meta.rememberMigration(from, to);
          if (access.telegramChats.has(from)) access.telegramChats.add(to);
        },
        migrated,
      });
    this.#watch = new RulesWatch({
      settings,
      version: inForce.version,
      onApplied: (next) => this.#onApplied(next),
      onRefused: (error) => this.#onRefused(error),
    });
  }

  async start(): Promise<void> {
    const { settings, log } = this.#options;
    try {
      this.#platforms = await this.#connect();
      await this.#listen();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#platforms.console?.remember(this.#room.lastSent('console', CONSOLE_REMEMBERS));
    this.#room.start();
    await Promise.all(this.#platforms.all.map((platform) => platform.start()));
    this.#watch.start();
    this.#missing.start();
    // Compiling takes some time: not when the first burst comes.
    setImmediate(() => this.#room.marks);
    log.info(
      {
        http: this.httpAddress,
        udp: this.udpAddress,
        others: this.listenerAddresses,
        shadow: settings.shadow,
      },
      'Tocsin is up.',
    );
  }

  /** Takes nothing new, commits what was received, ends what is being sent, and closes. */
  async stop(): Promise<void> {
    this.#watch.stop();
    // The streams of open pages would hold the listener.
    await this.#platforms.console?.stop();
    const listeners = this.#listeners.map(({ source }) => source.stop());
    await Promise.all([this.#http?.stop(), this.#udp?.stop(), ...listeners, this.#control?.stop()]);
    this.#missing.stop();
    // Couriers first: they send through the platforms. The database last: a chat may still be answering.
    await this.#room.stopDelivery();
    await Promise.all(this.#platforms.all.map((platform) => platform.stop()));
    await this.#room.stop();
  }

  /** Looks at the rule files now. */
  reload(): void {
    this.#watch.check();
  }

  get httpAddress(): string | undefined {
    return this.#http?.address;
  }

  get udpAddress(): string | undefined {
    return this.#udp?.address;
  }

  /** `tcp 127.0.0.1:6514`, `fluent 127.0.0.1:24224` of each listener that the configuration asks for. */
  get listenerAddresses(): string[] {
    return this.#listeners.map(({ name, source }) => `${name} ${source.address}`);
  }

  get hasConsole(): boolean {
    return this.#platforms.console !== undefined && this.#http !== undefined;
  }

  async #listen(): Promise<void> {
    const { settings, log } = this.#options;
    const { dataDir, http, udp } = settings;
    await refuseSecond(dataDir);
    const room = this.#room;
    const shared = { settings, room, now: this.#now };
    const socket = clearStaleSocket(dataDir);
    this.#control = new HttpServer({
      at: { socket },
      setting: 'TOCSIN_DATA',
      routes: controlRoutes({ ...shared, ask: this.#ask }),
    });
    await this.#control.start();
    protectSocket(socket);
    const { maxLineBytes, stackTraceMs } = settings;
    const marks = () => room.marks;
    const feed = { maxLineBytes, stackTraceMs, pipeline: room.pipeline, now: this.#now, log, marks };
    if (udp !== 'off') {
      this.#udp = new UdpSource({ ...udp, ...feed });
      await this.#udp.start();
    }
    this.#listeners = [
      ...createSyslogListeners(settings.syslog, { ...feed, reloadMs: settings.reloadMs }),
      ...socketSources({ ...shared, log }),
    ];
    for (const { source } of this.#listeners) await source.start();
    if (http !== 'off') {
      const ready = () => this.#readiness();
      const beat = (name: string, failure: string | undefined) => this.#missing.beat(name, failure);
      this.#http = new HttpServer({
        at: http,
        setting: 'TOCSIN_HTTP',
        routes: botRoutes({ ...shared, ready, beat, platforms: this.#platforms }),
      });
      await this.#http.start();
    }
  }

  #context(): ChatContext {
    const { settings } = this.#options;
    const room = this.#room;
    return {
      store: room.store,
      now: this.#now,
      time: room.time,
      timeZone: settings.timezone,
      sentry: room.sentry,
      mentions: settings.mentions,
      announce: (message, except) => room.announce(message, except && ((id) => isChatOf(id, except))),
      refresh: () => room.nudge(),
      regroup: () => room.regroup(),
      adopt: proposeAdoption,
      runtime: {
        startedAt: this.#startedAt,
        shadow: settings.shadow,
        configVersion: () => room.inForce.version,
        alertsInMemory: (from) => room.memory.countBySeverity(from),
        troubles: () => this.#troubles(),
        cooldownMs: (category, signatureId) => room.cooldownMs(category, signatureId),
        configured: (name) => room.configured(name),
        explain: (line) => room.explain(line),
        explainGroup,
        watches: () => this.#missing.status(),
        asksToken: settings.ingestToken !== undefined,
        listeners: () => [
          ...(this.#http ? [`http ${this.#http.address}`] : []),
          ...(this.#udp ? [`udp ${this.#udp.address}`] : []),
          ...this.listenerAddresses,
        ],
      },
    };
  }

  #onStored(submission: Submission): void {
    this.#missing.heard(submission);
    if (!submission.alerts) return;
    try {
      tellResolved(this.#room, submission, this.#now());
    } catch (error) {
      this.#options.log.error({ err: error }, 'That alerts are resolved could not be told.');
    }
  }

  #troubles(): string[] {
    const refused = this.#refused === undefined ? [] : [`configuration: ${this.#refused.message}`];
    const disabled = this.#options.settings.enabled
      ? []
      : ['LOG_AGGREGATOR_ENABLED is 0: nothing is grouped or sent'];
    const chats = this.#platforms.all.flatMap((platform) => {
      const status = platform.status();
      return status.state === 'failed' ? [`${platform.name}: ${status.reason}`] : [];
    });
    return [...disabled, ...refused, ...chats, ...this.#room.deliveryTroubles()];
  }

  #readiness() {
    let database: { ok: boolean; reason?: string } = { ok: true };
    try {
      this.#room.store.health.probeWritable();
    } catch (error) {
      database = { ok: false, reason: (error as Error).message };
    }
    const chats = Object.fromEntries(
      this.#platforms.all.map((platform) => [platform.name, platform.status()]),
    );
    const connected = this.#platforms.all.every((platform) => platform.status().state === 'connected');
    const delivery = this.#room.deliveryTroubles();
    return { ready: database.ok && connected && delivery.length === 0, database, chats, delivery };
  }

  /** What happens to one platform is told in the log and in the chats of the others. */
  #onStatus(name: string, status: PlatformStatus): void {
    const { log } = this.#options;
    if (status.state === 'failed') {
      log.error({ platform: name, reason: status.reason }, 'A chat platform is not to be had.');
      this.#tellOthers(name, `⚠️ ${name} is not to be had: ${status.reason}`);
    } else {
      log.info({ platform: name, state: status.state }, 'A chat platform changed its state.');
    }
  }

  #tellOthers(name: string, text: string): void {
    this.#room.announce(plainMessage(text), (destination) => destination.startsWith(`${name}:`));
  }

  #onApplied(next: RulesInForce): void {
    this.#room.use(next);
    this.#options.log.info({ configuration: next.version }, 'New rules are in force.');
    if (this.#refused)
      this.#room.announce(plainMessage(`✅ The rule files are good again: configuration ${next.version}.`));
    this.#refused = undefined;
  }

  #onRefused(error: ConfigError): void {
    this.#refused = error;
    this.#options.log.error(
      { problems: error.message },
      'The changed rule files are wrong; the last good rules stay.',
    );
    const summary = '⚠️ The changed rule files are wrong; the last good rules stay in force.';
    this.#room.announce({
      summary,
      blocks: [
        { type: 'text', spans: [summary] },
        { type: 'code', text: error.message },
      ],
    });
  }
}

const TERMINAL = {
  platform: 'terminal',
  chatId: 'terminal',
  userId: 'terminal',
  userName: 'terminal',
} as const;

/** Whether a destination is the chat in which somebody speaks. */
function isChatOf(destinationId: string, { platform, chatId }: Actor): boolean {
  const chat = platform === 'console' ? 'console' : `${platform}:${chatId}`;
  return destinationId === chat || destinationId.startsWith(`${chat}:`);
}

function accessOf({ access }: Settings) {
  return {
    telegramChats: new Set(access.telegramChats ?? []),
    telegramAdmins: new Set(access.telegramAdmins),
    slackChannels: new Set(access.slackChannels ?? []),
    slackAdmins: new Set(access.slackAdmins),
  };
}
