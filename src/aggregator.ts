import { createChores } from './chore-loop.ts';
import { createClassifier } from './classify/classifier.ts';
import { createClock } from './clock.ts';
import { loadSettings } from './config/load-settings.ts';
import { loadAlerts, loadSignatures } from './config/rule-files.ts';
import { createGroupStateCache } from './pipeline/group-states.ts';
import { createGrouping } from './pipeline/grouping.ts';
import { activeRules, Pipeline } from './pipeline/pipeline.ts';
import type { LogRecord } from './record/log-record.ts';
import { recordOfObject } from './record/structured.ts';
import { recordOfText } from './record/text.ts';
import type { AlertDetail } from './store/alerts.ts';
import type { OutboxItem } from './store/outbox.ts';
import { openStore } from './store/store.ts';

/** One ring: what broke, how often, since when, with redacted samples. Instants in ms since the epoch. */
export type AlertNotice = Pick<
  AlertDetail,
  | 'id'
  | 'fingerprint'
  | 'category'
  | 'signatureId'
  | 'policy'
  | 'severity'
  | 'summary'
  | 'count'
  | 'firstAt'
  | 'lastAt'
  | 'services'
  | 'samples'
>;

export interface AggregatorOptions {
  /** Default: `LOG_AGGREGATOR_ENABLED`, which is 0 within a program; off, `add` does nothing. */
  readonly enabled?: boolean;
  /** A directory to keep state in over restarts, not shared with a bot; default: in memory. */
  readonly dataDir?: string;
  readonly signaturesPath?: string;
  readonly alertsPath?: string;
  /**
   * Called once for each ring, after it is stored. Never called in shadow mode. What it throws goes to `onFailed`, and the
   * aggregator goes on.
   */
  readonly onAlert: (alert: AlertNotice) => unknown;
  /**
   * Told of what went wrong: `lostLines` were not stored (a full disk), or 0 when `onAlert` has failed. Without it these are
   * process warnings.
   */
  readonly onFailed?: (error: Error, lostLines: number) => void;
}

export interface Aggregator {
  /** A log line, or a structured record as a logger would write it. Returns at once; it is handled within some 15 ms. */
  add(line: string | Readonly<Record<string, unknown>>): void;
  /** Handles all that was added, now: `onAlert` has been called when it returns. Not needed in normal running. */
  flush(): void;
  /** Flushes, and closes the database. To be called at the end of the program; nothing may be added afterwards. */
  close(): void;
}

/** The outbox of the library: what waits there was stored, but `onAlert` was not called yet. */
const DESTINATION = 'library';

/**
 * The aggregator within a program: the same rules, grouping and thresholds as the bot, the alerts given to a function. Keeps what
 * the configuration says (30 days), and keeps no program alive.
 * Throws ConfigError for wrong rule files and DatabaseError for a directory that cannot be used.
 */
export function createAggregator(options: AggregatorOptions): Aggregator {
  const settings = loadSettings({ env: process.env, enabledByDefault: false });
  const { rules } = loadSignatures(options.signaturesPath ?? settings.signaturesPath);
  const alerts = loadAlerts(options.alertsPath ?? settings.alertsPath);
  const store = openStore({
    dataDir: options.dataDir ?? ':memory:',
    samplesPerGroup: settings.samples.perGroup,
    samplesPerMinute: settings.samples.perMinute,
    retention: settings.retention,
  });
  const enabled = options.enabled ?? settings.enabled;
  const now = createClock();
  const onFailed = (error: unknown, lostLines: number): void => {
    const known = error instanceof Error ? error : new Error(String(error));
    try {
      if (options.onFailed) options.onFailed(known, lostLines);
      else process.emitWarning(known);
    } catch (thrown) {
      process.emitWarning(thrown as Error);
    }
  };

  const ringOne = (item: OutboxItem): void => {
    const alert = 'alertId' in item ? store.alerts.detail(item.alertId) : undefined;
    // Marked before, so that a callback that flushes does not find itself again.
    store.outbox.markSending(item);
    try {
      if (alert) Promise.resolve(options.onAlert(alert)).catch((error) => onFailed(error, 0));
    } catch (error) {
      store.outbox.markFailed(item, String(error), now());
      onFailed(error, 0);
      return;
    }
    store.outbox.markSent(item, '', now(), undefined);
  };

  /** Calls `onAlert` for all that waits; also for what an earlier run stored and did not live to call it for. */
  const ring = (): void => {
    try {
      // Looked up one by one: a callback that flushes may have taken the next.
      for (const { id } of store.outbox.pending(DESTINATION).toSorted((a, b) => a.id - b.id)) {
        const item = store.outbox.get(id);
        if (item && store.outbox.isPending(id)) ringOne(item);
      }
    } catch (error) {
      onFailed(error, 0);
    }
  };
  const pipeline = new Pipeline({
    rules: activeRules(createClassifier(rules), alerts, rules.signatures),
    states: createGroupStateCache(store.groupState),
    grouping: createGrouping(store.grouping),
    write: store.writeBatch,
    limits: {
      samplesPerMinute: settings.samples.perMinute,
      sampleBytes: settings.samples.maxBytes,
      isFull: store.isMinuteFull,
    },
    destinations: () => [DESTINATION],
    enabled,
    shadow: settings.shadow,
    muteOf: () => undefined,
    now,
    onCommitted: (_, rang) => {
      if (rang.length > 0) ring();
    },
    onFailed,
  });
  const submit = (record: LogRecord) => {
    // Told through `onFailed`.
    pipeline.submit({ source: 'library', records: [record] }).catch(() => {});
    // Within a loop that never waits nobody else would take the lines.
    if (pipeline.overloaded) pipeline.flush();
  };
  const notDone = (error: Error) => onFailed(error, 0);
  const chores = createChores({
    store,
    now,
    onForgotten: (fingerprints) => pipeline.forgetGroups(fingerprints),
    onRetentionFailed: notDone,
    onTalliesFailed: notDone,
  });
  if (enabled) {
    store.outbox.recover();
    chores.start(0);
  }
  return {
    add(line) {
      if (!enabled) return;
      const context = { observedAt: now() };
      submit(typeof line === 'string' ? recordOfText(line, context) : recordOfObject(line, context));
    },
    flush() {
      pipeline.flush();
      if (enabled) ring();
    },
    close() {
      chores.stop();
      pipeline.flush();
      store.close();
    },
  };
}
