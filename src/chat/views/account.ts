import type { Span } from '../../message/message.ts';
import type { DestinationHealth, Undelivered } from '../../store/health.ts';
import type { ChatContext } from '../command.ts';
import { plural } from './format.ts';

/** The alerts of a span, counted in three places that must agree. */
export interface Account {
  readonly rows: readonly {
    readonly severity: string;
    readonly database: number;
    readonly memory: number;
    /** Sent somewhere, or held back for a named reason. */
    readonly dispatch: number;
    /** In no chat yet. */
    readonly waiting: number;
  }[];
  readonly undelivered: readonly Undelivered[];
  /** Whether alerts = sends + named suppressions + waiting, and nothing has failed. */
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
      waiting: row?.waiting ?? 0,
    };
  });
  const undelivered = context.store.health.undelivered(from);
  return {
    rows,
    undelivered,
    agrees: rows.every(adds) && undelivered.every(({ state }) => state === 'waiting'),
  };
}

function adds({ database, memory, dispatch, waiting }: Account['rows'][number]): boolean {
  return database === memory && database === dispatch + waiting;
}

/** One sentence: either all is well, or which alerts did not arrive where, and why. */
export function verdictOf(account: Account): Span[] {
  const total = account.rows.reduce((sum, row) => sum + row.database, 0);
  const waits = listed(account.undelivered.filter(({ state }) => state === 'waiting'));
  if (account.agrees) {
    if (total === 0) return ['no alert rang; nothing is waiting.'];
    const all = `every alert is accounted for (${plural(total, 'alert')})`;
    return waits.length === 0 ? [`${all}.`] : [`${all}, but not every chat has them yet: `, ...waits];
  }
  const lost = listed(account.undelivered.filter(({ state }) => state !== 'waiting'));
  if (lost.length === 0) return [`the counts differ: ${differences(account)}.`];
  return [
    'not every alert is accounted for: ',
    ...lost,
    ...(waits.length === 0 ? [] : [' Besides, ', ...waits]),
  ];
}

/** `30 = 26 sent + 2 merged + 1 held back + 1 waiting`: every alert for every chat, and what became of it. */
export function equationOf(expected: number, destinations: readonly DestinationHealth[]): string {
  const sum = (key: 'sent' | 'merged' | 'suppressed' | 'waiting' | 'failed') =>
    destinations.reduce((total, row) => total + row[key], 0);
  const parts = [
    `${sum('sent')} sent`,
    ...(sum('merged') > 0 ? [`${sum('merged')} merged`] : []),
    `${sum('suppressed')} held back`,
    `${sum('waiting')} waiting`,
    ...(sum('failed') > 0 ? [`${sum('failed')} failed`] : []),
  ];
  const found = destinations.reduce((all, row) => all + row.total + row.suppressed, 0);
  return `${expected} ${expected === found ? '=' : '≠'} ${parts.join(' + ')}`;
}

function listed(rows: readonly Undelivered[]): Span[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, 5).flatMap((entry, index) => [index === 0 ? '' : '; ', ...describe(entry)]);
  return [...shown, rows.length > 5 ? ` and ${rows.length - 5} more.` : '.'];
}

function differences(account: Account): string {
  return account.rows
    .filter((row) => !adds(row))
    .map(
      (row) =>
        `${row.severity}: ${row.database} in the database, ${row.memory} in memory, ${row.dispatch} dispatched, ${row.waiting} waiting`,
    )
    .join('; ');
}

function describe(entry: Undelivered): Span[] {
  if (entry.state === 'missing') return [`alert ${entry.alertId} was never queued for one of its chats`];
  const verb = entry.state === 'failed' ? 'failed for' : 'waits for';
  const reason = entry.reason ? ` (${entry.reason.slice(0, 160)})` : '';
  return [`alert ${entry.alertId} ${verb} `, { style: 'code', text: entry.destination }, reason];
}
