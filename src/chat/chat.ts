import type { Message } from '../message/message.ts';

/** Who speaks, and where. `chatId` is the platform's own id as a string (`-1001`, `C0OPS`). */
export interface Actor {
  readonly platform: 'telegram' | 'slack' | 'console' | 'terminal';
  readonly chatId: string;
  readonly userId: string;
  /** For "acknowledged by …". Data, like all that users type. */
  readonly userName: string;
}

/** What the chat answers to a command or a pressed button. */
export type Reply =
  /** A new message in the chat. */
  | { readonly kind: 'post'; readonly message: Message }
  /** The pressed message becomes this one (paging). After a typed command: the same as `post`. */
  | { readonly kind: 'replace'; readonly message: Message }
  /** A short word to the one who pressed (Telegram's callback answer, an ephemeral message in Slack); at most 190 characters. */
  | { readonly kind: 'toast'; readonly text: string }
  /** Nothing at all: a stranger who has had the refusal already. */
  | { readonly kind: 'none' };

/** The one door through which every platform asks. Neither method throws or rejects. */
export interface Chat {
  /** `text` is the whole line, with or without the slash: `/errors 2h --service api`. */
  command(actor: Actor, text: string): Promise<Reply>;
  /** `action` is what the button carried. */
  press(actor: Actor, action: string): Promise<Reply>;
}

/** What the platforms register and `/help` lists. */
export interface CommandHelp {
  readonly name: string;
  /** At most 256 characters (Telegram's limit). */
  readonly description: string;
  /** Arguments only: `[30m|2h|1d] [--service S] …`. */
  readonly usage: string;
}
