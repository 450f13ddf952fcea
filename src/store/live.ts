import type { Life } from '../alerting/life.ts';
import type { Step } from '../message/ladder.ts';
import { type Db, inTransaction } from './database.ts';
import type { Shown } from './outbox.ts';

/** The message of an alert in a chat, and how the alert goes on. */
export interface LiveMessage extends Life {
  readonly destination: string;
  readonly alertId: number;
  readonly groupId: number;
  /** The platform's id. */
  readonly messageId: string;
  readonly step: Step;
  readonly postedAt: number;
  readonly editedAt: number;
  readonly shown: string;
  readonly seenAt: number;
  /** Above 0: something other than events is to be shown: acknowledged, muted, rung again; it counts how often. */
  readonly touched: number;
}

type Row = { [Key in keyof LiveMessage]: LiveMessage[Key] extends boolean ? number : LiveMessage[Key] };

/** The messages that are kept up to date. */
export function createLive(db: Db) {
  const open = db.prepare<[string], Row>(`
    SELECT l.destination, l.alert_id AS alertId, l.group_id AS groupId, l.message_id AS messageId, l.step,
      l.posted_at AS postedAt, l.edited_at AS editedAt, l.shown, l.seen_at AS seenAt, l.touched,
      a.rang_at AS rangAt, a.window_ms AS windowMs, a.cooldown_ms AS cooldownMs, a.ended_at AS endedAt, g.last_seen_at AS lastSeenAt,
      EXISTS (SELECT 1 FROM alerts n WHERE n.group_id = l.group_id AND n.rang_at >= a.rang_at AND n.id > a.id) AS rangAgain
    FROM live l JOIN alerts a ON a.id = l.alert_id JOIN groups g ON g.id = l.group_id
    WHERE l.destination = ? AND l.open = 1`);
  const edited = db.prepare(`
    UPDATE live SET edited_at = ?, edits = edits + 1, shown = ?, seen_at = ?, touched = max(0, touched - ?), open = ?
    WHERE destination = ? AND alert_id = ?`);
  const settle = db.prepare('UPDATE live SET open = 0, touched = 0 WHERE destination = ? AND alert_id = ?');
  const ended = db.prepare('UPDATE alerts SET ended_at = ? WHERE id = ? AND ended_at IS NULL');
  const lower = db.prepare('UPDATE live SET step = ? WHERE destination = ? AND alert_id = ?');
  const touch = db.prepare<[{ id: number }]>(`
    UPDATE live SET touched = touched + 1, open = 1
    WHERE group_id = (SELECT group_id FROM alerts WHERE id = @id) AND alert_id = @id`);
  const remove = db.prepare('DELETE FROM live WHERE destination = ? AND alert_id = ?');
  const isFinal = (state: string) => state === 'over' || state === 'superseded';

  return {
    /** The messages of a destination in which something may still change. */
    open: (destination: string): readonly LiveMessage[] =>
      open.all(destination).map((row) => ({ ...row, rangAgain: row.rangAgain === 1 })),
    edited: inTransaction(db, (live: LiveMessage, shown: Shown, at: number): void => {
      const { destination, alertId, touched } = live;
      // What was touched while the edit was on its way is for the next one.
      const isOpen = isFinal(shown.state) ? 0 : 1;
      edited.run(at, shown.state, shown.seenAt, touched, isOpen, destination, alertId);
      if (shown.state === 'over') ended.run(live.lastSeenAt, alertId);
    }),
    /** Nothing more is to be shown in it. */
    settle: inTransaction(db, (live: LiveMessage, state: string): void => {
      settle.run(live.destination, live.alertId);
      if (state === 'over') ended.run(live.lastSeenAt, live.alertId);
    }),
    degrade(live: LiveMessage, step: Step): void {
      lower.run(step, live.destination, live.alertId);
    },
    /** The message is not in the chat any more. */
    remove(live: LiveMessage): void {
      remove.run(live.destination, live.alertId);
    },
    /** Somebody acknowledged the alert: every chat is to show it. */
    touch(alertId: number): void {
      touch.run({ id: alertId });
    },
  };
}
