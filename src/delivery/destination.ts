import type { Message } from '../message/message.ts';

/** What became of one attempt to send a message. Expected failures are values that say whether and when to try again. */
export type SendResult =
  | { readonly kind: 'sent'; readonly messageId: string }
  /** The platform asks for a pause (429): nothing is sent to this destination before it is over. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Network trouble or a 5xx: worth trying again. `maybeSent`: the request had left, its answer was lost. */
  | { readonly kind: 'unavailable'; readonly error: string; readonly maybeSent: boolean }
  /** The chat is not to be had now (token refused, bot kicked, chat gone): a person must act, the message waits. */
  | { readonly kind: 'blocked'; readonly error: string }
  /** This very message can never be sent there. */
  | { readonly kind: 'rejected'; readonly error: string };

/** A place that messages are sent to. Implementations never throw for what a platform may answer. */
export interface Destination {
  /** Stable over restarts: `telegram:-1001:7`, `slack:C0OPS`, `slack-webhook`, `console`. */
  readonly id: string;
  send(message: Message): Promise<SendResult>;
}
