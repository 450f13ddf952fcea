import { type Parsed, refuse } from './message-rules.ts';
import type { Channel, Workspace } from './workspace.ts';

/**
 * Finds the channel of a call, by id; where the method allows it, also by `#name` or a person's id (a DM).
 */
export function findChannel(
  workspace: Workspace,
  given: unknown,
  names: 'ids only' | 'names too' = 'ids only',
): Parsed<Channel> {
  if (given === undefined || given === '')
    return refuse('invalid_arguments', ['missing required field: channel']);
  const key = String(given);
  const byId = workspace.channels.get(key);
  if (byId !== undefined) return { ok: true, value: byId };
  if (names === 'names too') {
    const byName = [...workspace.channels.values()].find((c) => c.name === key.replace(/^#/, ''));
    if (byName !== undefined) return { ok: true, value: byName };
    if (workspace.users.has(key)) return { ok: true, value: openDm(workspace, key) };
  }
  return refuse('channel_not_found');
}

/** A channel that the bot may write in: it exists, is not archived, and the bot is a member of it. */
export function findWritable(
  workspace: Workspace,
  given: unknown,
  names: 'ids only' | 'names too',
): Parsed<Channel> {
  const channel = findChannel(workspace, given, names);
  if (!channel.ok) return channel;
  if (channel.value.archived) return refuse('is_archived');
  if (channel.value.member) return channel;
  // A private channel that the bot is not in does not exist for it. chat:write.public opens public ones.
  if (channel.value.isPrivate) return refuse('channel_not_found');
  return workspace.scopes.has('chat:write.public') ? channel : refuse('not_in_channel');
}

function openDm(workspace: Workspace, user: string): Channel {
  const id = `D${user.slice(1)}`;
  const channel = workspace.channels.get(id) ?? {
    id,
    name: 'directmessage',
    member: true,
    archived: false,
    isPrivate: true,
    people: new Set([user]),
  };
  workspace.channels.set(id, channel);
  return channel;
}
