import { isObject, list } from './content.ts';
import { wireMessage } from './methods-chat.ts';
import { type ResponseUrls, respond } from './response-url.ts';
import type { Ack } from './socket-mode.ts';
import {
  APP_ID,
  type Channel,
  type Json,
  type SlackMessage,
  TEAM,
  type User,
  type Workspace,
} from './workspace.ts';

/** What people do: type a command, press a button. */

export interface InteractionDeps {
  readonly workspace: Workspace;
  readonly urls: ResponseUrls;
  deliver(type: string, payload: Json, acceptsResponse: boolean): Promise<Ack>;
}

/** A button as `press` sees it. */
export interface ShownButton {
  readonly label: string;
  readonly actionId: string;
  readonly blockId: string;
  readonly value: string | undefined;
  readonly url: string | undefined;
  readonly element: Json;
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export async function slash(
  deps: InteractionDeps,
  channelId: string,
  command: string,
  text: string,
  userId: string | undefined,
): Promise<Ack> {
  const { workspace, urls } = deps;
  const { channel, user } = who(workspace, channelId, userId);
  const interaction = { channel: channel.id, user: user.id };
  const ack = await deps.deliver(
    'slash_commands',
    {
      token: 'legacy',
      team_id: TEAM.id,
      team_domain: TEAM.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: user.id,
      user_name: user.name,
      command,
      text,
      api_app_id: APP_ID,
      is_enterprise_install: 'false',
      response_url: urls.issue(interaction),
      trigger_id: `${workspace.nextTs()}.trigger`,
    },
    true,
  );
  if (ack.ackPayload !== undefined && Object.keys(ack.ackPayload).length > 0) {
    const refused = respond(workspace, interaction, ack.ackPayload, 'ack');
    if (refused !== undefined) throw new Error(`The ack was refused: ${JSON.stringify(refused)}`);
  }
  return ack;
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload; URL buttons send one, too. */
export async function press(
  deps: InteractionDeps,
  channelId: string,
  ts: string,
  wanted: string | ((button: ShownButton) => boolean),
  userId: string | undefined,
): Promise<Ack> {
  const { workspace, urls } = deps;
  const message = workspace.messages.find((m) => m.channel === channelId && m.ts === ts && !m.deleted);
  if (message === undefined) throw new Error(`There is no message ${ts} in ${channelId}.`);
  const { channel, user } = who(workspace, channelId, message.ephemeralTo ?? userId);
  const shown = buttonsOf(message);
  const button = shown.find((b) => (typeof wanted === 'string' ? b.label === wanted : wanted(b)));
  if (button === undefined) {
    const labels = shown.map((b) => `"${b.label}"`).join(', ');
    throw new Error(`Message ${ts} has no such button (${String(wanted)}); it has: ${labels || 'none'}`);
  }
  const isEphemeral = message.ephemeralTo !== undefined;
  return await deps.deliver(
    'interactive',
    {
      type: 'block_actions',
      user: { id: user.id, username: user.name, name: user.name, team_id: TEAM.id },
      api_app_id: APP_ID,
      token: 'legacy',
      container: { type: 'message', message_ts: ts, channel_id: channelId, is_ephemeral: isEphemeral },
      trigger_id: `${workspace.nextTs()}.trigger`,
      team: TEAM,
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channel.id, name: channel.name },
      // An ephemeral message is not kept on the server, so it does not come along.
      ...(!isEphemeral && { message: wireMessage(message, 'all') }),
      state: { values: {} },
      response_url: urls.issue({ channel: channelId, user: user.id, original: message }),
      actions: [
        { ...button.element, block_id: button.blockId, type: 'button', action_ts: workspace.nextTs() },
      ],
    },
    false,
  );
}

export function buttonsOf(message: SlackMessage): ShownButton[] {
  return message.blocks.flatMap((block) =>
    [...list(block['elements']), block['accessory']]
      .filter(isObject)
      .filter((element) => element['type'] === 'button')
      .map((element) => ({
        label: isObject(element['text']) ? String(element['text']['text']) : '',
        actionId: String(element['action_id']),
        blockId: String(block['block_id']),
        value: typeof element['value'] === 'string' ? element['value'] : undefined,
        url: typeof element['url'] === 'string' ? element['url'] : undefined,
        element,
      })),
  );
}

function who(workspace: Workspace, channelId: string, userId = 'U0ALICE'): { channel: Channel; user: User } {
  const channel = workspace.channels.get(channelId);
  if (channel === undefined) throw new Error(`addChannel first: the double knows no channel ${channelId}.`);
  const user = workspace.users.get(userId);
  if (user === undefined) throw new Error(`addUser first: the double knows no user ${userId}.`);
  return { channel, user };
}
