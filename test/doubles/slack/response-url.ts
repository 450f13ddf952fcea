import { randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { parseContent, type Refusal, refuse } from './message-rules.ts';
import { isTrue, parseThread } from './methods-chat.ts';
import { json } from './web-api.ts';
import {
  deleteMessage,
  editMessage,
  type Json,
  postMessage,
  type SlackMessage,
  type Via,
  type Workspace,
} from './workspace.ts';

/**
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: a response_url works
 * five times in
 * thirty minutes, and needs no membership. The body of the refusals is what the real one was seen to
 * answer; the status
 * of an invalid message is not documented, 400 stands for it.
 */

const USES = 5;
const LIFETIME_MS = 30 * 60_000;

export interface Interaction {
  readonly channel: string;
  readonly user: string;
  /** The message whose button was pressed; a slash command has none. */
  readonly original?: SlackMessage | undefined;
}

export interface ResponseUrls {
  issue(interaction: Interaction): string;
  answer(request: HttpRequest): HttpAnswer;
  /** All that were issued so far act as if thirty minutes had passed. */
  expire(): void;
}

export function createResponseUrls(workspace: Workspace): ResponseUrls {
  const issued = new Map<string, { readonly interaction: Interaction; uses: number; expiresAt: number }>();
  return {
    issue(interaction) {
      const path = `/commands/T0TEAM/${randomUUID()}`;
      issued.set(path, { interaction, uses: 0, expiresAt: Date.now() + LIFETIME_MS });
      return workspace.origin + path;
    },
    answer(request) {
      const entry = issued.get(request.path);
      if (entry === undefined || Date.now() >= entry.expiresAt) return status(404, refuse('expired_url'));
      if (entry.uses >= USES) return status(404, refuse('used_url'));
      if (!request.parsed.ok) return status(400, request.parsed);
      entry.uses += 1;
      const refused = respond(workspace, entry.interaction, request.parsed.value, 'response_url');
      if (refused === undefined) return json({ ok: true });
      return status(refused.error === 'no_text' ? 500 : 400, refused);
    },
    expire() {
      for (const entry of issued.values()) entry.expiresAt = 0;
    },
  };
}

/** Does what a response asks for; a slash command's ack with a payload goes the same way. */
export function respond(
  workspace: Workspace,
  interaction: Interaction,
  payload: Json,
  via: Via,
): Refusal | undefined {
  const { channel, user, original } = interaction;
  if (isTrue(payload['delete_original'])) {
    if (original !== undefined) deleteMessage(workspace, original);
    return undefined;
  }
  const type = payload['response_type'] ?? 'ephemeral';
  if (type !== 'ephemeral' && type !== 'in_channel') return refuse('invalid_arguments');
  const content = parseContent(payload);
  if (!content.ok) return content;
  if (isTrue(payload['replace_original']) && original !== undefined) {
    editMessage(workspace, original, content.value);
    return undefined;
  }
  const thread = parseThread(workspace, channel, payload['thread_ts']);
  if (!thread.ok) return thread;
  const ephemeralTo = type === 'ephemeral' ? user : undefined;
  postMessage(workspace, { ...content.value, channel, threadTs: thread.value, ephemeralTo, via });
  return undefined;
}

function status(code: number, refusal: Refusal): HttpAnswer {
  return { ...json(refusal), status: code };
}
