import type { RulesInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { clearStaleSocket, protectSocket } from '../control.ts';
import type { Destination } from '../delivery/destination.ts';
import { EngineRoom } from '../engine-room.ts';
import type { Log } from '../log.ts';
import { createLineMarker, type LineMarker } from '../pipeline/line-marker.ts';
import { createTerminal } from '../platforms/terminal/terminal.ts';
import { type ConnectedPlatforms, connectPlatforms, NO_PLATFORMS } from '../platforms.ts';
import type { LineChunk } from '../record/line-chunk.ts';
import { ping } from '../routes.ts';
import { HttpServer } from '../sources/http-server.ts';
import { echo } from './echo.ts';
import type { LineSink } from './line-sink.ts';
import { StdinRecords, type TakenLines } from './stdin-records.ts';

export interface SidecarOptions {
  readonly settings: Settings;
  readonly inForce: RulesInForce;
  readonly log: Log;
  readonly now: () => number;
}

/** Lines that one step hands to the pipeline. */
const STEP = 5_000;
/** So few lines that come together go the plain way all: there the time until an alert counts, not the work. */
const FEW_LINES = 64;

/** The whole pipeline for one program's output: sends to the same chats as the bot, but answers no commands. */
export class Sidecar implements LineSink {
  /** A pipeline of its own takes all that it is given. */
  readonly notTaken = 0;
  readonly #options: SidecarOptions;
  readonly #room: EngineRoom;
  #platforms: ConnectedPlatforms = NO_PLATFORMS;
  #destinations: readonly Destination[] = [];
  /** Tells others that this directory has its writer. */
  #lock: HttpServer | undefined;
  readonly #lines: StdinRecords;
  readonly #marker: LineMarker;
  /** Chunks that are not all submitted yet, in their order. */
  readonly #onTheWay: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(options: SidecarOptions) {
    const { settings, inForce, log, now } = options;
    this.#options = options;
    this.#room = new EngineRoom({
      settings,
      inForce,
      log,
      now,
      destinations: () => this.#destinations,
      others: () => this.#platforms.otherDestinations,
      givesUp: false,
      ...(settings.echo ? { onEvent: echo } : {}),
    });
    this.#marker = createLineMarker({
      rules: inForce.rules,
      workers: settings.workers,
      onFailed: (error) =>
        log.warn({ err: error }, 'A worker thread has ended; its work is done without it.'),
    });
    this.#lines = new StdinRecords({
      ...settings,
      now,
      onRecords: (taken) => this.#submit(taken),
    });
  }

  async start(): Promise<void> {
    await this.#connect();
    const socket = clearStaleSocket(this.#options.settings.dataDir);
    this.#lock = new HttpServer({ at: { socket }, setting: 'TOCSIN_DATA', routes: [ping('pipe')] });
    await this.#lock.start();
    protectSocket(socket);
    this.#room.start();
    await Promise.all(this.#platforms.all.map((platform) => platform.start()));
  }

  async #connect(): Promise<void> {
    const silent = {
      command: async () => ({ kind: 'none' }) as const,
      press: async () => ({ kind: 'none' }) as const,
    };
    this.#platforms = await connectPlatforms({
      ...this.#options,
      chat: silent,
      hints: () => [],
      listen: false,
      onMigrate: (from, to) => this.#room.store.meta.rememberMigration(from, to),
      migrated: this.#room.store.meta.migratedChats(),
      onStatus: (platform, status) => {
        if (status.state === 'failed')
          this.#options.log.error({ platform, reason: status.reason }, 'A chat platform is not to be had.');
      },
    });
    const chats = this.#platforms.alertDestinations;
    const { isTTY, columns } = process.stdout;
    const terminal = createTerminal((text) => process.stdout.write(text), {
      colour: isTTY === true,
      width: columns ?? 100,
    });
    this.#destinations = chats.length > 0 ? chats : [terminal];
  }

  async take(chunk: LineChunk): Promise<void> {
    const marking = chunk.starts.length > FEW_LINES ? this.#marker.mark(chunk) : undefined;
    this.#last = this.#handOver(chunk, marking, this.#last);
    this.#onTheWay.push(this.#last);
    if (this.#onTheWay.length >= this.#marker.inFlight) await this.#onTheWay.shift();
  }

  async #handOver(
    chunk: LineChunk,
    marking: Promise<Uint8Array | undefined> | undefined,
    before: Promise<void>,
  ): Promise<void> {
    const marks = await marking;
    await before;
    const lines = chunk.starts.length;
    for (let start = 0; start < lines; start += STEP) {
      const committed = this.#lines.take(chunk, start, Math.min(start + STEP, lines), marks);
      if (this.#room.pipeline.hasBatch) await committed;
    }
  }

  /** Resolves after the commit, whatever became of it: the pipeline tells, and the next lines may fare better. */
  #submit(taken: TakenLines): Promise<void> {
    return this.#room.pipeline.submit({ source: 'stdin', ...taken }).catch(() => {});
  }

  async undelivered(): Promise<number> {
    await this.#last;
    const committed = this.#lines.flush();
    this.#room.pipeline.flush();
    await committed;
    return this.#room.store.outbox.waiting();
  }

  async close(): Promise<void> {
    await this.#lock?.stop();
    await this.#marker.close();
    await this.#room.stopDelivery();
    await Promise.all(this.#platforms.all.map((platform) => platform.stop()));
    await this.#room.stop();
  }
}
