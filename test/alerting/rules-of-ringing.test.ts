import { describe, expect, it } from 'vitest';
import { decide, type GroupState, type Rule, ruleFor } from '../../src/alerting/decide.ts';
import { type AlertRules, DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { SlidingWindow } from '../../src/alerting/sliding-window.ts';
import type { Signature } from '../../src/classify/signature.ts';

const S = 1_000;
const newGroup = (): GroupState => ({ window: new SlidingWindow(), lastAlertAt: undefined, isNew: true });
const rule = (over: Partial<Rule> = {}): Rule => ({
  windowMs: 300 * S,
  minCount: 3,
  cooldownMs: 600 * S,
  immediate: false,
  ringsNew: false,
  rings: true,
  ...over,
});

/** Seconds at which events come in -> `[second, count]` of each ring. */
function rings(seconds: readonly number[], over: Partial<Rule> = {}): [number, number][] {
  const group = newGroup();
  return seconds.flatMap((second): [number, number][] => {
    const decision = decide(group, second * S, rule(over));
    return decision.kind === 'rang' ? [[second, decision.count]] : [];
  });
}

describe('the sliding window', () => {
  it.each([
    ['two events do not ring', [0, 1], []],
    ['the third event rings', [0, 1, 2], [[2, 3]]],
    ['three events within exactly 300 s ring: the edge is inside', [0, 150, 300], [[300, 3]]],
    ['three events within 300.001 s do not', [0, 150, 300.001], []],
    ['it slides: any 300 s count, not blocks of the clock', [0, 290, 310, 320], [[320, 3]]],
    ['events that left it do not count', [0, 1, 400, 401], []],
    ['many at once ring once', [5, 5, 5, 5, 5], [[5, 3]]],
  ] as const)('%s', (_, seconds, expected) => {
    expect(rings(seconds)).toEqual(expected);
  });
});

describe('a window that remembers few times', () => {
  /** An event each `everyMs`, 20 minutes long. */
  function run(everyMs: number, most: number, minCount: number) {
    const group = newGroup();
    const rung: { at: number; count: number }[] = [];
    for (let at = 0; at <= 1_200 * S; at += everyMs) {
      const decision = decide(group, at, rule({ minCount }));
      group.window.foldAbove(Math.max(most, 2 * minCount));
      if (decision.kind === 'rang') rung.push({ at, count: decision.count });
    }
    return rung;
  }

  it.each([
    [100, 3],
    [100, 32],
    [100, 1_000],
    [4_687, 64],
    [4_688, 65],
    [7, 40_000],
  ])(
    'rings at the same times, and counts a little less at most (an event each %i ms, %i ring)',
    (everyMs, minCount) => {
      const exact = run(everyMs, Number.POSITIVE_INFINITY, minCount);
      const folded = run(everyMs, 64, minCount);
      expect(folded.map(({ at }) => at)).toEqual(exact.map(({ at }) => at));
      for (const [index, { count }] of folded.entries()) {
        const all = exact[index]?.count ?? 0;
        expect(count).toBeLessThanOrEqual(all);
        expect(count).toBeGreaterThan(all * 0.9);
      }
    },
  );

  it('of a storm is small', () => {
    const window = new SlidingWindow();
    for (let at = 0; at < 100_000; at++) {
      window.add(at);
      window.foldAbove(64);
    }
    expect(window.countSince(0)).toBe(100_000);
    let times = 0;
    for (let at = 0, last = -1; at < 100_000; at++) {
      const count = window.countSince(at);
      if (count !== last) times += 1;
      last = count;
    }
    expect(times).toBeLessThanOrEqual(65);
  });
});

describe('the cooldown', () => {
  it.each([
    ['nothing rings during it', [0, 1, 2, 3, 100, 601], [[2, 3]]],
    [
      'it is over at exactly last alert + cooldown',
      [0, 1, 2, 400, 500, 602],
      [
        [2, 3],
        [602, 3],
      ],
    ],
    ['it is not over a moment before', [0, 1, 2, 400, 500, 601.999], [[2, 3]]],
    [
      'an error that went on rings again when it ends, with the events of the window',
      [0, 1, 2, 310, 400, 602],
      [
        [2, 3],
        [602, 3],
      ],
    ],
    ['an error that ended does not ring again for one straggler', [0, 1, 2, 700], [[2, 3]]],
    [
      'a group that rang again has its next cooldown from there',
      [0, 1, 2, 600, 601, 602, 603, 1202],
      [
        [2, 3],
        [602, 3],
      ],
    ],
  ] as const)('%s', (_, seconds, expected) => {
    expect(rings(seconds)).toEqual(expected);
  });

  it('of zero lets every due event ring', () => {
    expect(rings([0, 1, 2, 3], { cooldownMs: 0 })).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });
});

describe('an immediate category', () => {
  it.each([
    ['rings at the first event', [7], [[7, 1]]],
    ['has a cooldown all the same', [0, 1, 599.999], [[0, 1]]],
    [
      'rings again at exactly the end of the cooldown',
      [0, 600],
      [
        [0, 1],
        [600, 1],
      ],
    ],
  ] as const)('%s', (_, seconds, expected) => {
    expect(rings(seconds, { immediate: true })).toEqual(expected);
  });
});

describe('each group is judged by itself', () => {
  it('so two errors with two events each do not ring together', () => {
    const groups = [newGroup(), newGroup()];
    const decisions = [0, 1, 2, 3].map((n) => decide(groups[n % 2] as GroupState, n * S, rule()));
    expect(decisions.every((decision) => decision.kind === 'below_threshold')).toBe(true);
  });
});

describe('what does not ring says why', () => {
  it('below the threshold: how many there were', () => {
    expect(decide(newGroup(), 0, rule())).toEqual({ kind: 'below_threshold', count: 1, minCount: 3 });
  });

  it('in cooldown: until when', () => {
    const group = newGroup();
    decide(group, 0, rule({ immediate: true }));
    expect(decide(group, 5 * S, rule({ immediate: true }))).toEqual({ kind: 'cooldown', until: 600 * S });
  });

  it('muted: until when, and it rings after that', () => {
    const group = newGroup();
    const immediate = rule({ immediate: true });
    const mute = { id: 7, until: 10 * S };
    expect(decide(group, 0, immediate, mute)).toEqual({ kind: 'muted', until: 10 * S, muteId: 7 });
    expect(decide(group, 10 * S, immediate, mute).kind).toBe('rang');
  });

  it('generic alerts are off', () => {
    expect(decide(newGroup(), 0, rule({ rings: false, immediate: true }))).toEqual({ kind: 'generic_off' });
  });
});

describe('a clock that steps back', () => {
  it('by an hour does not silence a group until it has caught up', () => {
    const group = newGroup();
    for (const second of [7200, 7201, 7202]) decide(group, second * S, rule());
    expect(decide(group, 3600 * S, rule()).kind).toBe('rang');
  });
});

describe('thresholds', () => {
  const signature: Signature = {
    id: 'S',
    category: 'db',
    pattern: 'x',
    severity: 'high',
    policy: 'notify',
    summary: '',
  };
  const rules: AlertRules = {
    ...DEFAULT_RULES,
    categories: new Map([['db', { windowMs: 60 * S, minCount: 5 }]]),
  };

  it('are 5 minutes, 3 events and 10 minutes by default', () => {
    expect(ruleFor(DEFAULT_RULES, 'x', signature)).toMatchObject({
      windowMs: 300 * S,
      minCount: 3,
      cooldownMs: 600 * S,
    });
  });

  it('of a category win over the defaults, key by key', () => {
    expect(ruleFor(rules, 'db', signature)).toMatchObject({
      windowMs: 60 * S,
      minCount: 5,
      cooldownMs: 600 * S,
    });
  });

  it('of a signature win over those of its category', () => {
    const own = { ...signature, minCount: 1, cooldownMs: 5 * S };
    expect(ruleFor(rules, 'db', own)).toMatchObject({ windowMs: 60 * S, minCount: 1, cooldownMs: 5 * S });
  });

  it('make only the listed categories immediate, and an empty list none', () => {
    expect(ruleFor(DEFAULT_RULES, 'critical', signature).immediate).toBe(true);
    expect(
      ruleFor({ ...DEFAULT_RULES, immediateCategories: new Set() }, 'critical', signature).immediate,
    ).toBe(false);
  });

  it('apply to unclassified errors unless generic.alert is off', () => {
    expect(ruleFor(DEFAULT_RULES, 'unclassified', undefined)).toMatchObject({ minCount: 3, rings: true });
    expect(ruleFor({ ...DEFAULT_RULES, genericAlert: false }, 'unclassified', undefined).rings).toBe(false);
  });
});
