import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Batch, StoredAlert } from '../store/batch.ts';

export interface MetricsSources {
  /** Messages that wait, by destination. */
  readonly waiting: () => ReadonlyMap<string, number>;
  readonly databaseBytes: () => number;
  /** Lines on which the signatures were tried one by one. */
  readonly singly: () => number;
}

/** Counters since the start of the process, for Prometheus; every name begins with `tocsin_` (product.md section 7). */
export function createMetrics(sources: MetricsSources) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'tocsin_' });
  const lines = new Counter({
    name: 'tocsin_lines_total',
    help: 'Lines by source and by what became of them',
    labelNames: ['source', 'outcome'],
    registers,
  });
  const events = new Counter({
    name: 'tocsin_events_total',
    help: 'Errors that entered a group, by category',
    labelNames: ['category'],
    registers,
  });
  const alerts = new Counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts that rang, by severity',
    labelNames: ['severity'],
    registers,
  });
  const decisions = new Counter({
    name: 'tocsin_suppressed_events_total',
    help: 'Errors that did not ring, by the reason',
    labelNames: ['reason'],
    registers,
  });
  const commits = new Histogram({
    name: 'tocsin_commit_seconds',
    help: 'Duration of one commit of a batch',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  new Gauge({
    name: 'tocsin_outbox_waiting',
    help: 'Messages that wait to be delivered, by destination',
    labelNames: ['destination'],
    registers,
    collect() {
      this.reset();
      for (const [destination, n] of sources.waiting()) this.set({ destination }, n);
    },
  });
  new Gauge({
    name: 'tocsin_database_bytes',
    help: 'Size of the database',
    registers,
    collect() {
      this.set(sources.databaseBytes());
    },
  });
  new Gauge({
    name: 'tocsin_lines_matched_singly',
    help: 'Lines on which all signatures at once needed too much memory, so that they were tried one by one',
    registers,
    collect() {
      this.set(sources.singly());
    },
  });

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    committed(batch: Batch, rang: readonly StoredAlert[], seconds: number): void {
      commits.observe(seconds);
      for (const { source, what, count } of batch.sources) lines.inc({ source, outcome: what }, count);
      const byCategory = new Map<string, number>();
      const byReason = new Map<string, number>();
      for (const { facts, events: folds, decisions: kinds } of batch.groups) {
        for (const { count } of folds) add(byCategory, facts.category, count);
        for (const [reason, { count }] of kinds) add(byReason, reason, count);
      }
      for (const [category, count] of byCategory) events.inc({ category }, count);
      for (const [reason, count] of byReason) decisions.inc({ reason }, count);
      for (const { severity } of rang) alerts.inc({ severity });
    },
    /** Lines that were lost because the database did not take them. */
    lost(records: number): void {
      lines.inc({ source: 'all', outcome: 'dropped:database' }, records);
    },
  };
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
