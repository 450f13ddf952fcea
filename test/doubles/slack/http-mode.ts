import { createHmac } from 'node:crypto';
import { isObject } from './content.ts';
import { parseJson } from './message-rules.ts';
import { ACK_DEADLINE_MS, type Ack, type Delivery } from './socket-mode.ts';
import type { Json } from './workspace.ts';

/**
 * Slack calling the bot: signed POSTs, https://docs.slack.dev/authentication/verifying-requests-from-slack
 */

export interface HttpTarget {
  readonly url: string;
  readonly signingSecret: string;
}

/**
 * How a delivery travels: slash commands as a form, interactivity as a form with one JSON field, events as
 * JSON.
 */
export async function deliverByHttp(
  target: HttpTarget,
  type: string,
  payload: Json,
  deliveries: Delivery[],
): Promise<Ack> {
  const delivery: Delivery = { type, payload, sentAt: Date.now(), ackMs: undefined, acks: 0 };
  deliveries.push(delivery);
  const response = await signedPost(target, encode(type, payload));
  const body = await response.text();
  delivery.ackMs = Date.now() - delivery.sentAt;
  delivery.acks += 1;
  if (!response.ok) throw new Error(`http_service_error: the bot answered ${response.status}: ${body}`);
  return { ackPayload: ackPayload(body), ackMs: delivery.ackMs };
}

/** The challenge of https://docs.slack.dev/reference/events/url_verification; true when it came back. */
export async function verifyUrl(target: HttpTarget): Promise<boolean> {
  const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
  const body = JSON.stringify({ token: 'legacy', challenge, type: 'url_verification' });
  const response = await signedPost(target, { body, contentType: 'application/json' });
  const text = await response.text();
  const parsed = parseJson(text);
  return response.ok && (isObject(parsed) ? parsed['challenge'] === challenge : text === challenge);
}

interface Encoded {
  readonly body: string;
  readonly contentType: string;
}

function encode(type: string, payload: Json): Encoded {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const fields =
    type === 'interactive'
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]));
  return { body: new URLSearchParams(fields).toString(), contentType: 'application/x-www-form-urlencoded' };
}

async function signedPost(target: HttpTarget, { body, contentType }: Encoded): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', target.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  try {
    return await fetch(target.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${hmac}`,
      },
      signal: AbortSignal.timeout(ACK_DEADLINE_MS),
    });
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    throw new Error(timedOut ? 'operation_timeout' : 'dispatch_failed', { cause: error });
  }
}

function ackPayload(body: string): Json | undefined {
  if (body.trim() === '') return undefined;
  const parsed = parseJson(body);
  return isObject(parsed) ? parsed : { text: body };
}
