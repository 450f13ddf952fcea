import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AlertRules, DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { createClassifier } from '../../src/classify/classifier.ts';
import type { Ruleset } from '../../src/classify/signature.ts';
import { createGroupStateCache } from '../../src/pipeline/group-states.ts';
import { createGrouping } from '../../src/pipeline/grouping.ts';
import { activeRules, Pipeline } from '../../src/pipeline/pipeline.ts';
import { recordOfText } from '../../src/record/text.ts';
import type { StoredAlert } from '../../src/store/batch.ts';
import { openStore } from '../../src/store/store.ts';

export const MINUTE = 60_000;
/** Noon of a day: the virtual clock of these tests begins here. */
export const NOON = Date.UTC(2026, 10, 21, 12);

export const RULES: Ruleset = {
  noise: ['context canceled'],
  signatures: [
    {
      id: 'OOM',
      category: 'critical',
      pattern: 'out of memory',
      severity: 'high',
      policy: 'escalate',
      summary: 'Memory',
    },
    {
      id: 'NET',
      category: 'network_db',
      pattern: 'ECONNRESET',
      severity: 'anomaly',
      policy: 'retry',
      summary: 'Network',
    },
  ],
};

export interface RoomOptions {
  readonly dataDir?: string;
  readonly alerts?: AlertRules;
  readonly shadow?: boolean;
  readonly destinations?: readonly string[];
}

/** The real pipeline over a real database file, on a clock that the test sets. */
export function openRoom(options: RoomOptions = {}) {
  const own = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'tocsin-room-')) : undefined;
  const dataDir = options.dataDir ?? (own as string);
  const store = openStore({
    dataDir,
    samplesPerGroup: 50,
    samplesPerMinute: 5,
    retention: { days: 30, maxDatabaseBytes: 2 ** 31 },
  });
  const rang: StoredAlert[] = [];
  let now = NOON;
  const pipeline = new Pipeline({
    rules: activeRules(createClassifier(RULES), options.alerts ?? DEFAULT_RULES, RULES.signatures),
    states: createGroupStateCache(store.groupState),
    grouping: createGrouping(store.grouping),
    write: store.writeBatch,
    limits: { samplesPerMinute: 5, sampleBytes: 8192, isFull: store.isMinuteFull },
    destinations: () => options.destinations ?? ['test:1'],
    enabled: true,
    shadow: options.shadow ?? false,
    muteOf: (query, at) => store.mutes.covering(query, at),
    now: () => now,
    onCommitted: (_, alerts) => rang.push(...alerts),
  });
  const submit = (lines: readonly string[]): void => {
    pipeline
      .submit({ source: 'test', records: lines.map((line) => recordOfText(line, { observedAt: now })) })
      .catch(() => {});
    pipeline.flush();
  };
  return {
    dataDir,
    store,
    rang,
    pipeline,
    /** Takes lines at a time of the virtual clock (ms after noon), and commits them. */
    take(afterNoonMs: number, ...lines: string[]): void {
      now = NOON + afterNoonMs;
      submit(lines);
    },
    /** Takes lines at the real time, for what runs on real clocks. */
    takeNow(...lines: string[]): void {
      now = Date.now();
      submit(lines);
    },
    close(): void {
      store.close();
      if (own !== undefined) rmSync(own, { recursive: true, force: true });
    },
  };
}

/** The same, closed when the test is over. */
export const room: typeof openRoom = (options) => {
  const opened = openRoom(options);
  onTestFinished(() => opened.close());
  return opened;
};
