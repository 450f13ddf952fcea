import type { Step } from '../message/ladder.ts';
import type { Message } from '../message/message.ts';
import { PRIORITY } from './batch.ts';
import { type Db, inTransaction } from './database.ts';

/** What a queued message is about. A notice brings its message; the others are built when they are sent. */
export type OutboxItem = {
  readonly id: number;
  readonly destination: string;
  readonly attempts: number;
  readonly createdAt: number;
  readonly step: Step;
  /** An earlier attempt may have arrived: its answer was lost. */
  readonly maybeSent: boolean;
} & (
  | { readonly kind: 'alert' | 'escalation' | 'repost'; readonly alertId: number }
  | { readonly kind: 'bundle' | 'closing'; readonly bundleId: number }
  | { readonly kind: 'notice'; readonly notice: Message }
);

/** A waiting message, as far as its turn depends on it. */
export interface Waiting {
  readonly id: number;
  readonly kind: OutboxItem['kind'];
  readonly urgent: boolean;
  /** An earlier attempt may have arrived. */
  readonly maybeSent: boolean;
  readonly createdAt: number;
}

/** What a message that was posted shows; kept to know when it has to be edited. */
export interface Shown {
  readonly groupId: number;
  readonly state: string;
  /** The last event that it shows. */
  readonly seenAt: number;
  /** When it was written (ms). */
  readonly composedAt: number;
}

interface Row {
  id: number;
  destination: string;
  kind: OutboxItem['kind'];
  alert_id: number | null;
  bundle_id: number | null;
  notice: string | null;
  attempts: number;
  created_at: number;
  step: Step;
  maybe_sent: number;
}

function toItem(row: Row): OutboxItem {
  const common = {
    id: row.id,
    destination: row.destination,
    attempts: row.attempts,
    createdAt: row.created_at,
    step: row.step,
    maybeSent: row.maybe_sent === 1,
  };
  switch (row.kind) {
    case 'notice':
      return { ...common, kind: row.kind, notice: JSON.parse(row.notice as string) as Message };
    case 'bundle':
    case 'closing':
      return { ...common, kind: row.kind, bundleId: row.bundle_id as number };
    default:
      return { ...common, kind: row.kind, alertId: row.alert_id as number };
  }
}

const alertOf = (item: OutboxItem) => ('alertId' in item ? item.alertId : null);

/** The queue of messages, one for each destination; an intent is written before a send, its result after. */
export function createOutbox(db: Db) {
  const get = db.prepare<[number], Row>('SELECT * FROM outbox WHERE id = ?');
  const pending = db.prepare<
    [string],
    { id: number; kind: OutboxItem['kind']; priority: number; maybe_sent: number; created_at: number }
  >(`
    SELECT id, kind, priority, maybe_sent, created_at FROM outbox
    WHERE destination = ? AND done_at IS NULL AND state = 'pending' ORDER BY priority DESC, id`);
  const isPending = db.prepare<[number], { id: number }>(
    "SELECT id FROM outbox WHERE id = ? AND state = 'pending'",
  );
  const rangWithin = db.prepare<[string, number, number], { n: number }>(
    "SELECT count(*) AS n FROM outbox WHERE destination = ? AND created_at > ? AND created_at <= ? AND kind IN ('alert', 'escalation')",
  );
  const sentSince = db.prepare<[number, string], { at: number }>(
    "SELECT at FROM dispatch_log WHERE at > ? AND destination = ? AND outcome = 'sent' ORDER BY at",
  );
  const intent = db.prepare("UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?");
  const sent = db.prepare(
    "UPDATE outbox SET state = 'sent', message_id = ?, done_at = ?, last_error = NULL WHERE id = ?",
  );
  const failed = db.prepare("UPDATE outbox SET state = 'failed', done_at = ?, last_error = ? WHERE id = ?");
  const later = db.prepare(`
    UPDATE outbox SET state = 'pending', next_attempt_at = ?, last_error = ?, maybe_sent = max(maybe_sent, ?) WHERE id = ?`);
  const degrade = db.prepare("UPDATE outbox SET state = 'pending', step = ?, last_error = ? WHERE id = ?");
  const log = db.prepare(
    'INSERT INTO dispatch_log (alert_id, outbox_id, destination, outcome, detail, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const goesLive = db.prepare(`
    INSERT INTO live (destination, alert_id, group_id, message_id, step, posted_at, edited_at, shown, seen_at, touched)
    VALUES (@destination, @alertId, @groupId, @messageId, @step, @at, @at, @state, @seenAt,
      -- acknowledged while it was on its way
      coalesce((SELECT acked_at >= @composedAt FROM alerts WHERE id = @alertId), 0))
    ON CONFLICT DO UPDATE SET message_id = excluded.message_id, step = excluded.step, edited_at = excluded.edited_at,
      shown = excluded.shown, seen_at = excluded.seen_at, touched = excluded.touched, open = 1`);
  const touchOlder = db.prepare(
    'UPDATE live SET touched = touched + 1 WHERE destination = ? AND group_id = ? AND alert_id < ? AND open = 1',
  );
  const waitingRows = db.prepare<[], Row>(
    'SELECT * FROM outbox WHERE done_at IS NULL ORDER BY destination, id',
  );
  const lastSent = db.prepare<[string, number], Row & { done_at: number; message_id: string | null }>(
    "SELECT * FROM outbox WHERE destination = ? AND state = 'sent' ORDER BY created_at DESC, id DESC LIMIT ?",
  );
  const endStorms = db.prepare('UPDATE bundles SET ended_at = ? WHERE destination = ? AND ended_at IS NULL');
  const waiting = db.prepare<[{ destination: string | null }], { n: number }>(`
    SELECT count(*) AS n FROM outbox
    WHERE done_at IS NULL AND (@destination IS NULL OR destination = @destination)`);
  const add = db.prepare(`
    INSERT INTO outbox (destination, kind, alert_id, bundle_id, notice, state, priority, created_at, next_attempt_at)
    VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)`);

  const note = (item: OutboxItem, outcome: string, detail: string | null, at: number) =>
    log.run(alertOf(item), item.id, item.destination, outcome, detail, at);

  return {
    get(id: number): OutboxItem | undefined {
      const row = get.get(id);
      return row && toItem(row);
    },
    isPending: (id: number): boolean => isPending.get(id) !== undefined,
    /** What waits for its turn, in the order of it. */
    pending: (destination: string): readonly Waiting[] =>
      pending.all(destination).map(({ id, kind, priority, maybe_sent, created_at: createdAt }) => {
        return { id, kind, urgent: priority >= PRIORITY.urgent, maybeSent: maybe_sent === 1, createdAt };
      }),
    /** Alerts for a destination that were queued within the last `ms`. */
    rangWithin: (destination: string, ms: number, now: number): number =>
      (rangWithin.get(destination, now - ms, now + ms) as { n: number }).n,
    /** When messages were taken by a chat after `after`: what its budget has lost already. */
    sentSince: (destination: string, after: number): readonly number[] =>
      sentSince.all(after, destination).map(({ at }) => at),
    /** To be committed before the request leaves. */
    markSending(item: OutboxItem): void {
      intent.run(item.id);
    },
    markSent: inTransaction(
      db,
      (item: OutboxItem, messageId: string, at: number, shown: Shown | undefined): void => {
        sent.run(messageId, at, item.id);
        note(item, 'sent', item.maybeSent ? `${messageId} (possible repeat)` : messageId, at);
        if (shown === undefined || messageId === '' || (item.kind !== 'alert' && item.kind !== 'repost'))
          return;
        const { destination, alertId, step } = item;
        const { groupId } = shown;
        goesLive.run({ ...shown, destination, alertId, messageId, step, at });
        touchOlder.run(item.destination, groupId, item.alertId);
      },
    ),
    /** It can never be sent: `reason` says why. */
    markFailed: inTransaction(db, (item: OutboxItem, reason: string, at: number): void => {
      failed.run(at, reason, item.id);
      note(item, 'failed', reason, at);
    }),
    /** It waits until `dueAt`; `maybeSent` when it may have arrived all the same. */
    markRetry: inTransaction(
      db,
      (item: OutboxItem, reason: string, at: number, dueAt: number, maybeSent: boolean): void => {
        later.run(dueAt, reason, maybeSent ? 1 : 0, item.id);
        // One line for each way to fail, not one a retry: an outage of a day is not a thousand rows.
        if (item.attempts === 0) note(item, 'retry', reason, at);
      },
    ),
    /** It was refused as it is: next it goes one step down the ladder. */
    markDegraded: inTransaction(db, (item: OutboxItem, step: Step, reason: string, at: number): void => {
      degrade.run(step, reason, item.id);
      note(item, 'degraded', `${step}: ${reason}`, at);
    }),
    notice(destination: string, message: Message, at: number): void {
      add.run(destination, 'notice', null, null, JSON.stringify(message), PRIORITY.notice, at, at);
    },
    /** The message of an alert is gone from the chat: it is posted anew. */
    repost(destination: string, alertId: number, at: number): void {
      add.run(destination, 'repost', alertId, null, null, PRIORITY.notice, at, at);
    },
    /** At start: what was being sent when the process ended is sent again, and may be there already; returns how many. */
    recover(): number {
      return db
        .prepare(
          "UPDATE outbox SET state = 'pending', maybe_sent = 1 WHERE done_at IS NULL AND state = 'sending'",
        )
        .run().changes;
    },
    /**
     * At start: what was queued before `before` for a destination that is not configured is given up; returns how many. What is
     * younger waits: a token may be missing by mistake.
     */
    abandon(configured: readonly string[], before: number, at: number): number {
      const rows = waitingRows
        .all()
        .filter((row) => !configured.includes(row.destination) && row.created_at < before);
      for (const row of rows) {
        this.markFailed(toItem(row), 'the destination is no longer configured', at);
        // A storm that goes on without its message would take in alerts for ever, should the chat come back.
        endStorms.run(at, row.destination);
      }
      return rows.length;
    },
    /** A chat is called otherwise from now on: what waits for it, and what is in it, goes along. */
    rename: inTransaction(db, (from: string, to: string): void => {
      for (const table of ['outbox', 'live', 'bundles'])
        db.prepare(`UPDATE OR IGNORE ${table} SET destination = ? WHERE destination = ?`).run(to, from);
    }),
    /** The last messages that a destination took, oldest first. */
    lastSent(destination: string, limit: number): { item: OutboxItem; messageId: string; sentAt: number }[] {
      const rows = lastSent.all(destination, limit).reverse();
      return rows.map((row) => ({ item: toItem(row), messageId: row.message_id ?? '', sentAt: row.done_at }));
    },
    /** How many messages wait, over all destinations or one. */
    waiting(destination?: string): number {
      return (waiting.get({ destination: destination ?? null }) as { n: number }).n;
    },
  };
}
