import { Budget } from '../../delivery/budget.ts';
import type { Destination, SendResult } from '../../delivery/destination.ts';
import type { Step } from '../../message/ladder.ts';
import type { Message } from '../../message/message.ts';
import type { Platform } from '../platform.ts';
import { RATES } from '../slack/rates.ts';
import { renderSlack } from '../slack/render.ts';

const TIMEOUT_MS = 15_000;
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Answers that a person must mend (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors). */
const BLOCKED = new Set([403, 404, 410]);

/** Slack's incoming webhook: send only, no buttons, no message id. */
export function createWebhook({ url }: { readonly url: string }): Platform {
  const destination: Destination = {
    id: 'slack-webhook',
    budgets: [new Budget(RATES)],
    send: (message, { step }) => post(url, message, step),
  };
  return {
    name: 'slack-webhook',
    destinations: [destination],
    start: async () => {},
    stop: async () => {},
    status: () => ({ state: 'connected' }),
  };
}

async function post(url: string, message: Message, step: Step): Promise<SendResult> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(renderSlack(message, { actions: false, step })),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const code = ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).name;
    return {
      kind: 'unavailable',
      error: `the webhook cannot be reached (${code})`,
      maybeSent: !NOT_SENT.has(code),
    };
  }
  const text = (await response.text().catch(() => '')).slice(0, 200);
  if (response.ok) return { kind: 'sent', messageId: '' };
  if (response.status === 429) {
    return { kind: 'rate_limited', retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  }
  if (response.status >= 500)
    return { kind: 'unavailable', error: `the webhook answered ${response.status}`, maybeSent: true };
  if (BLOCKED.has(response.status)) {
    return {
      kind: 'blocked',
      error: `the webhook answered ${response.status} ${text}: check SLACK_WEBHOOK_URL`,
    };
  }
  return { kind: 'rejected', error: `the webhook answered ${response.status} ${text}` };
}

/** Seconds, as Slack sends them; a date or nothing counts as a few. */
function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? 1);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 5_000;
}
