import type { Message } from '../message/message.ts';
import type { Bundle } from '../store/bundles.ts';
import type { LiveMessage } from '../store/live.ts';
import type { OutboxItem, Shown } from '../store/outbox.ts';

/** A message as it should look now. */
export interface Composed {
  readonly message: Message;
  /** What it shows of an alert, if it is one's. */
  readonly shown?: Shown;
  /** The last outbox row that a message of many alerts tells of. */
  readonly upTo?: number | null;
}

/** Writes messages at the moment in which they are sent, so that what waited is not out of date. */
export interface Composer {
  /** undefined when what it is about is gone. */
  item(item: OutboxItem): Composed | undefined;
  live(live: LiveMessage): Composed | undefined;
  bundle(bundle: Bundle): Composed;
}
