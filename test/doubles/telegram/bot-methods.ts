import type { CallbackQueries } from './callbacks.ts';
import type { CommandRegister } from './commands.ts';
import type { Methods } from './methods.ts';
import { flag, integer } from './payload.ts';
import { badRequest } from './refusal.ts';
import type { ChatSpec, Payload } from './types.ts';
import type { UpdateQueue } from './updates.ts';
import { wireChat } from './wire.ts';
import type { World } from './world.ts';

export interface BotMethodParts {
  readonly world: World;
  readonly updates: UpdateQueue;
  readonly callbacks: CallbackQueries;
  readonly commands: CommandRegister;
}

/** Everything that is not about a message: updates, the bot itself, chats, commands. */
export function botMethods({ world, updates, callbacks, commands }: BotMethodParts): Methods {
  const member = (spec: ChatSpec, userId: number) => ({
    status: spec.admins?.includes(userId) ? 'administrator' : 'member',
    user: userId === world.bot.id ? world.bot : { id: userId, is_bot: false, first_name: `User ${userId}` },
  });
  const chatOf = (payload: Payload) => world.reachableChat(payload['chat_id']).spec;

  return {
    getUpdates: (payload, hungUp) => updates.poll(payload, hungUp),
    answerCallbackQuery: (payload) => callbacks.answer(payload),

    getMe: () => ({
      ...world.bot,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
    logOut: () => true,
    close: () => true,
    getWebhookInfo: () => ({
      url: '',
      has_custom_certificate: false,
      pending_update_count: updates.pendingCount(),
    }),
    deleteWebhook: (payload) => {
      if (flag(payload['drop_pending_updates'])) updates.drop();
      return true;
    },

    getChat: (payload) => ({ ...wireChat(chatOf(payload)), accent_color_id: 0, max_reaction_count: 11 }),
    getChatMember: (payload) => {
      const spec = chatOf(payload);
      const userId = integer(payload['user_id']);
      if (userId === undefined || userId <= 0) throw badRequest('invalid user_id specified');
      return member(spec, userId);
    },
    getChatAdministrators: (payload) => {
      const spec = chatOf(payload);
      return (spec.admins ?? []).map((id) => member(spec, id));
    },

    setMyCommands: (payload) => commands.set(payload),
    getMyCommands: (payload) => commands.get(payload),
    deleteMyCommands: (payload) => commands.delete(payload),
  };
}
