/** The nouns of the Bot API that the double keeps. Names on the wire stay as the API spells them. */

export type ChatType = 'private' | 'group' | 'supergroup' | 'channel';

/** A chat as a test declares it. A chat that was not declared answers "chat not found". */
export interface ChatSpec {
  readonly id: number;
  readonly type: ChatType;
  readonly title?: string;
  /** Ids of forum topics. The General topic has no id of its own: 1 is "not found", as on the real API. */
  readonly topics?: readonly number[];
  /** User ids that `getChatMember` reports as administrators. */
  readonly admins?: readonly number[];
}

export interface TelegramUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly username?: string;
}

/** https://core.telegram.org/bots/api#messageentity; offset and length count UTF-16 code units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: TelegramUser;
  readonly custom_emoji_id?: string;
}

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** Exactly one of the optional fields is there, the keyboard check sees to it. */
export interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
  readonly [action: string]: unknown;
}

export interface Keyboard {
  readonly inline_keyboard: readonly (readonly Button[])[];
}

export interface SentFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A message of the bot as people in the chat see it now. */
export interface ChatMessage {
  readonly messageId: number;
  readonly chatId: number;
  readonly threadId?: number;
  /** After entity parsing, cleaning and trimming. The caption, for a document. */
  readonly text: string;
  /** Formatting of the sender and what Telegram found by itself (url, mention, bot_command, ...). */
  readonly entities: readonly Entity[];
  readonly replyMarkup?: Keyboard;
  readonly document?: SentFile;
  readonly replyTo?: number;
  readonly silent: boolean;
  /** What the bot sent, before parsing. */
  readonly rawText: string;
  readonly parseMode?: string;
  readonly edits: number;
  /** Milliseconds since the epoch, of the first sending. */
  readonly at: number;
}

/** Parameters of a request; nested JSON may arrive as text (multipart) and is decoded where it is read. */
export type Payload = Readonly<Record<string, unknown>>;

export type ApiResponse =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly error_code: number;
      readonly description: string;
      readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
    };

export interface Call {
  readonly method: string;
  readonly payload: Payload;
  readonly at: number;
  /** `undefined` while the request waits; `'lost'` when no answer left (reset, lost-reply, hung up). */
  response: ApiResponse | 'lost' | undefined;
}
