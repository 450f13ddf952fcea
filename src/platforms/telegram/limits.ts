import type { RateLimit } from '../../delivery/budget.ts';

/** What Telegram takes. Bot API: https://core.telegram.org/bots/api; td: https://github.com/tdlib/td, which the API server is built on. */
export const LIMITS = {
  /** UTF-16 code units "after entities parsing" (#sendmessage). */
  text: 4096,
  /** Of a file's caption, after entities parsing (#senddocument). */
  caption: 1024,
  /** What is beyond loses its formatting without an error, and log text would become links (td, MAX_USER_ENTITY_COUNT). */
  entities: 100,
  /** Bytes of `callback_data`, at least 1 (#inlinekeyboardbutton). */
  callbackData: 64,
  /** Buttons of a keyboard and of a row: not documented, found out (`reply markup is too long`). */
  buttons: 100,
  buttonsInRow: 8,
  /** Bytes of a keyboard as JSON: not documented, about 10 kB was found out. */
  keyboard: 9_000,
  /** No limit is documented for a label; longer ones are cut by every client. */
  buttonText: 64,
  /** No limit is documented; longer addresses are refused by some servers behind them. */
  url: 1_024,
  /** Text of an answer to a pressed button (#answercallbackquery). */
  callbackAnswer: 200,
  /** Name and description of a command, and how many (#setmycommands, #botcommand). */
  commandName: /^[a-z0-9_]{1,32}$/,
  commandDescription: 256,
  commands: 100,
  /** Only the first mentions of a message notify; nobody has twenty people on call. */
  mentions: 20,
} as const;

/**
 * How often a chat, a group and the whole bot may speak, edits included
 * (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one a second, 20 a minute, about 30 a second),
 * with a little room for clocks and networks that are not exact.
 */
export const RATES = {
  chat: [{ count: 1, perMs: 1_050, of: 'both' }],
  group: [
    { count: 1, perMs: 1_050, of: 'both' },
    { count: 19, perMs: 61_000, of: 'both' },
  ],
  bot: [{ count: 25, perMs: 1_050, of: 'both' }],
} as const satisfies Record<string, readonly RateLimit[]>;
