import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { createClassifier } from '../../src/classify/classifier.ts';
import { activeRules } from '../../src/pipeline/pipeline.ts';
import { recordOfText } from '../../src/record/text.ts';
import { allErrors } from '../store/all-errors.ts';
import { NOON, openRoom, RULES } from './room.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const opened of open.splice(0)) opened.close();
});

const RESET = 'read ECONNRESET';

/** Another process at the same file: it holds the lock until it lets go. */
function locked() {
  const room = openRoom();
  room.take(0, RESET);
  const other = new Database(join(room.dataDir, 'tocsin.db'));
  open.push(room, other);
  other.exec('BEGIN IMMEDIATE');
  const submit = (...lines: string[]) =>
    room.pipeline.submit({
      source: 'udp',
      records: lines.map((line) => recordOfText(line, { observedAt: NOON + 1 })),
      joined: 1,
    });
  const counts = () =>
    new Map(room.store.health.sources(0).map(({ source, what, n }) => [`${source} ${what}`, n]));
  return { room, submit, counts, letGo: () => void other.exec('COMMIT') };
}

describe('while another process holds the database', () => {
  it('what came waits for it, is stored once, and rings once', async () => {
    const { room, submit, counts, letGo } = locked();
    const first = submit(RESET);
    // The first attempt holds everything up for a second; the lock is there still.
    await sleep(50);
    const second = submit(RESET, RESET);
    expect(room.rang).toHaveLength(0);
    letGo();
    await Promise.all([first, second]);
    expect(room.rang).toHaveLength(1);
    expect(room.store.alerts.detail(1)?.count).toBe(4);
    expect(counts().get('udp received')).toBe(5);
    expect(counts().has('udp dropped:database')).toBe(false);
  });

  it('the rules may change meanwhile', async () => {
    const { room, submit, letGo } = locked();
    const rules = { ...DEFAULT_RULES, defaults: { ...DEFAULT_RULES.defaults, minCount: 2 } };
    const waiting = submit(RESET);
    await sleep(50);
    room.pipeline.use(activeRules(createClassifier(RULES), rules, RULES.signatures));
    letGo();
    await waiting;
    expect(room.rang).toHaveLength(1);
  });

  it('for ten seconds, it is refused, and counted as soon as the database is there again', async () => {
    const { room, submit, counts, letGo } = locked();
    const refused = expect(submit(RESET, RESET)).rejects.toThrow('locked');
    await sleep(50);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
    const late = submit(RESET);
    await refused;
    letGo();
    await late;
    expect(counts().get('udp received')).toBe(5);
    expect(counts().get('udp dropped:database')).toBe(3);
    expect(room.rang).toHaveLength(0);
    expect(allErrors(room.store, { from: NOON, to: NOON + 1_000 })).toMatchObject([{ count: 2 }]);
  });
});
