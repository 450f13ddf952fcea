import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { backoffMs, blockedBackoffMs } from '../../src/delivery/backoff.ts';
import type { SendResult } from '../../src/delivery/destination.ts';
import { eventually } from '../e2e/bot-process.ts';
import { openRoom } from '../pipeline/room.ts';
import { type ChatOptions, openChat, wordsOf } from './chat.ts';

const message = (text: string) => ({ summary: text, blocks: [{ type: 'text' as const, spans: [text] }] });
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A courier, to a chat that answers as scripted. */
function courierTo(script: readonly SendResult[], options: Partial<ChatOptions> = {}) {
  // Under the older form: texts that differ in one word stay apart, so that there are many groups.
  const room = openRoom({ alerts: { ...DEFAULT_RULES, fingerprint: 'seed' } });
  ends.push(room.close);
  const chat = openChat({ store: room.store, script, ...options });
  ends.push(() => chat.courier.stop());
  const queue = (text: string) => {
    room.store.outbox.notice('test:1', message(text), Date.now());
    chat.courier.nudge();
  };
  const texts = () => chat.attempts.map(({ summary }) => summary);
  chat.courier.start();
  return { ...chat, room, store: room.store, queue, texts };
}

const lost: SendResult = { kind: 'unavailable', error: 'socket hang up', maybeSent: true };

describe('a courier', () => {
  it('delivers in the order of the queue', async () => {
    const { queue, texts, store } = courierTo([]);
    for (const text of ['a', 'b', 'c']) queue(text);
    await eventually(() => store.outbox.waiting() === 0);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  it('waits as long as a 429 says, with all that follows', async () => {
    const { queue, attempts, texts, store } = courierTo([{ kind: 'rate_limited', retryAfterMs: 700 }]);
    queue('a');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(texts()).toEqual(['a', 'a', 'b']);
    expect((attempts[1]?.at ?? 0) - (attempts[0]?.at ?? 0)).toBeGreaterThanOrEqual(690);
  });

  it('tries again when the chat was away, says so meanwhile, and takes it back', async () => {
    const away: SendResult = { kind: 'unavailable', error: 'ECONNREFUSED', maybeSent: false };
    const { queue, attempts, store, courier } = courierTo([away, away]);
    queue('a');
    await eventually(() => courier.status.state === 'failing');
    await eventually(() => store.outbox.waiting() === 0);
    expect(attempts).toHaveLength(3);
    expect(courier.status).toEqual({ state: 'ok' });
  });

  it('goes down the ladder with what the chat refuses, never twice the same, and gives up at its end', async () => {
    const refused: SendResult = { kind: 'rejected', error: 'invalid_blocks' };
    const { queue, attempts, store } = courierTo([refused, refused, refused, refused]);
    queue('a');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(attempts.map(({ summary, step }) => `${summary} ${step}`)).toEqual([
      'a rich',
      'a short',
      'a plain',
      'a line',
      'b rich',
    ]);
  });

  it('outlives a database that fails for a moment', async () => {
    const { queue, attempts, store } = courierTo([]);
    const { pending } = store.outbox;
    let failures = 0;
    store.outbox.pending = (id) => {
      failures += 1;
      if (failures <= 1) throw new Error('database is locked');
      return pending(id);
    };
    queue('a');
    await eventually(() => store.outbox.waiting() === 0);
    expect(attempts).toHaveLength(1);
  });

  it('stores at its end what was sent, also when the database is held by another for some seconds', async () => {
    const { queue, attempts, store, courier } = courierTo([]);
    const { atomically } = store;
    let failures = 0;
    store.atomically = (work) => {
      failures += 1;
      if (failures <= 3) throw new Error('database is locked');
      atomically(work);
    };
    queue('a');
    await eventually(() => failures > 0);
    await courier.stop();
    expect(attempts).toHaveLength(1);
    expect(store.outbox.waiting()).toBe(0);
  });

  it('marks a second copy as a possible repeat where the chat cannot be asked', async () => {
    const { queue, posted, store } = courierTo([lost]);
    queue('a');
    await eventually(() => store.outbox.waiting() === 0);
    expect(posted.map(({ message: { summary } }) => summary)).toEqual(['a', '↻ a']);
    expect(posted[0]?.key).toBe(posted[1]?.key);
  });

  it('finds a message whose answer was lost, and does not post it again', async () => {
    const { queue, posted, store } = courierTo([lost], {
      find: (all, key) => {
        const found = all.find((one) => one.key === key);
        return found ? { kind: 'found', messageId: found.id } : { kind: 'absent' };
      },
    });
    queue('a');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(posted.map(({ message: { summary } }) => summary)).toEqual(['a', 'b']);
  });

  it('posts again without a mark what was looked for and is not there', async () => {
    const { queue, texts, store } = courierTo([{ ...lost, maybeSent: true }], {
      find: () => ({ kind: 'absent' }),
    });
    queue('a');
    await eventually(() => store.outbox.waiting() === 0);
    expect(texts()).toEqual(['a', 'a']);
  });
});

describe('a message that cannot be written', () => {
  it('holds nothing behind it, and is named as failed', async () => {
    const { room, queue, texts, store } = courierTo([]);
    store.alerts.detail = () => {
      throw new Error('a bug in a view');
    };
    room.takeNow('Out of memory');
    queue('b');
    await eventually(() => store.outbox.waiting() === 0);
    expect(texts()).toEqual(['b']);
    expect(store.health.undelivered(0)).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('internal error') },
    ]);
  });
});

describe('the message of an alert', () => {
  it('is edited while the error goes on, and shows who acknowledged it', async () => {
    const { room, courier, posted, store } = courierTo([]);
    room.takeNow('Out of memory');
    courier.nudge();
    await eventually(() => posted.length === 1);
    store.alerts.acknowledge(1, 'ann', Date.now());
    store.live.touch(1);
    courier.nudge();
    await eventually(() => posted[0]?.edits === 1);
    expect(wordsOf(posted[0]?.message ?? message(''))).toContain('✅ ann');
    room.takeNow('Out of memory', 'Out of memory');
    await eventually(() => wordsOf(posted[0]?.message ?? message('')).includes('3 events'), 12_000);
    expect(posted).toHaveLength(1);
  }, 20_000);

  it('is posted anew when it was deleted by hand', async () => {
    const { room, courier, posted, store } = courierTo([], { editScript: [{ kind: 'gone' }] });
    room.takeNow('Out of memory');
    courier.nudge();
    await eventually(() => posted.length === 1);
    store.live.touch(1);
    courier.nudge();
    await eventually(() => posted.length === 2);
    expect(posted[1]?.message.summary).toBe(posted[0]?.message.summary);
    expect(store.outbox.waiting()).toBe(0);
  });

  it('goes down the ladder too', async () => {
    const { room, courier, posted, store } = courierTo([], {
      editScript: [{ kind: 'rejected', error: 'invalid_blocks' }],
    });
    room.takeNow('Out of memory');
    courier.nudge();
    await eventually(() => posted.length === 1);
    store.live.touch(1);
    courier.nudge();
    await eventually(() => posted[0]?.edits === 1);
    expect(store.live.open('test:1')[0]?.step).toBe('short');
  });
});

describe('a storm', () => {
  it('becomes one message, critical ones first, and a closing summary is queued when it is over', async () => {
    const { room, courier, posted, store } = courierTo([], { stormAbove: 3 });
    room.takeNow(...distinctErrors(40), 'Out of memory');
    courier.nudge();
    await eventually(() => store.outbox.waiting() === 0);
    expect(posted).toHaveLength(1);
    expect(posted[0]?.message.summary).toContain('Storm: 41 errors');
    expect(posted[0]?.message.summary).toContain('First of all: Memory');
    expect(store.health.undelivered(0)).toEqual([]);
    expect(store.health.destinations(0)[0]).toMatchObject({ merged: 41, waiting: 0, total: 41 });
  });

  it('takes what rings later into the same message', async () => {
    const { room, courier, posted, store } = courierTo([], { stormAbove: 3 });
    room.takeNow(...distinctErrors(10));
    courier.nudge();
    await eventually(() => posted.length === 1);
    room.takeNow(...distinctErrors(10, 'later'));
    courier.nudge();
    await eventually(() => store.outbox.waiting() === 0, 10_000);
    expect(posted).toHaveLength(1);
    expect(posted[0]?.message.summary).toContain('20 errors');
  }, 15_000);

  it('ends with the chat that is no longer configured: should it come back, alerts ring again', async () => {
    const { room, courier, posted, store } = courierTo([], { stormAbove: 3 });
    await courier.stop();
    room.takeNow(...distinctErrors(10));
    const ids = store.outbox.pending('test:1').map(({ id }) => id);
    store.bundles.begin('test:1', 'storm', ids, Date.now());
    expect(store.outbox.abandon([], Date.now() + 1, Date.now())).toBe(11);
    expect(store.bundles.openStorm('test:1')).toBeUndefined();
    expect(posted).toHaveLength(0);
  });

  it('is told in a second message where messages cannot be changed, and single critical ones go on', async () => {
    const { room, courier, posted, store } = courierTo([], { stormAbove: 3, editable: false });
    room.takeNow(...distinctErrors(10));
    courier.nudge();
    await eventually(() => posted.length === 1);
    room.takeNow('Out of memory');
    courier.nudge();
    await eventually(() => posted.length === 2);
    expect(posted[1]?.message.summary).toContain('Memory');
    expect(store.outbox.waiting()).toBe(0);
  });
});

/** Errors that no signature knows, three of each so that they ring. */
function distinctErrors(count: number, word = 'first'): string[] {
  return Array.from({ length: count }, (_, n) => {
    const name = n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b');
    return Array.from({ length: 3 }, () => `ERROR ${word} ${name} has broken`);
  }).flat();
}

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

  it('for a chat that a person must mend begins with two seconds and ends with thirty', () => {
    expect([0, 1, 2, 3, 4, 5, 1_000].map(blockedBackoffMs)).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });
});
