import type { Message } from '../message/message.ts';
import { type Db, inTransaction } from './database.ts';

/** What a queued message is about. A notice brings its message; the others are built when they are sent. */
export type OutboxItem = {
  readonly id: number;
  readonly destination: string;
  readonly attempts: number;
  readonly createdAt: number;
} & (
  | { readonly kind: 'alert' | 'escalation'; readonly alertId: number }
  | { readonly kind: 'notice'; readonly notice: Message }
);

interface Row {
  id: number;
  destination: string;
  kind: 'alert' | 'escalation' | 'notice';
  alert_id: number | null;
  notice: string | null;
  attempts: number;
  created_at: number;
  next_attempt_at: number;
}

const toItem = (row: Row): OutboxItem => {
  const common = {
    id: row.id,
    destination: row.destination,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
  return row.kind === 'notice'
    ? { ...common, kind: row.kind, notice: JSON.parse(row.notice as string) as Message }
    : { ...common, kind: row.kind, alertId: row.alert_id as number };
};

/** The queue of messages, one for each destination; an intent is written before a send, its result after. */
export function createOutbox(db: Db) {
  const next = db.prepare<[string], Row>(
    "SELECT * FROM outbox WHERE destination = ? AND done_at IS NULL AND state = 'pending' ORDER BY id LIMIT 1",
  );
  const intent = db.prepare("UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?");
  const sent = db.prepare(
    "UPDATE outbox SET state = 'sent', message_id = ?, done_at = ?, last_error = NULL WHERE id = ?",
  );
  const failed = db.prepare("UPDATE outbox SET state = 'failed', done_at = ?, last_error = ? WHERE id = ?");
  const later = db.prepare(
    "UPDATE outbox SET state = 'pending', next_attempt_at = ?, last_error = ? WHERE id = ?",
  );
  const log = db.prepare(
    'INSERT INTO dispatch_log (alert_id, outbox_id, destination, outcome, detail, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const waitingRows = db.prepare<[], Row>('SELECT * FROM outbox WHERE done_at IS NULL');
  const lastSent = db.prepare<[string, number], Row & { done_at: number }>(
    "SELECT * FROM outbox WHERE destination = ? AND state = 'sent' ORDER BY id DESC LIMIT ?",
  );
  const waiting = db.prepare<[{ destination: string | null }], { n: number }>(`
    SELECT count(*) AS n FROM outbox
    WHERE done_at IS NULL AND (@destination IS NULL OR destination = @destination)`);
  const add = db.prepare(`
    INSERT INTO outbox (destination, kind, alert_id, notice, state, created_at, next_attempt_at)
    VALUES (?, ?, ?, ?, 'pending', ?, ?)`);

  const finish = (
    item: OutboxItem,
    outcome: 'sent' | 'failed' | 'retry',
    detail: string | null,
    at: number,
  ) => log.run(item.kind === 'notice' ? null : item.alertId, item.id, item.destination, outcome, detail, at);

  return {
    /** The oldest waiting message of a destination, and when it may be tried. */
    next(destination: string): { item: OutboxItem; dueAt: number } | undefined {
      const row = next.get(destination);
      return row && { item: toItem(row), dueAt: row.next_attempt_at };
    },
    /** To be committed before the request leaves. */
    markSending(item: OutboxItem): void {
      intent.run(item.id);
    },
    markSent: inTransaction(db, (item: OutboxItem, messageId: string, at: number): void => {
      sent.run(messageId, at, item.id);
      finish(item, 'sent', messageId, at);
    }),
    /** It can never be sent: `reason` says why. */
    markFailed: inTransaction(db, (item: OutboxItem, reason: string, at: number): void => {
      failed.run(at, reason, item.id);
      finish(item, 'failed', reason, at);
    }),
    /** It waits until `dueAt`. */
    markRetry: inTransaction(db, (item: OutboxItem, reason: string, at: number, dueAt: number): void => {
      later.run(dueAt, reason, item.id);
      // One line for each way to fail, not one a retry: an outage of a day is not a thousand rows.
      if (item.attempts === 0) finish(item, 'retry', reason, at);
    }),
    notice(destination: string, message: Message, at: number): void {
      add.run(destination, 'notice', null, JSON.stringify(message), at, at);
    },
    /** At start: what was being sent when the process ended is sent again; returns how many. */
    recover(): number {
      return db
        .prepare("UPDATE outbox SET state = 'pending' WHERE done_at IS NULL AND state = 'sending'")
        .run().changes;
    },
    /** At start: what waits for a destination that is no longer configured can go nowhere; returns how many. */
    abandon(configured: readonly string[], at: number): number {
      const rows = waitingRows.all().filter(({ destination }) => !configured.includes(destination));
      for (const row of rows) this.markFailed(toItem(row), 'the destination is no longer configured', at);
      return rows.length;
    },
    /** The last messages that a destination took, oldest first. */
    lastSent(destination: string, limit: number): { item: OutboxItem; sentAt: number }[] {
      const rows = lastSent.all(destination, limit).reverse();
      return rows.map((row) => ({ item: toItem(row), sentAt: row.done_at }));
    },
    /** How many messages wait, over all destinations or one. */
    waiting(destination?: string): number {
      return (waiting.get({ destination: destination ?? null }) as { n: number }).n;
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
