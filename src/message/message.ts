/**
 * The platform-neutral message: a small tree that every platform renders in its own way (Telegram HTML, Slack Block Kit, the
 * console's HTML, a terminal). All text in it is data: a renderer escapes it, so it can never become markup, a link or a mention.
 */
export interface Message {
  /** One line of plain text: the notification on the lock screen, Slack's `text`, a screen reader's summary. */
  readonly summary: string;
  /** Posted without a sound (policy `retry`). */
  readonly silent?: boolean;
  /** People to call. The renderer of a platform uses the ids that are its own. */
  readonly mentions?: Mentions;
  readonly blocks: readonly Block[];
  /** What is too long for a message, as a file; a platform without files leaves it out. */
  readonly attachment?: { readonly name: string; readonly text: string };
  /** Buttons below the whole message, in rows. */
  readonly buttons?: readonly (readonly Button[])[];
}

/** Telegram: `@name` or a numeric user id; Slack: `U…`/`W…` user or `S…` user group ids. */
export interface Mentions {
  readonly telegram: readonly string[];
  readonly slack: readonly string[];
}

export type Block =
  | { readonly type: 'title'; readonly text: string }
  /** One paragraph. */
  | { readonly type: 'text'; readonly spans: readonly Span[] }
  | { readonly type: 'fields'; readonly fields: readonly Field[] }
  /** Preformatted text, kept as it is: log lines. `label` stands above it. */
  | { readonly type: 'code'; readonly text: string; readonly label?: string }
  /** One entry of a list, with its own buttons (`/errors`). `n` is the number that the reader sees. */
  | {
      readonly type: 'item';
      readonly n: number;
      readonly title: readonly Span[];
      readonly lines: readonly (readonly Span[])[];
      readonly buttons?: readonly Button[];
    }
  /** Columns of short cells; the first row is the head. */
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[] }
  /** Small print: fingerprint, time zone, paging. */
  | { readonly type: 'note'; readonly spans: readonly Span[] }
  | { readonly type: 'divider' };

export interface Field {
  readonly label: string;
  readonly value: readonly Span[];
}

export type Span =
  | string
  | { readonly style: 'bold' | 'italic' | 'code'; readonly text: string }
  /** A link that Tocsin itself made (runbook, Sentry); never one out of log text. */
  | { readonly style: 'link'; readonly text: string; readonly url: string };

export type Button =
  /** `action` comes back to the bot when it is pressed; at most 64 bytes (Telegram's `callback_data`). */
  | { readonly kind: 'action'; readonly label: string; readonly action: string }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };
