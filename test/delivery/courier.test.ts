import { afterEach, describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/delivery/backoff.ts';
import { Courier } from '../../src/delivery/courier.ts';
import type { Destination, SendResult } from '../../src/delivery/destination.ts';
import { eventually } from '../e2e/bot-process.ts';
import { openRoom } from '../pipeline/room.ts';

const message = (text: string) => ({ summary: text, blocks: [{ type: 'text' as const, spans: [text] }] });
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A courier over a real outbox, to a chat that answers as scripted, and `sent` after that. */
function courierTo(script: readonly SendResult[]) {
  const { store, close } = openRoom();
  ends.push(close);
  const answers = [...script];
  const sent: { text: string; at: number }[] = [];
  const destination: Destination = {
    id: 'test:1',
    async send({ summary }) {
      sent.push({ text: summary, at: Date.now() });
      return answers.shift() ?? { kind: 'sent', messageId: String(sent.length) };
    },
  };
  const courier = new Courier({
    destination,
    outbox: store.outbox,
    compose: (item) => (item.kind === 'notice' ? item.notice : undefined),
    now: Date.now,
    log: silent,
  });
  ends.push(() => courier.stop());
  const queue = (text: string) => {
    store.outbox.notice('test:1', message(text), Date.now());
    courier.nudge();
  };
  courier.start();
  return { queue, sent, store, courier };
}

describe('a courier', () => {
  it('delivers in the order of the queue', async () => {
    const { queue, sent, store } = courierTo([]);
    for (const text of ['a', 'b', 'c']) queue(text);
    await eventually(() => store.outbox.waiting() === 0);
    expect(sent.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('waits as long as a 429 says, with all that follows', async () => {
    const { queue, sent, store } = courierTo([{ kind: 'rate_limited', retryAfterMs: 700 }]);
    queue('a');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(sent.map(({ text }) => text)).toEqual(['a', 'a', 'b']);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(690);
  });

  it('tries again when the chat was away, says so meanwhile, and takes it back', async () => {
    const away: SendResult = { kind: 'unavailable', error: 'ECONNREFUSED', maybeSent: false };
    const { queue, sent, store, courier } = courierTo([away, away]);
    queue('a');
    await eventually(() => courier.status.state === 'failing');
    await eventually(() => store.outbox.waiting() === 0);
    expect(sent).toHaveLength(3);
    expect(courier.status).toEqual({ state: 'ok' });
  });

  it('gives up only what the chat refuses for good, and goes on with the next', async () => {
    const { queue, sent, store } = courierTo([{ kind: 'rejected', error: 'invalid_blocks' }]);
    queue('a');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(sent.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(store.health.destinations(0)).toEqual([]);
  });

  it('outlives a database that fails for a moment', async () => {
    const { queue, sent, store } = courierTo([]);
    const next = store.outbox.next;
    let failures = 0;
    store.outbox.next = (id) => {
      failures += 1;
      if (failures <= 1) throw new Error('database is locked');
      return next(id);
    };
    queue('a');
    await eventually(() => store.outbox.waiting() === 0);
    expect(sent).toHaveLength(1);
  });
});

describe('the back-off', () => {
  it.each([
    [0, 500],
    [1, 1_000],
    [5, 16_000],
    [6, 30_000],
    [1_000, 30_000],
  ])('after %i failures is %i ms at most, and a quarter less at least', (attempts, most) => {
    expect(backoffMs(attempts, 0)).toBe(most);
    expect(backoffMs(attempts, 0.999)).toBeGreaterThanOrEqual(0.75 * most - 1);
  });
});
