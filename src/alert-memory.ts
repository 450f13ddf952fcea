import type { AlertSeverity } from './classify/signature.ts';
import type { Alerts } from './store/alerts.ts';
import type { StoredAlert } from './store/batch.ts';

const CAPACITY = 100_000;

/**
 * The rings that this process knows of by itself: `/observe` compares them with what the database holds. Those before its start it
 * knows from the database only.
 */
export function createAlertMemory(stored: Pick<Alerts, 'lastId' | 'countBySeverity'>) {
  const before = stored.lastId();
  let alerts: StoredAlert[] = [];
  return {
    add(more: readonly StoredAlert[]): void {
      for (const alert of more) alerts.push(alert);
      if (alerts.length > 2 * CAPACITY) alerts = alerts.slice(-CAPACITY);
    },
    countBySeverity(from: number): ReadonlyMap<AlertSeverity, number> {
      const counts = new Map(stored.countBySeverity(from, before));
      for (const alert of alerts) {
        if (alert.rangAt >= from) counts.set(alert.severity, (counts.get(alert.severity) ?? 0) + 1);
      }
      return counts;
    },
  };
}
