import { createClassifier } from './classify/classifier.ts';
import { createClock } from './clock.ts';
import { loadSettings } from './config/load-settings.ts';
import { loadAlerts, loadSignatures } from './config/rule-files.ts';
import { createGroupStateCache } from './pipeline/group-states.ts';
import { activeRules, Pipeline } from './pipeline/pipeline.ts';
import type { LogRecord } from './record/log-record.ts';
import { recordOfObject } from './record/structured.ts';
import { recordOfText } from './record/text.ts';
import type { AlertDetail } from './store/alerts.ts';
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
  /** Called once for each ring, after it is stored. Never called in shadow mode. */
  readonly onAlert: (alert: AlertNotice) => void;
}

export interface Aggregator {
  /** A log line, or a structured record as a logger would write it. */
  add(line: string | Readonly<Record<string, unknown>>): void;
  /** Handles all that was added; alerts have rung when it returns. */
  flush(): void;
  /** Flushes and closes. */
  close(): void;
}

/**
 * The aggregator within a program: the same rules, grouping and thresholds as the bot, the alerts given to a function.
 * Throws ConfigError for wrong rule files and DatabaseError for a directory that cannot be used.
 */
export function createAggregator(options: AggregatorOptions): Aggregator {
  const settings = loadSettings({ env: process.env, enabledByDefault: false });
  const { rules } = loadSignatures(options.signaturesPath ?? settings.signaturesPath);
  const alerts = loadAlerts(options.alertsPath ?? settings.alertsPath);
  const store = openStore({
    dataDir: options.dataDir ?? ':memory:',
    samplesPerGroup: settings.samples.perGroup,
    retention: settings.retention,
  });
  const enabled = options.enabled ?? settings.enabled;
  const now = createClock();
  const pipeline = new Pipeline({
    rules: activeRules(createClassifier(rules), alerts, rules.signatures),
    states: createGroupStateCache(store.groupState),
    write: store.writeBatch,
    limits: { samplesPerGroup: settings.samples.perGroup, sampleBytes: settings.samples.maxBytes },
    destinations: () => ['library'],
    enabled,
    shadow: settings.shadow,
    muteOf: () => undefined,
    now,
    onCommitted: (_, rang) => {
      if (settings.shadow) return;
      for (const { id } of rang) {
        const detail = store.alerts.detail(id);
        if (detail) options.onAlert(detail);
      }
    },
  });
  const submit = (record: LogRecord) => {
    // A database that fails is in the caller's hands; what it throws is thrown at the next flush.
    pipeline.submit({ source: 'library', records: [record] }).catch(() => {});
  };
  return {
    add(line) {
      if (!enabled) return;
      const context = { observedAt: now() };
      submit(typeof line === 'string' ? recordOfText(line, context) : recordOfObject(line, context));
    },
    flush: () => pipeline.flush(),
    close() {
      pipeline.flush();
      store.close();
    },
  };
}
