import { createAlertMemory } from './alert-memory.ts';
import { ruleFor } from './alerting/decide.ts';
import { alertMessage, escalationMessage } from './chat/views/alert.ts';
import { createTimeFormat } from './chat/views/format.ts';
import { createClassifier } from './classify/classifier.ts';
import type { Signature } from './classify/signature.ts';
import type { RulesInForce } from './config/rule-files.ts';
import type { Settings } from './config/settings.ts';
import { Courier } from './delivery/courier.ts';
import type { Destination } from './delivery/destination.ts';
import { Escalation } from './delivery/escalation.ts';
import type { Log } from './log.ts';
import type { Message } from './message/message.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createGroupStateCache } from './pipeline/group-states.ts';
import { activeRules, Pipeline } from './pipeline/pipeline.ts';
import type { LogRecord } from './record/log-record.ts';
import { RetentionLoop } from './retention-loop.ts';
import type { OutboxItem } from './store/outbox.ts';
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
  readonly onEvent?: (record: LogRecord, signature: Signature | undefined) => void;
}

const RETENTION_FIRST_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * What the bot and the sidecar have in common: the database, the pipeline over it, and a courier for each destination.
 * Opening it throws DatabaseError.
 */
export class EngineRoom {
  readonly store;
  readonly pipeline;
  readonly metrics;
  readonly memory;
  readonly time;
  readonly sentry;
  readonly #options: EngineRoomOptions;
  #inForce: RulesInForce;
  #couriers: Courier[] = [];
  #escalation: Escalation | undefined;
  readonly #retention: RetentionLoop;

  constructor(options: EngineRoomOptions) {
    const { settings, now, log } = options;
    this.#options = options;
    this.#inForce = options.inForce;
    this.store = openStore({
      dataDir: settings.dataDir,
      samplesPerGroup: settings.samples.perGroup,
      retention: settings.retention,
    });
    this.#retention = new RetentionLoop({
      store: this.store,
      now,
      onFailed: (error) => log.error({ err: error }, 'Old data could not be removed from the database.'),
    });
    this.time = createTimeFormat(settings.timezone);
    this.sentry = settings.sentry;
    this.memory = createAlertMemory(this.store.alerts.since(now() - settings.retention.days * DAY_MS));
    this.metrics = createMetrics({
      waiting: () => new Map(options.destinations().map(({ id }) => [id, this.store.outbox.waiting(id)])),
      databaseBytes: () => this.store.health.databaseBytes(),
    });
    let startedAt = 0;
    this.pipeline = new Pipeline({
      rules: this.#activeRules(),
      states: createGroupStateCache(this.store.groupState),
      write: (batch) => {
        startedAt = performance.now();
        return this.store.writeBatch(batch);
      },
      limits: { samplesPerGroup: settings.samples.perGroup, sampleBytes: settings.samples.maxBytes },
      destinations: () => options.destinations().map((destination) => destination.id),
      enabled: settings.enabled,
      shadow: settings.shadow,
      mutedUntil: (fingerprint) => this.store.mutes.until(fingerprint),
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
    const abandoned = this.store.outbox.abandon(
      destinations.map(({ id }) => id),
      now(),
    );
    if (abandoned > 0)
      log.error(
        { messages: abandoned },
        'Messages wait for chats that are no longer configured; they are given up.',
      );
    this.#couriers = destinations.map(
      (destination) =>
        new Courier({
          destination,
          outbox: this.store.outbox,
          compose: (item) => this.#compose(item),
          now,
          log,
        }),
    );
    // In shadow mode nothing is sent, what is queued from before included: it waits.
    if (settings.shadow) {
      this.#retention.start(RETENTION_FIRST_MS);
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
    this.#retention.start(RETENTION_FIRST_MS);
  }

  /** Ends the couriers after what they have under way; what is queued waits for the next start. */
  async stopDelivery(): Promise<void> {
    this.#escalation?.stop();
    await Promise.all(this.#couriers.map((courier) => courier.stop()));
  }

  /** Commits what waits, ends the couriers, and closes the database. */
  async stop(): Promise<void> {
    this.#retention.stop();
    this.pipeline.flush();
    await this.stopDelivery();
    this.store.close();
  }

  /** Tells the couriers that something is queued. */
  nudge(): void {
    for (const courier of this.#couriers) courier.nudge();
  }

  /** The last messages that a destination took, as they would look now. */
  lastSent(destinationId: string, limit: number): readonly { message: Message; at: number }[] {
    return this.store.outbox.lastSent(destinationId, limit).flatMap(({ item, sentAt }) => {
      const message = this.#compose(item);
      return message ? [{ message, at: sentAt }] : [];
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

  /** New rules for all that comes from now on. */
  use(inForce: RulesInForce): void {
    this.#inForce = inForce;
    this.pipeline.use(this.#activeRules());
  }

  /** The cooldown of a group under the rules in force (ms). */
  cooldownMs(category: string, signatureId: string | undefined): number {
    const { rules, alerts } = this.#inForce;
    const signature = rules.signatures.find((candidate) => candidate.id === signatureId);
    return ruleFor(alerts, category, signature).cooldownMs;
  }

  /** Destinations that fail at present, and why. */
  deliveryTroubles(): readonly string[] {
    return this.#couriers.flatMap((courier) =>
      courier.status.state === 'failing' ? [`${courier.destinationId}: ${courier.status.reason}`] : [],
    );
  }

  #activeRules() {
    const { rules, alerts } = this.#inForce;
    return activeRules(createClassifier(rules), alerts, rules.signatures);
  }

  #compose(item: OutboxItem): Message | undefined {
    if (item.kind === 'notice') return item.notice;
    const alert = this.store.alerts.detail(item.alertId);
    if (!alert) return undefined;
    const { mentions } = this.#options.settings;
    const context = { time: this.time, sentry: this.sentry, mentions, now: this.#options.now };
    return item.kind === 'alert' ? alertMessage(context, alert) : escalationMessage(context, alert);
  }
}
