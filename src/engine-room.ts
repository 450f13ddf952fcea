import { createAlertMemory } from './alert-memory.ts';
import { ruleFor } from './alerting/decide.ts';
import { heldBack } from './chat/actions.ts';
import type { Fate } from './chat/command.ts';
import { createTimeFormat } from './chat/views/format.ts';
import { plainMessage } from './chat/views/plain.ts';
import { type Chores, createChores } from './chore-loop.ts';
import { type Classifier, createClassifier } from './classify/classifier.ts';
import { createQuietMarks } from './classify/quiet-objects.ts';
import type { Signature } from './classify/signature.ts';
import { createComposer } from './composer.ts';
import type { RulesInForce } from './config/rule-files.ts';
import type { Settings } from './config/settings.ts';
import type { Composer } from './delivery/composer.ts';
import { Courier } from './delivery/courier.ts';
import type { Destination } from './delivery/destination.ts';
import { Escalation } from './delivery/escalation.ts';
import type { CourierStatus } from './delivery/gate.ts';
import { explainLine } from './explain-line.ts';
import type { Log } from './log.ts';
import type { Message } from './message/message.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createGroupStateCache } from './pipeline/group-states.ts';
import { createGrouping } from './pipeline/grouping.ts';
import { activeRules, Pipeline } from './pipeline/pipeline.ts';
import type { Submission } from './pipeline/submission.ts';
import type { QuietMarks } from './record/line-chunk.ts';
import type { LogRecord } from './record/log-record.ts';
import { testRules } from './rule-self-test.ts';
import { openStore } from './store/store.ts';

export interface EngineRoomOptions {
  readonly settings: Settings;
  readonly inForce: RulesInForce;
  readonly log: Log;
  readonly now: () => number;
  /** Where alerts go, in the order of the configuration. */
  readonly destinations: () => readonly Destination[];
  /** Where only some messages go (escalations). */
  readonly others: () => readonly Destination[];
  /** Called after the commit with what a source handed over. */
  readonly onStored?: (submission: Submission) => void;
  /** Whether what waits for a chat that is not configured is given up after a day: the bot's business, not the sidecar's. */
  readonly givesUp: boolean;
  readonly onEvent?: (record: LogRecord, signature: Signature | undefined) => void;
}

const MUTES_EVERY_MS = 1_000;
const RETENTION_FIRST_MS = 60_000;
const DAY_MS = 86_400_000;
/** After the start, and after new rules: not while everything else begins. */
const SELF_TEST_MS = 2_000;

/**
 * What the bot and the sidecar have in common: the database, the pipeline over it, and a courier for each destination.
 * Opening it throws DatabaseError.
 */
export class EngineRoom {
  readonly store;
  readonly pipeline;
  readonly metrics;
  readonly memory;
  readonly grouping;
  readonly time;
  readonly sentry;
  readonly #options: EngineRoomOptions;
  #inForce: RulesInForce;
  /** By the rules in force, as soon as somebody asks. */
  #marks: { readonly made: QuietMarks | undefined } | undefined;
  #classifier: Classifier;
  #selfTest: NodeJS.Timeout | undefined;
  #couriers: Courier[] = [];
  #escalation: Escalation | undefined;
  readonly #composer: Composer;
  #muteTimer: NodeJS.Timeout | undefined;
  /** Chats that wait for a person, and that the others were told of. */
  readonly #blocked = new Set<string>();
  readonly #chores: Chores;

  constructor(options: EngineRoomOptions) {
    const { settings, now, log } = options;
    this.#options = options;
    this.#inForce = options.inForce;
    this.#classifier = createClassifier(options.inForce.rules);
    this.store = openStore({
      dataDir: settings.dataDir,
      samplesPerGroup: settings.samples.perGroup,
      samplesPerMinute: settings.samples.perMinute,
      retention: settings.retention,
    });
    this.#chores = createChores({
      store: this.store,
      now,
      onForgotten: (fingerprints) => this.pipeline.forgetGroups(fingerprints),
      onRetentionFailed: (error) =>
        log.error({ err: error }, 'Old data could not be removed from the database.'),
      onTalliesFailed: (error) =>
        log.warn({ err: error }, 'What was counted could not be tallied; /errors takes longer.'),
    });
    this.time = createTimeFormat(settings.timezone);
    this.sentry = settings.sentry;
    this.#composer = createComposer({
      store: this.store,
      time: this.time,
      sentry: this.sentry,
      mentions: settings.mentions,
      now,
    });
    this.memory = createAlertMemory(this.store.alerts);
    this.metrics = createMetrics({
      waiting: () => new Map(options.destinations().map(({ id }) => [id, this.store.outbox.waiting(id)])),
      databaseBytes: () => this.store.health.databaseBytes(),
      singly: () => this.#classifier.singly,
    });
    this.grouping = createGrouping(this.store.grouping);
    let startedAt = 0;
    this.pipeline = new Pipeline({
      rules: this.#activeRules(),
      states: createGroupStateCache(this.store.groupState),
      grouping: this.grouping,
      write: (batch) => {
        startedAt = performance.now();
        return this.store.writeBatch(batch);
      },
      limits: {
        samplesPerMinute: settings.samples.perMinute,
        sampleBytes: settings.samples.maxBytes,
        isFull: this.store.isMinuteFull,
      },
      destinations: () => options.destinations().map((destination) => destination.id),
      enabled: settings.enabled,
      shadow: settings.shadow,
      muteOf: (query, at) => this.store.mutes.covering(query, at),
      now,
      onCommitted: (batch, alerts) => {
        this.metrics.committed(batch, alerts, (performance.now() - startedAt) / 1000);
        this.memory.add(alerts);
        if (alerts.length > 0) this.nudge();
      },
      onFailed: (error, records) => {
        this.metrics.lost(records);
        log.error({ err: error, records }, 'The database did not take a batch of lines; it was not stored.');
      },
      onBusy: (error) =>
        log.warn({ err: error }, 'Another process holds the database; lines wait until it lets go.'),
      ...(options.onStored ? { onStored: options.onStored } : {}),
      ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    });
  }

  /** Begins to deliver what is queued, from before a restart too. */
  start(): void {
    const { now, log, settings } = this.#options;
    const again = this.store.outbox.recover();
    if (again > 0)
      log.warn(
        { messages: again },
        'Messages were on their way when the last run ended; they are sent again.',
      );
    const destinations = [...this.#options.destinations(), ...this.#options.others()];
    const ids = destinations.map(({ id }) => id);
    this.#followMoves(ids);
    const abandoned = this.#options.givesUp ? this.store.outbox.abandon(ids, now() - DAY_MS, now()) : 0;
    if (abandoned > 0)
      log.error(
        { messages: abandoned },
        'Messages have waited for a day for chats that are not configured; they are given up.',
      );
    const { store } = this;
    const common = { store, composer: this.#composer, installation: store.meta.installation(), now, log };
    this.#couriers = destinations.map(
      (destination) =>
        new Courier({
          ...common,
          destination,
          stormAbove: settings.storm.groupsPerMinute,
          onStatus: (status) => this.#onCourier(destination.id, status),
        }),
    );
    this.#testRulesSoon();
    this.#muteTimer = setInterval(() => this.#endMutes(), MUTES_EVERY_MS);
    // In shadow mode nothing is sent, what is queued from before included: it waits.
    if (settings.shadow) {
      this.#chores.start(RETENTION_FIRST_MS);
      return;
    }
    for (const courier of this.#couriers) courier.start();
    const { destination, afterMs } = settings.escalation;
    if (destination !== undefined) {
      const onQueued = () => this.nudge();
      const onFailed = (error: Error) =>
        log.error({ err: error }, 'Unacknowledged alerts could not be looked up.');
      this.#escalation = new Escalation({ store: this.store, destination, afterMs, now, onQueued, onFailed });
      this.#escalation.start();
    }
    this.#chores.start(RETENTION_FIRST_MS);
  }

  /** Groups of Telegram that moved, and whose new id is configured by now: what waits for the old one goes there. */
  #followMoves(ids: readonly string[]): void {
    for (const [from, to] of this.store.meta.migratedChats()) {
      const isNew = (id: string) => id === `telegram:${to}` || id.startsWith(`telegram:${to}:`);
      for (const id of ids.filter(isNew)) {
        const old = id.replace(`telegram:${to}`, `telegram:${from}`);
        if (!ids.includes(old)) this.store.outbox.rename(old, id);
      }
    }
  }

  /** A chat that only a person can mend is told in the others; when it is back, too. */
  #onCourier(id: string, status: CourierStatus): void {
    const wasBlocked = this.#blocked.has(id);
    const except = (other: string) => other === id;
    if (status.state === 'blocked' && !wasBlocked) {
      this.#blocked.add(id);
      const chat = { style: 'code' as const, text: id };
      this.announce(
        plainMessage('⚠️ ', chat, ` takes no messages: ${status.reason}. What rings for it waits.`),
        except,
      );
    }
    if (status.state === 'ok' && this.#blocked.delete(id))
      this.announce(plainMessage('✅ ', { style: 'code', text: id }, ' takes messages again.'), except);
  }

  /** Mutes whose time is over are told, with what they have held back. */
  #endMutes(): void {
    const { now, log } = this.#options;
    try {
      for (const mute of this.store.mutes.expired(now())) {
        const words = heldBack(this, mute);
        this.store.mutes.end(mute, now(), null);
        this.announce(plainMessage('🔔 The mute has ended of ', ...words));
      }
    } catch (error) {
      log.error({ err: error }, 'Mutes that are over could not be told.');
    }
  }

  /** Ends the couriers after what they have under way; what is queued waits for the next start. */
  async stopDelivery(): Promise<void> {
    this.#escalation?.stop();
    await Promise.all(this.#couriers.map((courier) => courier.stop()));
  }

  /** Commits what waits, ends the couriers, and closes the database. */
  async stop(): Promise<void> {
    clearTimeout(this.#selfTest);
    this.#chores.stop();
    clearInterval(this.#muteTimer);
    this.pipeline.flush();
    await this.stopDelivery();
    this.store.close();
  }

  /** Tells the couriers that something is queued. */
  nudge(): void {
    for (const courier of this.#couriers) courier.nudge();
  }

  /** The last messages that a destination took, as they would look now. */
  lastSent(destinationId: string, limit: number): readonly { id: string; message: Message; at: number }[] {
    return this.store.outbox.lastSent(destinationId, limit).flatMap(({ item, messageId, sentAt }) => {
      const composed = this.#composer.item(item);
      return composed ? [{ id: messageId, message: composed.message, at: sentAt }] : [];
    });
  }

  /** Queues a message of the bot itself for all destinations, or all but those of one platform that is in trouble. */
  announce(message: Message, except?: (destinationId: string) => boolean): void {
    if (this.#options.settings.shadow) return;
    try {
      for (const { id } of this.#options.destinations()) {
        if (!except?.(id)) this.store.outbox.notice(id, message, this.#options.now());
      }
    } catch (error) {
      // The log has what was to be told; the database that did not take it is told by /readyz.
      this.#options.log.error({ err: error, notice: message.summary }, 'A notice could not be queued.');
    }
    this.nudge();
  }

  get inForce(): RulesInForce {
    return this.#inForce;
  }

  /** Tells which lines need not become a record. */
  get marks(): QuietMarks | undefined {
    // A service whose silence is watched is heard by its records.
    const names = this.#options.settings.watches.sources.map(({ name }) => name);
    this.#marks ??= { made: createQuietMarks(this.#inForce.rules, names) };
    return this.#marks.made;
  }

  /** New rules for all that comes from now on. */
  use(inForce: RulesInForce): void {
    this.#inForce = inForce;
    this.#marks = undefined;
    this.#classifier = createClassifier(inForce.rules);
    this.pipeline.use(this.#activeRules());
    this.#testRulesSoon();
  }

  /** The cooldown of a group under the rules in force (ms). */
  cooldownMs(category: string, signatureId: string | undefined): number {
    const { rules, alerts } = this.#inForce;
    const signature = rules.signatures.find((candidate) => candidate.id === signatureId);
    return ruleFor(alerts, category, signature).cooldownMs;
  }

  /** Groups were merged or split by a person. */
  regroup(): void {
    this.grouping.clear();
    this.pipeline.forget();
  }

  /** What a log line is under the rules in force. */
  explain(line: string): Fate {
    const { rules, alerts } = this.#inForce;
    return explainLine(line, { rules, alerts, now: this.#options.now() });
  }

  /** A signature or category of the rules in force, by its name in any case. */
  configured(name: string) {
    const same = (one: string) => one.toLowerCase() === name.toLowerCase();
    const { signatures } = this.#inForce.rules;
    const signature = signatures.find(({ id }) => same(id));
    if (signature) return { scope: 'signature' as const, name: signature.id };
    const category = signatures.find((one) => same(one.category))?.category;
    return category === undefined ? undefined : { scope: 'category' as const, name: category };
  }

  /** Destinations that fail at present, and why. */
  deliveryTroubles(): readonly string[] {
    return this.#couriers.flatMap((courier) =>
      courier.status.state !== 'ok' ? [`${courier.destinationId}: ${courier.status.reason}`] : [],
    );
  }

  #activeRules() {
    const { rules, alerts } = this.#inForce;
    return activeRules(this.#classifier, alerts, rules.signatures);
  }

  #testRulesSoon(): void {
    clearTimeout(this.#selfTest);
    const { log } = this.#options;
    this.#selfTest = setTimeout(
      () =>
        testRules({
          rules: this.#inForce.rules,
          passes: this.#classifier.passes,
          recentLines: (limit) => this.store.samples.recent(limit).map(({ text }) => text),
          warn: (fields, message) => log.warn(fields, message),
        }),
      SELF_TEST_MS,
    ).unref();
  }
}
