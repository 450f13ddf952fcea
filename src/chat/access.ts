import type { Actor } from './chat.ts';

/** Who may ask, and who may change something (product.md section 6). Ids as strings. */
export interface AccessRules {
  readonly telegramChats: ReadonlySet<string>;
  /** Empty: everybody in an allowed chat. */
  readonly telegramAdmins: ReadonlySet<string>;
  readonly slackChannels: ReadonlySet<string>;
  readonly slackAdmins: ReadonlySet<string>;
}

/** The console and the terminal are behind the machine's own doors. */
export function mayAsk(rules: AccessRules, actor: Actor): boolean {
  if (actor.platform === 'telegram') return rules.telegramChats.has(actor.chatId);
  if (actor.platform === 'slack') return rules.slackChannels.has(actor.chatId);
  return true;
}

export function mayChange(rules: AccessRules, actor: Actor): boolean {
  if (!mayAsk(rules, actor)) return false;
  const admins = {
    telegram: rules.telegramAdmins,
    slack: rules.slackAdmins,
    console: undefined,
    terminal: undefined,
  };
  const needed = admins[actor.platform];
  return needed === undefined || needed.size === 0 || needed.has(actor.userId);
}

/** A stranger hears this once in a while, and nothing about the system. */
export const REFUSAL = 'This chat is not allowed to ask me.';
const REFUSE_AGAIN_MS = 3_600_000;
const REMEMBERED = 1_000;

/** Says whether a stranger's chat is to be refused aloud: once an hour, so that nobody can make the bot talk. */
export function createRefusals() {
  const refusedAt = new Map<string, number>();
  return (actor: Actor, now: number): boolean => {
    const key = `${actor.platform}:${actor.chatId}`;
    const last = refusedAt.get(key);
    if (last !== undefined && now - last < REFUSE_AGAIN_MS) return false;
    if (refusedAt.size >= REMEMBERED) refusedAt.clear();
    refusedAt.set(key, now);
    return true;
  };
}
