import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/delivery/budget.ts';
import { type Plan, planNext, type Situation } from '../../src/delivery/plan.ts';
import type { Waiting } from '../../src/store/outbox.ts';

const NOW = 10_000_000;
const MINUTE = 60_000;
let nextId = 0;
const alert = (more: Partial<Waiting> = {}): Waiting => {
  nextId += 1;
  return { id: nextId, kind: 'alert', urgent: false, maybeSent: false, createdAt: NOW, ...more };
};
const alerts = (count: number) => Array.from({ length: count }, () => alert());

const plan = (situation: Partial<Situation>): Plan =>
  planNext({
    now: NOW,
    waiting: [],
    rangLastMinute: 0,
    storm: undefined,
    postsLeft: 20,
    stormAbove: 10,
    stormPaceMs: { urgent: 4_000, other: 4_000 },
    ...situation,
  });
const storm = { unshown: 0, urgent: 0, singles: 0, posted: true, editedAt: NOW - 1_000 };

describe('a courier sends', () => {
  it('nothing when nothing waits', () => expect(plan({})).toEqual({ do: 'nothing' }));

  it('the first of the queue', () => {
    const waiting = alerts(3);
    expect(plan({ waiting, rangLastMinute: 3 })).toEqual({ do: 'send', id: waiting[0]?.id });
  });

  it('one message for all, when more ring within a minute than a storm has', () => {
    const waiting = alerts(2);
    expect(plan({ waiting, rangLastMinute: 11 })).toEqual({
      do: 'bundle',
      kind: 'storm',
      ids: waiting.map(({ id }) => id),
    });
  });

  it('a single one as it is, even after ten others', () => {
    const waiting = alerts(1);
    expect(plan({ waiting, rangLastMinute: 11 }).do).toBe('send');
  });

  it('a summary of what waited longer than a quarter of an hour, with all that waits beside it', () => {
    const waiting = [alert({ createdAt: NOW - 16 * MINUTE }), alert()];
    expect(plan({ waiting })).toMatchObject({ do: 'bundle', kind: 'backlog' });
    expect(plan({ waiting: [alert({ createdAt: NOW - 16 * MINUTE })] }).do).toBe('send');
  });

  it('one message for all, when the chat takes fewer than wait', () => {
    expect(plan({ waiting: alerts(4), postsLeft: 3 })).toMatchObject({ do: 'bundle', kind: 'budget' });
    expect(plan({ waiting: alerts(3), postsLeft: 3 }).do).toBe('send');
  });

  it('what may have arrived already by itself: in a bundle it would come twice, unmarked', () => {
    const doubtful = alert({ maybeSent: true });
    expect(plan({ waiting: [doubtful, ...alerts(3)], rangLastMinute: 99 })).toMatchObject({ do: 'bundle' });
    expect(plan({ waiting: [doubtful], rangLastMinute: 99 })).toEqual({ do: 'send', id: doubtful.id });
    expect(plan({ waiting: [doubtful, ...alerts(3)], storm })).toEqual({ do: 'send', id: doubtful.id });
  });

  it('its own notices singly, whatever waits', () => {
    const notice = alert({ kind: 'notice' });
    expect(plan({ waiting: [notice], postsLeft: 0, rangLastMinute: 99 })).toEqual({
      do: 'send',
      id: notice.id,
    });
  });
});

describe('within a storm', () => {
  it('its message goes first', () => {
    const own = alert({ kind: 'bundle' });
    const waiting = [alert({ urgent: true }), own];
    expect(plan({ waiting, storm: { ...storm, posted: false } })).toEqual({ do: 'send', id: own.id });
  });

  it('its message is posted, should its row be lost', () => {
    expect(plan({ storm: { ...storm, posted: false } }).do).toBe('show_storm');
  });

  it('further alerts are folded in', () => {
    expect(plan({ waiting: alerts(2), storm }).do).toBe('fold');
  });

  it('a few critical ones go out by themselves, then they are folded in too', () => {
    const waiting = [alert({ urgent: true })];
    expect(plan({ waiting, storm }).do).toBe('send');
    expect(plan({ waiting, storm: { ...storm, singles: 5 } }).do).toBe('fold');
  });

  it('its message is edited at its pace', () => {
    expect(plan({ storm: { ...storm, unshown: 3 }, rangLastMinute: 99 }).do).toBe('nothing');
    expect(plan({ storm: { ...storm, unshown: 3, editedAt: NOW - 4_000 }, rangLastMinute: 99 }).do).toBe(
      'show_storm',
    );
  });

  it('it is over when it has been calm for a minute, and all of it was told', () => {
    expect(plan({ storm, rangLastMinute: 6 }).do).toBe('nothing');
    expect(plan({ storm, rangLastMinute: 5 }).do).toBe('end_storm');
    expect(plan({ storm: { ...storm, unshown: 1 }, rangLastMinute: 0 }).do).not.toBe('end_storm');
  });
});

describe('a budget', () => {
  it('never has more in any window than its limits say, and never waits longer than one window', () => {
    const limits = [
      { count: 1, perMs: 1_000, of: 'both' as const },
      { count: 20, perMs: 60_000, of: 'both' as const },
    ];
    const wanted = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(wanted, (steps) => {
        const budget = new Budget(limits);
        const left: number[] = [];
        let now = 0;
        for (const [gap, isEdit] of steps) {
          now += gap;
          const wait = budget.waitMs(isEdit ? 'edit' : 'post', now);
          expect(wait).toBeLessThanOrEqual(60_000);
          now += wait;
          expect(budget.waitMs(isEdit ? 'edit' : 'post', now)).toBe(0);
          budget.take(isEdit ? 'edit' : 'post', now);
          left.push(now);
        }
        for (const { count, perMs } of limits) {
          for (const [index, at] of left.entries()) {
            const after = left[index + count];
            if (after !== undefined) expect(after - at).toBeGreaterThanOrEqual(perMs);
          }
        }
      }),
    );
  });

  it('keeps a quarter of it for what has to be posted', () => {
    const budget = new Budget([{ count: 20, perMs: 60_000, of: 'both' }]);
    for (let n = 0; n < 15; n += 1) budget.take('edit', n);
    expect(budget.waitMs('edit', 15)).toBeGreaterThan(0);
    expect(budget.waitMs('post', 15)).toBe(0);
    expect(budget.postsLeft(15)).toBe(5);
  });

  it('counts posts and edits apart where the platform does', () => {
    const budget = new Budget([{ count: 1, perMs: 1_000, of: 'posts' }]);
    budget.take('post', 0);
    expect(budget.waitMs('edit', 1)).toBe(0);
    expect(budget.waitMs('post', 1)).toBe(999);
  });

  it('does not wait for hours after a clock that stepped back', () => {
    const budget = new Budget([{ count: 1, perMs: 1_000, of: 'both' }]);
    budget.take('post', 10_000_000);
    expect(budget.waitMs('post', 0)).toBeLessThanOrEqual(1_000);
  });
});
