import type { AlertSeverity } from './classify/signature.ts';
import type { StoredAlert } from './store/batch.ts';

const CAPACITY = 100_000;

/** The rings that this process knows of by itself: `/observe` compares them with what the database holds. */
export function createAlertMemory(known: readonly StoredAlert[]) {
  let alerts: StoredAlert[] = [...known];
  return {
    add(more: readonly StoredAlert[]): void {
      for (const alert of more) alerts.push(alert);
      if (alerts.length > 2 * CAPACITY) alerts = alerts.slice(-CAPACITY);
    },
    countBySeverity(from: number): ReadonlyMap<AlertSeverity, number> {
      const counts = new Map<AlertSeverity, number>();
      for (const alert of alerts) {
        if (alert.rangAt >= from) counts.set(alert.severity, (counts.get(alert.severity) ?? 0) + 1);
      }
      return counts;
    },
  };
}
