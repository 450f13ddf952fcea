import { findChannel } from './channel-rules.ts';
import { type Parsed, refuse } from './message-rules.ts';
import { isTrue, wireMessage } from './methods-chat.ts';
import type { Method } from './web-api.ts';
import {
  APP_ID,
  BOT,
  type Channel,
  type Json,
  type SlackMessage,
  TEAM,
  type Workspace,
} from './workspace.ts';

/** https://docs.slack.dev/reference/methods: auth, conversations, users and bots; they change nothing. */
export const READ_METHODS: Readonly<Record<string, Method>> = {
  'api.test': { token: 'none', scopes: [], run: (_workspace, args) => ({ ok: true, args }) },
  'auth.test': { token: 'bot', scopes: [], run: authTest },
  'conversations.info': { token: 'bot', scopes: ['channels:read'], run: info },
  'conversations.members': { token: 'bot', scopes: ['channels:read'], run: members },
  'conversations.history': { token: 'bot', scopes: ['channels:history'], run: history },
  'conversations.replies': { token: 'bot', scopes: ['channels:history'], run: replies },
  'users.info': { token: 'bot', scopes: ['users:read'], run: userInfo },
  'bots.info': { token: 'bot', scopes: ['users:read'], run: botInfo },
};

function authTest(): Json {
  return {
    ok: true,
    url: `https://${TEAM.domain}.slack.com/`,
    team: TEAM.domain,
    user: BOT.name,
    team_id: TEAM.id,
    user_id: BOT.userId,
    bot_id: BOT.botId,
    is_enterprise_install: false,
  };
}

function info(workspace: Workspace, payload: Json): Json {
  const found = findChannel(workspace, payload['channel']);
  if (!found.ok) return found;
  const { id, name, member, archived, isPrivate } = found.value;
  if (isPrivate && !member) return refuse('channel_not_found');
  const flags = { is_channel: !isPrivate, is_private: isPrivate, is_archived: archived, is_member: member };
  return { ok: true, channel: { id, name, ...flags } };
}

function members(workspace: Workspace, payload: Json): Json {
  const found = findChannel(workspace, payload['channel']);
  if (!found.ok) return found;
  const bot = found.value.member ? [BOT.userId] : [];
  return { ok: true, members: [...found.value.people, ...bot], response_metadata: { next_cursor: '' } };
}

/** Newest first, without the replies in threads. */
function history(workspace: Workspace, payload: Json): Json {
  const channel = readable(workspace, payload['channel']);
  if (!channel.ok) return channel;
  const top = visible(workspace, channel.value.id).filter(
    (m) => m.threadTs === undefined || m.replyBroadcast,
  );
  return page(top.reverse(), payload, (message) => withReplies(workspace, message, payload));
}

/** The parent first, then the replies, oldest first. */
function replies(workspace: Workspace, payload: Json): Json {
  const channel = readable(workspace, payload['channel']);
  if (!channel.ok) return channel;
  const ts = String(payload['ts']);
  const thread = visible(workspace, channel.value.id).filter((m) => m.ts === ts || m.threadTs === ts);
  if (thread.length === 0) return refuse('thread_not_found');
  return page(thread, payload, (message) => withReplies(workspace, message, payload));
}

function readable(workspace: Workspace, given: unknown): Parsed<Channel> {
  const channel = findChannel(workspace, given);
  if (!channel.ok || channel.value.member) return channel;
  return refuse(channel.value.isPrivate ? 'channel_not_found' : 'not_in_channel');
}

function visible(workspace: Workspace, channel: string): SlackMessage[] {
  return workspace.messages.filter((m) => m.channel === channel && !m.deleted && m.ephemeralTo === undefined);
}

function withReplies(workspace: Workspace, message: SlackMessage, payload: Json): Json {
  const wire = wireMessage(message, isTrue(payload['include_all_metadata']) ? 'all' : 'none');
  const count = visible(workspace, message.channel).filter((m) => m.threadTs === message.ts).length;
  return count === 0 ? wire : { ...wire, thread_ts: message.ts, reply_count: count };
}

/** `oldest` and `latest` exclude the message at the bound unless `inclusive`; a cursor is an offset here. */
function page(messages: SlackMessage[], payload: Json, wire: (message: SlackMessage) => Json): Json {
  const oldest = Number(payload['oldest'] ?? 0);
  const latest = Number(payload['latest'] ?? Number.POSITIVE_INFINITY);
  const inclusive = isTrue(payload['inclusive']);
  const within = messages.filter((m) => {
    const ts = Number(m.ts);
    return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
  });
  const limit = Math.min(Number(payload['limit'] ?? 100), 999);
  const start = Number(payload['cursor'] || 0);
  if (!Number.isInteger(start) || start < 0) return refuse('invalid_cursor');
  const more = start + limit < within.length;
  return {
    ok: true,
    messages: within.slice(start, start + limit).map(wire),
    has_more: more,
    ...(more && { response_metadata: { next_cursor: String(start + limit) } }),
  };
}

function userInfo(workspace: Workspace, payload: Json): Json {
  const user = workspace.users.get(String(payload['user']));
  if (user === undefined) return refuse('user_not_found');
  const { id, name, realName, tz } = user;
  const profile = { real_name: realName, display_name: name };
  return { ok: true, user: { id, team_id: TEAM.id, name, real_name: realName, tz, is_bot: false, profile } };
}

function botInfo(_workspace: Workspace, payload: Json): Json {
  if (payload['bot'] !== BOT.botId) return refuse('bot_not_found');
  return { ok: true, bot: { id: BOT.botId, app_id: APP_ID, user_id: BOT.userId, name: BOT.name } };
}
