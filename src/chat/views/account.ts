import type { Span } from '../../message/message.ts';
import type { Undelivered } from '../../store/health.ts';
import type { ChatContext } from '../command.ts';
import { plural } from './format.ts';

/** The alerts of a span, counted in three places that must agree. */
export interface Account {
  readonly rows: readonly { severity: string; database: number; memory: number; dispatch: number }[];
  readonly undelivered: readonly Undelivered[];
  readonly agrees: boolean;
}

/** Counts the alerts since `from` (ms). */
export function accountFor(context: ChatContext, from: number): Account {
  const stored = context.store.health.severities(from);
  const memory = context.runtime.alertsInMemory(from);
  const severities = [...new Set([...stored.map((row) => row.severity), ...memory.keys()])].sort();
  const rows = severities.map((severity) => {
    const row = stored.find((candidate) => candidate.severity === severity);
    return {
      severity,
      database: row?.database ?? 0,
      memory: memory.get(severity as never) ?? 0,
      dispatch: row?.dispatched ?? 0,
    };
  });
  const undelivered = context.store.health.undelivered(from);
  const agrees = rows.every((row) => row.database === row.memory && row.database === row.dispatch);
  return { rows, undelivered, agrees: agrees && undelivered.length === 0 };
}

/** One sentence: either all is well, or which alerts did not arrive where, and why. */
export function verdictOf(account: Account): Span[] {
  const total = account.rows.reduce((sum, row) => sum + row.database, 0);
  if (account.agrees) {
    return [
      total === 0
        ? 'no alert rang; nothing is waiting.'
        : `every alert is accounted for (${plural(total, 'alert')}).`,
    ];
  }
  const { undelivered } = account;
  if (undelivered.length === 0) return [`the counts differ: ${differences(account)}.`];
  const shown = undelivered
    .slice(0, 5)
    .flatMap((entry, index) => [index === 0 ? '' : '; ', ...describe(entry)]);
  const more = undelivered.length > 5 ? ` and ${undelivered.length - 5} more` : '';
  return ['not every alert is accounted for: ', ...shown, `${more}.`];
}

function differences(account: Account): string {
  return account.rows
    .filter((row) => row.database !== row.memory || row.database !== row.dispatch)
    .map(
      (row) =>
        `${row.severity}: ${row.database} in the database, ${row.memory} in memory, ${row.dispatch} dispatched`,
    )
    .join('; ');
}

function describe(entry: Undelivered): Span[] {
  if (entry.state === 'missing') return [`alert ${entry.alertId} was never queued`];
  const verb = entry.state === 'failed' ? 'failed for' : 'waits for';
  const reason = entry.reason ? ` (${entry.reason.slice(0, 160)})` : '';
  return [`alert ${entry.alertId} ${verb} `, { style: 'code', text: entry.destination }, reason];
}
