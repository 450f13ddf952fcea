import { type HttpAnswer, type HttpRequest, text } from './http.ts';
import { parseContent, parseJson } from './message-rules.ts';
import { parseThread } from './methods-chat.ts';
import type { RateLimits } from './rate-limits.ts';
import { type Json, postMessage, type Workspace } from './workspace.ts';

/**
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: answers are words, no message
 * id.
 */

export const WEBHOOK_PATH = '/services/T0TEAM/B0HOOK/secret';

export function answerWebhook(workspace: Workspace, limits: RateLimits, request: HttpRequest): HttpAnswer {
  if (request.path !== WEBHOOK_PATH) return text(404, 'no_service');
  const payload = webhookPayload(request);
  if (payload === undefined) return text(400, 'invalid_payload');
  const channel = workspace.channels.get(workspace.options.webhookChannel ?? 'C0HOOK');
  if (channel === undefined) return text(404, 'channel_not_found');
  if (channel.archived) return text(410, 'channel_is_archived');
  const waitSeconds = limits.take('webhook', channel.id);
  if (waitSeconds > 0) return text(429, 'rate_limited', { 'retry-after': String(waitSeconds) });
  // The webhook says only that the blocks are wrong, never which (slackapi/java-slack-sdk issue 1017).
  const content = parseContent(payload);
  if (!content.ok) return text(400, content.error);
  const thread = parseThread(workspace, channel.id, payload['thread_ts']);
  if (!thread.ok) return text(400, 'invalid_thread_ts');
  postMessage(workspace, { ...content.value, channel: channel.id, threadTs: thread.value, via: 'webhook' });
  return text(200, 'ok');
}

function webhookPayload(request: HttpRequest): Json | undefined {
  if (!request.parsed.ok || request.body.length === 0) return undefined;
  const { payload } = request.parsed.value;
  if (typeof payload !== 'string') return request.parsed.value;
  const inner = parseJson(payload);
  return typeof inner === 'object' && inner !== null ? { ...inner } : undefined;
}
