import type { Destination, SendResult } from '../delivery/destination.ts';
import type { Message } from '../message/message.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';

const TIMEOUT_MS = 10_000;

/** Posts a test message to each destination, the way alerts go, and waits until the platform has taken it. */
export async function sendTests(destinations: readonly Destination[], host: string): Promise<Finding[]> {
  if (destinations.length === 0)
    return [skipped('Test message', 'no chat is configured that it could go to')];
  return Promise.all(destinations.map((destination) => sendTest(destination, testMessage(host))));
}

async function sendTest(destination: Destination, message: Message): Promise<Finding> {
  const about = `Test message to ${destination.id}`;
  const startedAt = performance.now();
  const result = await inTime(destination.send(message, { step: 'rich', key: `doctor:${Date.now()}` }));
  const ms = Math.round(performance.now() - startedAt);
  if (result === 'late')
    return wrong(
      about,
      `no answer within ${TIMEOUT_MS / 1000} s: check the network; it may arrive all the same`,
    );
  if (result.kind === 'sent')
    return ok(
      about,
      `accepted after ${ms} ms${result.messageId === '' ? '' : ` as message ${result.messageId}`}`,
    );
  if (result.kind === 'rate_limited') {
    const seconds = Math.ceil(result.retryAfterMs / 1000);
    return wrong(about, `the platform asks for a pause of ${seconds} s: try again after it`);
  }
  return wrong(about, result.error);
}

async function inTime(sending: Promise<SendResult>): Promise<SendResult | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), TIMEOUT_MS);
  });
  const result = await Promise.race([sending, late]);
  clearTimeout(timer);
  return result;
}

function testMessage(host: string): Message {
  const summary = '🩺 Tocsin doctor: this is a test, nothing is broken';
  return {
    summary,
    blocks: [
      { type: 'title', text: summary },
      {
        type: 'fields',
        fields: [
          { label: 'Sent by', value: [{ style: 'code', text: 'tocsin doctor --send' }] },
          { label: 'Host', value: [host] },
        ],
      },
      { type: 'note', spans: ['Alerts look like this and arrive here.'] },
    ],
  };
}
