import { findChannel, findWritable } from './channel-rules.ts';
import { type Parsed, parseContent, refuse } from './message-rules.ts';
import type { Method } from './web-api.ts';
import {
  BOT,
  deleteMessage,
  editMessage,
  findMessage,
  type Json,
  postMessage,
  type SlackMessage,
  type Workspace,
} from './workspace.ts';

/** https://docs.slack.dev/reference/methods: the `chat.*` family. */
export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': { token: 'bot', scopes: ['chat:write'], run: post },
  'chat.postEphemeral': { token: 'bot', scopes: ['chat:write'], run: postEphemeral },
  'chat.update': { token: 'bot', scopes: ['chat:write'], run: update },
  'chat.delete': { token: 'bot', scopes: ['chat:write'], run: remove },
  'chat.getPermalink': { token: 'bot', scopes: [], run: permalink },
};

/** https://docs.slack.dev/reference/methods/chat.update: `msg_too_long` beyond 4,000; bytes, as measured. */
const UPDATE_TEXT_MAX_BYTES = 4_000;

function post(workspace: Workspace, payload: Json): Json {
  const channel = findWritable(workspace, payload['channel'], 'names too');
  if (!channel.ok) return channel;
  const content = parseContent(payload);
  if (!content.ok) return content;
  const thread = parseThread(workspace, channel.value.id, payload['thread_ts']);
  if (!thread.ok) return thread;
  const message = postMessage(workspace, {
    ...content.value,
    channel: channel.value.id,
    via: 'chat.postMessage',
    threadTs: thread.value,
    replyBroadcast: isTrue(payload['reply_broadcast']),
  });
  return { ok: true, channel: message.channel, ts: message.ts, message: wireMessage(message, 'all') };
}

function postEphemeral(workspace: Workspace, payload: Json): Json {
  const channel = findWritable(workspace, payload['channel'], 'names too');
  if (!channel.ok) return channel;
  const user = payload['user'];
  if (typeof user !== 'string') return refuse('invalid_arguments', ['missing required field: user']);
  if (!channel.value.people.has(user)) return refuse('user_not_in_channel');
  const content = parseContent(payload);
  if (!content.ok) return content;
  const thread = parseThread(workspace, channel.value.id, payload['thread_ts']);
  if (!thread.ok) return thread;
  const where = { channel: channel.value.id, threadTs: thread.value, ephemeralTo: user };
  const message = postMessage(workspace, { ...content.value, ...where, via: 'chat.postEphemeral' });
  return { ok: true, message_ts: message.ts };
}

function update(workspace: Workspace, payload: Json): Json {
  const message = ownMessage(workspace, payload, 'cant_update_message');
  if (!message.ok) return message;
  const old = message.value;
  const { text, blocks } = payload;
  if (Buffer.byteLength(String(text ?? '')) > UPDATE_TEXT_MAX_BYTES) return refuse('msg_too_long');
  // Text alone removes the blocks; blocks alone keep the text. Metadata stays unless it is given.
  const kept = { text: text ?? old.text, blocks: blocks ?? (text === undefined ? old.blocks : []) };
  const content = parseContent({ ...kept, metadata: payload['metadata'] ?? old.metadata });
  if (!content.ok) return text === undefined && blocks === undefined ? refuse('no_text') : content;
  editMessage(workspace, old, content.value);
  const answer = { ok: true, channel: old.channel, ts: old.ts, text: old.text };
  return { ...answer, message: wireMessage(old, 'all') };
}

function remove(workspace: Workspace, payload: Json): Json {
  const message = ownMessage(workspace, payload, 'cant_delete_message');
  if (!message.ok) return message;
  deleteMessage(workspace, message.value);
  return { ok: true, channel: message.value.channel, ts: message.value.ts };
}

function permalink(workspace: Workspace, payload: Json): Json {
  const channel = findChannel(workspace, payload['channel']);
  if (!channel.ok) return channel;
  const message = findMessage(workspace, channel.value.id, String(payload['message_ts']));
  if (message === undefined) return refuse('message_not_found');
  const thread =
    message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${message.channel}`;
  const url = `https://tocsin-test.slack.com/archives/${message.channel}/p${message.ts.replace('.', '')}`;
  return { ok: true, channel: message.channel, permalink: url + thread };
}

/** The bot can change only what it posted itself; nobody can change an ephemeral message by its ts. */
function ownMessage(workspace: Workspace, payload: Json, forbidden: string): Parsed<SlackMessage> {
  const channel = findWritable(workspace, payload['channel'], 'ids only');
  if (!channel.ok) return channel;
  if (payload['ts'] === undefined) return refuse('invalid_arguments', ['missing required field: ts']);
  const message = findMessage(workspace, channel.value.id, String(payload['ts']));
  if (message === undefined) return refuse('message_not_found');
  return message.via === 'webhook' ? refuse(forbidden) : { ok: true, value: message };
}

/** https://docs.slack.dev/messaging: `thread_ts` is the parent's ts, never a reply's. */
export function parseThread(
  workspace: Workspace,
  channel: string,
  given: unknown,
): Parsed<string | undefined> {
  if (given === undefined || given === '') return { ok: true, value: undefined };
  const ts = String(given);
  const inChannel = workspace.messages.filter((m) => m.channel === channel && m.ephemeralTo === undefined);
  const parent = inChannel.find((m) => m.ts === ts);
  // A deleted parent stays as a tombstone for as long as it has replies.
  const hasReplies = inChannel.some((m) => m.threadTs === ts && !m.deleted);
  if (parent === undefined || (parent.deleted && !hasReplies)) return refuse('thread_not_found');
  return parent.threadTs === undefined ? { ok: true, value: ts } : refuse('cannot_reply_to_message');
}

/** A message as the Web API shows it; metadata only where it was asked for. */
export function wireMessage(message: SlackMessage, metadata: 'all' | 'none'): Json {
  return {
    type: 'message',
    subtype: 'bot_message',
    ts: message.ts,
    user: BOT.userId,
    bot_id: BOT.botId,
    text: message.text,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    ...(message.edits.length > 0 && { edited: { user: BOT.userId, ts: message.ts } }),
    ...(metadata === 'all' && message.metadata !== undefined && { metadata: message.metadata }),
  };
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}
