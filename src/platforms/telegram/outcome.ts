import type { SendResult } from '../../delivery/destination.ts';
import { describe, type Failure } from './failure.ts';

export const TOKEN_REFUSED =
  'Telegram refused the token: copy it anew from @BotFather into ALERT_TELEGRAM_BOT_TOKEN';

/** When Telegram says 429 without a time. */
const DEFAULT_PAUSE_MS = 5_000;

/** Refusals that a person must mend, by a part of their description; from the API server's source and from practice. */
const MEND: readonly (readonly [part: RegExp, sentence: string])[] = [
  [
    /message thread not found/i,
    'the topic is gone: correct the part after the colon in ALERT_TELEGRAM_CHAT_ID',
  ],
  [/TOPIC_CLOSED/i, 'the topic is closed: open it again, or let the bot manage topics'],
  [/TOPIC_DELETED/i, 'the topic is gone: correct the part after the colon in ALERT_TELEGRAM_CHAT_ID'],
  [
    /chat not found|PEER_ID_INVALID|chat_id is empty/i,
    'Telegram knows no such chat for this bot: check ALERT_TELEGRAM_CHAT_ID, add the bot to the group, or write /start to it',
  ],
  [/was kicked|not a member/i, 'the bot is not in the chat any more: add it again'],
  [/blocked by the user/i, 'the person has blocked the bot: unblock it and write /start to it'],
  [/user is deactivated/i, 'the account of the person is deleted: choose another ALERT_TELEGRAM_CHAT_ID'],
  [/can't initiate conversation/i, 'a bot cannot write first: write /start to it'],
  [/can't send messages to bots/i, 'that is another bot: choose another ALERT_TELEGRAM_CHAT_ID'],
  [/deactivated/i, 'the group is closed: choose another ALERT_TELEGRAM_CHAT_ID'],
  [
    /no rights|not enough rights|need administrator rights|CHAT_WRITE_FORBIDDEN|CHAT_SEND_PLAIN_FORBIDDEN|CHAT_RESTRICTED/i,
    'the bot may not write in the chat: allow it to post messages',
  ],
];

/** Says what a failed attempt to send means for the message. */
export function outcomeOf(failure: Failure): Exclude<SendResult, { kind: 'sent' }> {
  if (failure.kind === 'unreachable') {
    const error = `Telegram cannot be reached (${failure.reason})`;
    return { kind: 'unavailable', error, maybeSent: failure.maybeDone };
  }
  if (failure.kind === 'bug') return { kind: 'rejected', error: `internal error (${failure.reason})` };
  const { code, description, retryAfterMs } = failure;
  if (code === 429 || retryAfterMs !== undefined) {
    return { kind: 'rate_limited', retryAfterMs: retryAfterMs ?? DEFAULT_PAUSE_MS };
  }
  // Telegram's own trouble: nothing says whether the message was taken before it.
  if (code >= 500)
    return { kind: 'unavailable', error: `Telegram answered ${describe(failure)}`, maybeSent: true };
  // 404 is what a token of a wrong form gets.
  if (code === 401 || code === 404) return { kind: 'blocked', error: TOKEN_REFUSED };
  const mend = MEND.find(([part]) => part.test(description))?.[1];
  if (mend !== undefined) return { kind: 'blocked', error: `${mend} [${description}]` };
  if (code === 403)
    return { kind: 'blocked', error: `Telegram does not let the bot write there [${description}]` };
  return { kind: 'rejected', error: describe(failure) };
}
