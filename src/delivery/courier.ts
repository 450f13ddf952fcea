import { nextStep } from '../message/ladder.ts';
import type { Message } from '../message/message.ts';
import type { Bundle } from '../store/bundles.ts';
import type { LiveMessage } from '../store/live.ts';
import type { OutboxItem } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import type { Composed, Composer } from './composer.ts';
import type { Destination, EditResult, SendFailure, SendOptions, SendResult } from './destination.ts';
import { planEdit } from './edit-pace.ts';
import { type CourierStatus, Gate, reasonOf } from './gate.ts';
import { type Plan, planNext } from './plan.ts';
import { asRepeat } from './repeat.ts';
import { Rest } from './rest.ts';

export interface CourierOptions {
  readonly destination: Destination;
  readonly store: Pick<Store, 'outbox' | 'bundles' | 'live' | 'meta' | 'atomically'>;
  readonly composer: Composer;
  /** Tells messages of this bot from those of another in the same channel. */
  readonly installation: string;
  /** More rings than this a minute become one message. */
  readonly stormAbove: number;
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Told at every change of the state. */
  readonly onStatus?: (status: CourierStatus) => void;
}

const BROKEN = 'internal error: it could not be written, see the log';
/** After a failure of our own database. */
const BROKEN_RETRY_MS = 1_000;
/** At the end it is tried so often to store what became of a message; each waits a second for a lock (database.ts). */
const LAST_TRIES = 10;
/** While something in the chat may change, we look this often. */
const WATCH_MS = 1_000;
/** A storm's message is edited so often that critical alerts are in it within five seconds; where it cannot, it is posted anew. */
const STORM_EDIT_MS = { urgent: 4_500, other: 4_500 };
const STORM_POST_MS = { urgent: 5_000, other: 60_000 };
/**
 * Takes the messages of one destination from its queue until they are delivered, and keeps those in the chat up to date.
 * Destinations do not wait for each other: each has a courier of its own.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #gate: Gate;
  readonly #rest = new Rest();
  #running: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
    const { destination, store, now, onStatus } = options;
    const log = (level: 'info' | 'warn', fields: object, message: string) =>
      this.#log(level, fields, message);
    this.#gate = new Gate({ destination, store, now, log, onStatus });
  }

  get destinationId(): string {
    return this.#options.destination.id;
  }

  get status(): CourierStatus {
    return this.#gate.status;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something new in the queue. */
  nudge(): void {
    this.#rest.wake();
  }

  /** Ends after the request that is under way, if there is one. */
  async stop(): Promise<void> {
    this.#rest.end();
    await this.#running;
  }

  async #run(): Promise<void> {
    let remembered = false;
    while (!this.#rest.isEnded) {
      try {
        if (!remembered) this.#gate.remember();
        remembered = true;
        this.#rest.begin();
        await this.#step();
      } catch (error) {
        // The database did not answer (disk full, locked by a backup): the queue is in it, so nothing is lost by waiting.
        this.#gate.becomes({ state: 'failing', reason: (error as Error).message });
        await this.#rest.for(BROKEN_RETRY_MS);
      }
    }
  }

  async #step(): Promise<void> {
    const { destination, now } = this.#options;
    const paused = this.#gate.pauseMs();
    if (paused > 0) return this.#rest.for(paused);
    const plan = this.#plan();
    switch (plan.do) {
      case 'send': {
        const wait = this.#gate.waitMs('post');
        // Woken earlier, because what is more urgent may have come.
        if (wait > 0) return this.#rest.untilWoken(wait);
        return this.#deliver(plan.id);
      }
      case 'bundle':
        this.#options.store.bundles.begin(destination.id, plan.kind, plan.ids, now());
        return;
      case 'fold': {
        const storm = this.#storm();
        if (storm) this.#options.store.bundles.fold(storm.id, plan.ids);
        return;
      }
      case 'show_storm':
        return this.#showStorm();
      case 'end_storm':
        return this.#endStorm();
      case 'nothing':
        return this.#edit();
    }
  }

  #plan(): Plan {
    const { destination, store, now, stormAbove } = this.#options;
    const at = now();
    const storm = this.#storm();
    return planNext({
      now: at,
      waiting: store.outbox.pending(destination.id),
      rangLastMinute: destination.everyAlert ? 0 : store.outbox.rangWithin(destination.id, 60_000, at),
      storm: storm && {
        unshown: store.bundles.unshown(storm.id).n,
        urgent: store.bundles.unshown(storm.id).urgent,
        singles: store.bundles.singles(storm),
        posted: storm.messageId !== null,
        editedAt: storm.editedAt,
      },
      postsLeft: this.#gate.postsLeft(),
      stormAbove,
      stormPaceMs: destination.edit ? STORM_EDIT_MS : STORM_POST_MS,
    });
  }

  #storm(): Bundle | undefined {
    return this.#options.store.bundles.openStorm(this.#options.destination.id);
  }

  async #deliver(id: number): Promise<void> {
    const { store, composer, now } = this.#options;
    const item = store.outbox.get(id);
    if (!item) return;
    const composed = this.#compose(() => composer.item(item));
    if (composed === 'broken') {
      store.outbox.markFailed(item, BROKEN, now());
      const bundle = 'bundleId' in item ? store.bundles.get(item.bundleId) : undefined;
      if (bundle) store.bundles.fail(bundle, BROKEN, now());
      return;
    }
    if (!composed) {
      store.outbox.markFailed(item, 'expired: the alert is older than the retention', now());
      return;
    }
    const result = await this.#send(item, composed.message);
    await this.#store(() => this.#settle(item, composed, result));
  }

  /** A view that throws must not hold what waits behind it. */
  #compose<T>(write: () => T): T | 'broken' {
    try {
      return write();
    } catch (error) {
      this.#log('error', { err: error }, 'A message could not be written. Please report this.');
      return 'broken';
    }
  }

  async #send(item: OutboxItem, message: Message): Promise<SendResult> {
    const { destination, store, installation } = this.#options;
    const options: SendOptions = { step: item.step, key: `${installation}:${item.id}` };
    if (!item.maybeSent) return this.#attempt(item, () => destination.send(message, options));
    const found = (await destination.find?.(options.key, item.createdAt)) ?? { kind: 'unknown' as const };
    if (found.kind === 'found') return { kind: 'sent', messageId: found.messageId };
    if (found.kind === 'absent') return this.#attempt(item, () => destination.send(message, options));
    if (found.kind === 'unknown')
      return this.#attempt(item, () => destination.send(asRepeat(message), options));
    store.outbox.markSending(item);
    return found.kind === 'unavailable' ? { ...found, maybeSent: true } : found;
  }

  /** The intent is committed before the request leaves. */
  async #attempt(item: OutboxItem, send: () => Promise<SendResult>): Promise<SendResult> {
    this.#options.store.outbox.markSending(item);
    this.#gate.take('post');
    return send().catch(unexpected);
  }

  /** Keeps at it until the result is in the database: sent once, it must not be forgotten and sent again. */
  async #store(settle: () => void): Promise<void> {
    for (let lastTries = 0; ; ) {
      try {
        this.#options.store.atomically(settle);
        return;
      } catch (error) {
        this.#gate.becomes({ state: 'failing', reason: (error as Error).message });
        if (this.#rest.isEnded && ++lastTries >= LAST_TRIES) return;
        await this.#rest.for(BROKEN_RETRY_MS);
      }
    }
  }

  #settle(item: OutboxItem, composed: Composed, result: SendResult): void {
    const { destination, store, now } = this.#options;
    const { outbox, bundles } = store;
    const at = now();
    if (result.kind === 'sent') {
      outbox.markSent(item, result.messageId, at, destination.edit ? composed.shown : undefined);
      const bundle = item.kind === 'bundle' ? bundles.get(item.bundleId) : undefined;
      if (bundle) bundles.shown(bundle, result.messageId, item.step, composed.upTo ?? null, at);
      this.#gate.worked();
      return;
    }
    if (result.kind === 'rejected') {
      const step = nextStep(item.step);
      if (step) outbox.markDegraded(item, step, result.error, at);
      else if (result.waits) {
        outbox.markRetry(
          item,
          result.error,
          at,
          this.#gate.failed({ kind: 'blocked', error: result.error }),
          false,
        );
        return;
      } else {
        outbox.markFailed(item, result.error, at);
        const bundle = item.kind === 'bundle' ? bundles.get(item.bundleId) : undefined;
        if (bundle) bundles.fail(bundle, result.error, at);
      }
      const fate = step ? `it is tried as "${step}".` : 'it is given up.';
      this.#log('error', { outboxId: item.id, error: result.error }, `The chat refused a message; ${fate}`);
      return;
    }
    const dueAt = this.#gate.failed(result);
    const maybeSent = result.kind === 'unavailable' && result.maybeSent;
    outbox.markRetry(item, reasonOf(result), at, dueAt, maybeSent);
  }

  async #showStorm(): Promise<void> {
    const { destination, store, composer, now } = this.#options;
    const storm = this.#storm();
    if (!storm) return;
    if (!destination.edit || storm.messageId === null) return store.bundles.repost(storm, now());
    const composed = this.#compose(() => composer.bundle(storm));
    if (composed === 'broken') return store.bundles.fail(storm, BROKEN, now());
    await this.#editStorm(storm, composed);
  }

  async #endStorm(): Promise<void> {
    const { store, now } = this.#options;
    const storm = this.#storm();
    if (storm) store.bundles.end(storm, now());
  }

  async #editStorm(storm: Bundle, composed: Composed): Promise<void> {
    const { store, now } = this.#options;
    // What is critical may use the share of the budget that is kept for posts.
    const { urgent } = store.bundles.unshown(storm.id);
    const share = urgent > 0 ? 'post' : 'edit';
    const result = await this.#change(storm.messageId as string, composed.message, storm.step, share);
    if (result === undefined) return;
    await this.#store(() => {
      if (result.kind === 'edited') {
        store.bundles.shown(storm, storm.messageId as string, storm.step, composed.upTo ?? null, now());
        this.#gate.worked();
      } else if (result.kind === 'gone' || result.kind === 'frozen') store.bundles.repost(storm, now());
      else if (result.kind === 'rejected') {
        const step = nextStep(storm.step);
        if (step) store.bundles.degrade(storm, step);
        else store.bundles.repost(storm, now());
      } else this.#gate.failed(result);
    });
  }

  /** Brings the message that is due first up to date, or waits. */
  async #edit(): Promise<void> {
    const { destination, store, now } = this.#options;
    const open = destination.edit ? store.live.open(destination.id) : [];
    let next: number | undefined;
    const due: { readonly live: LiveMessage; readonly at: number }[] = [];
    for (const live of open) {
      const plan = planEdit(live, now());
      if (plan.do === 'settle') store.live.settle(live, plan.state);
      else if (plan.do === 'edit' && plan.at <= now()) due.push({ live, at: plan.at });
      else next = now() + WATCH_MS;
    }
    // What a person did first, then whoever has waited for the longest: nobody is passed over for ever.
    const [first] = due.sort(
      (a, b) => Number(b.live.touched > 0) - Number(a.live.touched > 0) || a.at - b.at,
    );
    if (first) return this.#editLive(first.live);
    if (next === undefined && this.#storm()) next = now() + WATCH_MS;
    await this.#rest.untilWoken(next === undefined ? undefined : next - now());
  }

  async #editLive(live: LiveMessage): Promise<void> {
    const { destination, store, composer, now } = this.#options;
    const composed = this.#compose(() => composer.live(live));
    const shown = composed === 'broken' ? undefined : composed?.shown;
    if (!composed || composed === 'broken' || !shown) return store.live.remove(live);
    const result = await this.#change(live.messageId, composed.message, live.step);
    if (result === undefined) return;
    await this.#store(() => {
      if (result.kind === 'edited') {
        store.live.edited(live, shown, now());
        this.#gate.worked();
      } else if (result.kind === 'gone') {
        store.live.remove(live);
        // Posted anew while there is something to tell; what is over needs no second message.
        if (shown.state === 'ongoing') store.outbox.repost(destination.id, live.alertId, now());
      } else if (result.kind === 'frozen') store.live.settle(live, shown.state);
      else if (result.kind === 'rejected') {
        const step = nextStep(live.step);
        if (step) store.live.degrade(live, step);
        else store.live.settle(live, shown.state);
      } else this.#gate.failed(result);
    });
  }

  /** One edit, if the budget has room for it; undefined when it has to wait. */
  async #change(
    messageId: string,
    message: Message,
    step: LiveMessage['step'],
    share: 'post' | 'edit' = 'edit',
  ): Promise<EditResult | undefined> {
    const { destination } = this.#options;
    const wait = this.#gate.waitMs(share);
    if (wait > 0) {
      await this.#rest.untilWoken(wait);
      return undefined;
    }
    this.#gate.take('edit');
    return (destination.edit as NonNullable<Destination['edit']>)
      .call(destination, messageId, message, { step })
      .catch(unexpected);
  }

  #log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    this.#options.log[level]({ destination: this.#options.destination.id, ...fields }, message);
  }
}

/** A destination does not throw for what a chat may answer; if it does, that is a bug, and a simpler form may avoid it. */
function unexpected(error: Error): SendFailure {
  return { kind: 'rejected', error: `internal error: ${error.message}` };
}
