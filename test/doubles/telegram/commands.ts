import { badRequest } from './refusal.ts';
import type { Payload } from './types.ts';

/** https://core.telegram.org/bots/api#botcommand and #setmycommands */
const MAX_COMMANDS = 100;
const COMMAND = /^[a-z0-9_]{1,32}$/;
const MAX_DESCRIPTION = 256;

export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

export interface CommandRegister {
  set(payload: Payload): true;
  get(payload: Payload): readonly BotCommand[];
  delete(payload: Payload): true;
  /** By scope: `default`, `all_group_chats`, `chat:-100123`, ...; a language is added as `default/de`. */
  all(): Readonly<Record<string, readonly BotCommand[]>>;
}

export function createCommandRegister(): CommandRegister {
  const byScope = new Map<string, readonly BotCommand[]>();
  return {
    set(payload) {
      byScope.set(scopeKey(payload), parseCommands(payload['commands']));
      return true;
    },
    get: (payload) => byScope.get(scopeKey(payload)) ?? [],
    delete(payload) {
      byScope.delete(scopeKey(payload));
      return true;
    },
    all: () => Object.fromEntries(byScope),
  };
}

/** The real server takes a capital letter for an error, too: "BOT_COMMAND_INVALID". */
function parseCommands(commands: unknown): BotCommand[] {
  if (!Array.isArray(commands)) throw badRequest("can't parse commands JSON object");
  if (commands.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  return commands.map((entry: Partial<Record<string, unknown>>) => {
    const command = String(entry['command'] ?? '').replace(/^\//, '');
    const description = String(entry['description'] ?? '').trim();
    if (!COMMAND.test(command)) throw badRequest('BOT_COMMAND_INVALID');
    if (description === '' || description.length > MAX_DESCRIPTION) {
      throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
    }
    return { command, description };
  });
}

function scopeKey(payload: Payload): string {
  const scope = (payload['scope'] ?? {}) as Payload;
  const parts = [scope['type'] ?? 'default', scope['chat_id'], scope['user_id']];
  const key = parts.filter((part) => part !== undefined).join(':');
  const language = payload['language_code'];
  return language === undefined || language === '' ? key : `${key}/${String(language)}`;
}
