import { type AlertSeverity, rankOfSeverity } from '../../classify/signature.ts';

const SIGNS = ['⚪', '🔵', '🔵', '🟡', '🟠', '🔴', '🚨'] as const;

/** One sign for each rank of severity, readable without a word on a lock screen. */
export function severitySign(severity: AlertSeverity): string {
  return SIGNS[rankOfSeverity(severity) ?? 0] ?? '⚪';
}
