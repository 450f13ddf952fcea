import type { Step } from '../message/ladder.ts';
import type { Message } from '../message/message.ts';
import type { Budget } from './budget.ts';

/** Why an attempt failed. Expected failures are values that say whether and when to try again. */
export type SendFailure =
  /** The platform asks for a pause (429): nothing is sent to this destination before it is over. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Network trouble or a 5xx: worth trying again. `maybeSent`: the request had left, its answer was lost. */
  | { readonly kind: 'unavailable'; readonly error: string; readonly maybeSent: boolean }
  /** The chat is not to be had now (token refused, bot kicked, chat gone): a person must act, the message waits. */
  | { readonly kind: 'blocked'; readonly error: string }
  /**
   * Refused as it is: it is tried one step down the ladder, never again unchanged. `waits`: what was refused at the end of the
   * ladder, too, waits for a person; without it it is given up.
   */
  | { readonly kind: 'rejected'; readonly error: string; readonly waits?: boolean };

/** What became of one attempt to send a message. */
export type SendResult = { readonly kind: 'sent'; readonly messageId: string } | SendFailure;

export type EditResult =
  | { readonly kind: 'edited' }
  /** The message is not in the chat any more. */
  | { readonly kind: 'gone' }
  /** It is there, and may not be changed any more: too old, or from before the group moved. */
  | { readonly kind: 'frozen' }
  | SendFailure;

export interface SendOptions {
  readonly step: Step;
  /** The same at every attempt of one message, different for any two. */
  readonly key: string;
}

/** A place that messages are sent to. Implementations never throw for what a platform may answer. */
export interface Destination {
  /** Stable over restarts: `telegram:-1001:7`, `slack:C0OPS`, `slack-webhook`, `console`. */
  readonly id: string;
  /** What it takes without a 429: its own budgets, and those that it shares with others of its platform. */
  readonly budgets: readonly Budget[];
  /** Every alert is told by itself there, however many ring: a terminal, a file. */
  readonly everyAlert?: boolean;
  send(message: Message, options: SendOptions): Promise<SendResult>;
  /** Missing where messages cannot be changed (webhooks). */
  edit?(messageId: string, message: Message, options: { readonly step: Step }): Promise<EditResult>;
  /**
   * Whether a message whose answer was lost is there: its id, undefined when it is not, or why that cannot be found out.
   * Missing where a platform cannot be asked: then a second copy is marked as a possible repeat.
   */
  find?(key: string, sinceMs: number): Promise<FindResult>;
}

export type FindResult =
  | { readonly kind: 'found'; readonly messageId: string }
  | { readonly kind: 'absent' }
  /** The platform does not let us look: a second copy is marked. */
  | { readonly kind: 'unknown' }
  | Extract<SendFailure, { kind: 'rate_limited' | 'unavailable' | 'blocked' }>;
