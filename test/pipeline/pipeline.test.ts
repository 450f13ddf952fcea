import { describe, expect, it } from 'vitest';
import { createGrouping } from '../../src/pipeline/grouping.ts';
import { allErrors } from '../store/all-errors.ts';
import { MINUTE, NOON, type openRoom, room } from './room.ts';

const RESET = 'read ECONNRESET';

function firstOf({ outbox }: ReturnType<typeof openRoom>['store']) {
  const [first] = outbox.pending('test:1');
  return first && outbox.get(first.id);
}

describe('a batch', () => {
  it('is stored with its event, minute, sample, alert and outgoing message in one commit', () => {
    const { take, store, rang } = room();
    take(0, RESET, RESET, RESET);
    expect(rang).toHaveLength(1);
    const detail = store.alerts.detail(rang[0]?.id ?? 0);
    expect(detail).toMatchObject({
      signatureId: 'NET',
      category: 'network_db',
      policy: 'retry',
      count: 3,
      firstAt: NOON,
    });
    expect(detail?.samples.map((sample) => sample.text)).toEqual([RESET, RESET, RESET]);
    expect(firstOf(store)).toMatchObject({ kind: 'alert', alertId: rang[0]?.id });
  });

  it('that the database does not take is rejected whole, and leaves no trace in the engine', async () => {
    const opened = room();
    opened.take(0, RESET, RESET);
    const write = opened.store.writeBatch;
    let full = true;
    const broken = room({ dataDir: opened.dataDir });
    void broken;
    const { Pipeline, activeRules } = await import('../../src/pipeline/pipeline.ts');
    const { createClassifier } = await import('../../src/classify/classifier.ts');
    const { createGroupStateCache } = await import('../../src/pipeline/group-states.ts');
    const { DEFAULT_RULES } = await import('../../src/alerting/rules.ts');
    const { recordOfText } = await import('../../src/record/text.ts');
    const { RULES } = await import('./room.ts');
    const rang: unknown[] = [];
    const pipeline = new Pipeline({
      rules: activeRules(createClassifier(RULES), DEFAULT_RULES, RULES.signatures),
      states: createGroupStateCache(opened.store.groupState),
      write: (batch) => {
        if (full) throw new Error('database or disk is full');
        return write(batch);
      },
      limits: { samplesPerMinute: 5, sampleBytes: 8192, isFull: opened.store.isMinuteFull },
      destinations: () => ['test:1'],
      enabled: true,
      shadow: false,
      muteOf: () => undefined,
      grouping: createGrouping(opened.store.grouping),
      now: () => NOON + 1,
      onCommitted: (_, alerts) => rang.push(...alerts),
    });
    const third = () =>
      pipeline.submit({ source: 'test', records: [recordOfText(RESET, { observedAt: NOON + 1 })] });
    const refused = expect(third()).rejects.toThrow('full');
    pipeline.flush();
    await refused;
    full = false;
    const taken = third();
    pipeline.flush();
    await taken;
    expect(rang).toHaveLength(1);
    expect(opened.store.alerts.detail(1)?.count).toBe(3);
  });
});

describe('a restart', () => {
  it('forgets no event of a window', () => {
    const first = room();
    first.take(0, RESET, RESET);
    const second = room({ dataDir: first.dataDir });
    second.take(4 * MINUTE, RESET);
    expect(second.rang).toHaveLength(1);
  });

  it('holds the cooldown, to the millisecond', () => {
    const first = room();
    first.take(0, 'Out of memory');
    const second = room({ dataDir: first.dataDir });
    second.take(10 * MINUTE - 1, 'Out of memory');
    expect(second.rang).toHaveLength(0);
    second.take(10 * MINUTE, 'Out of memory');
    expect(second.rang).toHaveLength(1);
  });

  it('keeps what waits to be sent', () => {
    const first = room();
    first.take(0, 'Out of memory');
    const item = firstOf(first.store);
    if (item) first.store.outbox.markSending(item);
    const second = room({ dataDir: first.dataDir });
    expect(firstOf(second.store)).toBeUndefined();
    expect(second.store.outbox.recover()).toBe(1);
    expect(firstOf(second.store)?.id).toBe(item?.id);
  });
});

describe('what does not ring', () => {
  it('is counted with its reason: threshold and cooldown', () => {
    const { take, store } = room();
    take(0, RESET, RESET, RESET, RESET, RESET);
    expect(Object.fromEntries(store.health.decisions(NOON))).toEqual({ below_threshold: 2, cooldown: 2 });
  });

  it('noise, harmless lines, own lines and empty lines are counted and not stored as events', () => {
    const { take, store } = room();
    take(0, 'context canceled', 'all is well', '{"event":"internal_alert","level":"error"}', '   ');
    const counts = Object.fromEntries(store.health.sources(NOON).map(({ what, n }) => [what, n]));
    expect(counts).toMatchObject({ received: 4, noise: 1, other: 1, 'dropped:empty': 1 });
    expect(counts['dropped:internal_event']).toBe(1);
    expect(allErrors(store, { from: NOON - 1, to: NOON + 1 })).toEqual([]);
  });

  it('shadow: the alert is stored and logged as held back, and nothing is queued', () => {
    const { take, store, rang } = room({ shadow: true });
    take(0, 'Out of memory');
    expect(rang).toHaveLength(1);
    expect(store.outbox.waiting()).toBe(0);
    expect(Object.fromEntries(store.health.suppressed(NOON))).toEqual({ shadow: 1 });
    expect(store.health.undelivered(NOON)).toEqual([]);
    take(1, 'Out of memory');
    expect(rang).toHaveLength(1);
  });

  it('a muted group does not ring, and rings when the mute is over', () => {
    const { take, store, rang } = room();
    take(0, 'Out of memory');
    const fingerprint = store.alerts.detail(1)?.fingerprint ?? '';
    store.mutes.mute({
      scope: 'fingerprint',
      name: fingerprint,
      until: NOON + 60 * MINUTE,
      createdAt: NOON,
      createdBy: 'ann',
      reason: null,
    });
    take(30 * MINUTE, 'Out of memory');
    expect(rang).toHaveLength(1);
    take(60 * MINUTE, 'Out of memory');
    expect(rang).toHaveLength(2);
  });
});

describe('the list of errors', () => {
  it('counts exactly between two instants, both inside, across minutes', () => {
    const { take, store } = room();
    for (const second of [0, 30, 59.999, 60, 150, 180]) take(second * 1000, RESET);
    const count = (from: number, to: number) =>
      allErrors(store, { from: NOON + from * 1000, to: NOON + to * 1000 }).reduce(
        (sum, row) => sum + row.count,
        0,
      );
    expect(count(0, 180)).toBe(6);
    expect(count(0.001, 179.999)).toBe(4);
    expect(count(30, 60)).toBe(3);
    expect(count(31, 59)).toBe(0);
    expect(count(59.999, 60)).toBe(2);
    expect(count(60, 60)).toBe(1);
  });

  it('filters by service, category and severity, and compares with the span before', () => {
    const { take, store } = room();
    take(0, '{"level":"error","msg":"ECONNRESET","service":"api"}');
    take(
      10 * MINUTE,
      '{"level":"error","msg":"ECONNRESET","service":"api"}',
      '{"level":"error","msg":"ECONNRESET","service":"web"}',
      'Out of memory',
    );
    const span = { from: NOON + 5 * MINUTE, to: NOON + 10 * MINUTE };
    const names = (filter: object) =>
      allErrors(store, { ...span, ...filter }).map((row) => [row.signatureId, row.count]);
    expect(names({})).toEqual([
      ['NET', 2],
      ['OOM', 1],
    ]);
    expect(names({ service: 'API' })).toEqual([['NET', 1]]);
    expect(names({ category: 'critical' })).toEqual([['OOM', 1]]);
    expect(names({ minSeverityRank: 5 })).toEqual([['OOM', 1]]);
    expect(allErrors(store, span)[0]).toMatchObject({ previous: 1, services: ['api', 'web'] });
  });
});

describe('samples', () => {
  it('are a ring: the newest 50 of a group are kept, newest first', () => {
    const { take, store } = room();
    for (let n = 0; n < 120; n += 1) take(n * MINUTE, `read ECONNRESET number ${n}`);
    const target = store.samples.resolve('net');
    expect(target?.name).toBe('NET');
    const samples = target ? store.samples.newest(target, 100) : [];
    expect(samples).toHaveLength(50);
    expect(samples[0]?.text).toBe('read ECONNRESET number 119');
    expect(samples.at(-1)?.text).toBe('read ECONNRESET number 70');
  });

  it('are at most 8 KB, cut between two characters', () => {
    const { take, store } = room();
    take(0, `Out of memory ${'é'.repeat(20_000)}`);
    const target = store.samples.resolve('OOM');
    const text = (target && store.samples.newest(target, 1)[0]?.text) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
    expect(text).toMatch(/^Out of memory é+…$/);
  });
});

describe('retention', () => {
  it('forgets what is older than its days, and keeps what waits to be sent', () => {
    const { take, store } = room();
    take(0, 'Out of memory');
    take(1, RESET);
    while (store.retention.step(NOON + 31 * 24 * 60 * MINUTE)) {}
    expect(allErrors(store, { from: NOON - 1, to: NOON + 10 })).toEqual([]);
    expect(store.samples.resolve('NET')).toBeUndefined();
    expect(store.outbox.waiting()).toBe(1);
    expect(store.alerts.detail(1)).toBeDefined();
  });
});
