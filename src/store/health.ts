import type { Db } from './database.ts';

const MINUTE_MS = 60_000;

export interface SeverityCount {
  readonly severity: string;
  readonly database: number;
  /** Alerts that the dispatch log knows as sent somewhere, or as held back for a named reason. */
  readonly dispatched: number;
  /** Alerts that no chat has yet, and that wait for one. */
  readonly waiting: number;
}

export interface DestinationHealth {
  readonly destination: string;
  readonly sent: number;
  /** Told in one message with others. */
  readonly merged: number;
  readonly waiting: number;
  /** Waiting messages that are no alerts: notices, summaries, escalations. */
  readonly others: number;
  readonly failed: number;
  readonly suppressed: number;
  readonly total: number;
  readonly oldestWaitingAt: number | undefined;
  readonly lastError: string | undefined;
}

/** An alert that did not reach a destination, and why. */
export interface Undelivered {
  readonly alertId: number;
  readonly destination: string;
  readonly state: 'waiting' | 'failed' | 'missing';
  readonly reason: string | undefined;
}

/** A group and its last ring. */
export interface RungGroup {
  readonly name: string;
  readonly signatureId: string | null;
  readonly category: string;
  readonly fingerprint: string;
  readonly lastAlertAt: number;
}

const RINGS_SHOWN = 100;

/** Numbers that prove what became of every alert. `from` is the beginning of the span in ms. */
export function createHealth(db: Db) {
  const severities = db.prepare<[{ from: number }], SeverityCount>(`
    WITH told AS MATERIALIZED (
      SELECT a.id, a.severity, EXISTS (SELECT 1 FROM dispatch_log d WHERE d.alert_id = a.id AND d.outcome = 'sent')
        OR EXISTS (SELECT 1 FROM dispatch_log d WHERE d.alert_id = a.id AND d.outcome IN ('merged', 'suppressed')) AS yes
      FROM alerts a WHERE a.rang_at >= @from)
    SELECT severity, count(*) AS database, sum(yes) AS dispatched, sum(NOT yes AND EXISTS (
      SELECT 1 FROM outbox o WHERE o.alert_id = told.id AND o.done_at IS NULL)) AS waiting
    FROM told GROUP BY severity`);
  const nextDestination = db
    .prepare<[string], string | null>('SELECT min(destination) FROM outbox WHERE destination > ?')
    .pluck();
  // An alert is queued with the time at which it rang.
  const sends = db.prepare<[string, number], { sent: number; merged: number; failed: number }>(`
    SELECT coalesce(sum(state = 'sent'), 0) AS sent, coalesce(sum(state = 'merged'), 0) AS merged,
      coalesce(sum(state = 'failed'), 0) AS failed
    FROM outbox WHERE destination = ? AND created_at >= ? AND kind = 'alert'`);
  const queues = db.prepare<
    [],
    { destination: string; waiting: number; others: number; oldest: number; last_error: string | null }
  >(`
    SELECT destination, sum(kind = 'alert') AS waiting, sum(kind <> 'alert') AS others, min(created_at) AS oldest,
      max(last_error) AS last_error
    FROM outbox WHERE done_at IS NULL GROUP BY destination`);
  const suppressed = db.prepare<[{ from: number }], { destination: string; detail: string; n: number }>(`
    SELECT d.destination, d.detail, count(*) AS n FROM dispatch_log d
    WHERE d.outcome = 'suppressed' AND d.at >= @from GROUP BY d.destination, d.detail`);
  // Few alerts have to be looked up in the log.
  const undelivered = db.prepare<[{ from: number }], Undelivered>(`
    SELECT a.id AS alertId, 'one of its chats' AS destination, 'missing' AS state, NULL AS reason
    FROM alerts a WHERE a.rang_at >= @from
      AND a.receivers > (SELECT count(*) FROM outbox o WHERE o.alert_id = a.id AND o.kind = 'alert')
      AND a.receivers > (SELECT count(*) FROM outbox o WHERE o.alert_id = a.id AND o.kind = 'alert') + (
      SELECT count(*) FROM dispatch_log d WHERE d.alert_id = a.id AND d.outcome = 'suppressed')
    UNION ALL
    SELECT a.id, '', 'missing', NULL
    FROM alerts a WHERE a.rang_at >= @from AND a.receivers = 0
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.alert_id = a.id AND o.kind = 'alert')
      AND NOT EXISTS (SELECT 1 FROM dispatch_log d WHERE d.alert_id = a.id AND d.outcome = 'suppressed')
    UNION ALL
    SELECT a.id, o.destination, 'waiting', o.last_error
    FROM outbox o JOIN alerts a ON a.id = o.alert_id WHERE o.done_at IS NULL AND o.kind = 'alert' AND a.rang_at >= @from
    UNION ALL
    SELECT a.id, o.destination, 'failed', o.last_error
    FROM outbox o JOIN alerts a ON a.id = o.alert_id WHERE o.state = 'failed' AND o.kind = 'alert' AND a.rang_at >= @from`);
  const expected = db.prepare<[number], { n: number }>(
    'SELECT coalesce(sum(receivers), 0) AS n FROM alerts WHERE rang_at >= ?',
  );
  const decisions = db.prepare<[{ minute: number }], { kind: string; n: number }>(
    'SELECT kind, sum(count) AS n FROM decision_counts WHERE minute >= @minute GROUP BY kind',
  );
  const sources = db.prepare<
    [{ minute: number; hour: number }],
    { source: string; what: string; n: number }
  >(`
    SELECT source, what, sum(count) AS n FROM (
      SELECT source, what, count FROM source_counts WHERE minute >= @minute AND minute < @hour * 60
      UNION ALL SELECT source, what, count FROM source_hours WHERE hour >= @hour)
    GROUP BY source, what ORDER BY source, what`);
  const recent = db.prepare<
    [number],
    { id: number; rangAt: number; severity: string; name: string; fingerprint: string }
  >(`
    SELECT a.id, a.rang_at AS rangAt, a.severity, coalesce(g.signature_id, g.canonical) AS name, g.fingerprint
    FROM alerts a JOIN groups g ON g.id = a.group_id ORDER BY a.id DESC LIMIT ?`);
  const rings = db.prepare<[number], RungGroup & { readonly groupId: number }>(`
    SELECT g.id AS groupId, coalesce(g.signature_id, g.canonical) AS name, g.signature_id AS signatureId, g.category, g.fingerprint,
      g.last_alert_at AS lastAlertAt
    FROM alerts a CROSS JOIN groups g ON g.id = a.group_id WHERE a.rang_at >= ? ORDER BY a.rang_at DESC`);
  const pragma = (name: string) => db.pragma(name, { simple: true }) as number;

  /** All that ever had a message; found in the index, from one to the next. */
  function destinations(): string[] {
    const found: string[] = [];
    for (let next = nextDestination.get(''); next; next = nextDestination.get(next)) found.push(next);
    return found;
  }

  return {
    severities: (from: number): readonly SeverityCount[] => severities.all({ from }),
    destinations(from: number): readonly DestinationHealth[] {
      const held = new Map<string, number>();
      for (const row of suppressed.all({ from })) {
        held.set(row.destination, (held.get(row.destination) ?? 0) + row.n);
      }
      const waits = new Map(queues.all().map((row) => [row.destination, row]));
      return [...new Set([...destinations(), ...held.keys()])].sort().flatMap((destination) => {
        const { sent, merged, failed } = sends.get(destination, from) as NonNullable<
          ReturnType<typeof sends.get>
        >;
        const { waiting = 0, others = 0, oldest, last_error } = waits.get(destination) ?? {};
        if (sent + merged + failed + waiting + others === 0 && !held.has(destination)) return [];
        return {
          destination,
          sent,
          merged,
          waiting,
          others,
          failed,
          suppressed: held.get(destination) ?? 0,
          total: sent + merged + waiting + failed,
          oldestWaitingAt: oldest,
          lastError: last_error ?? undefined,
        };
      });
    },
    /** How many sends there had to be: each alert to each of its chats. */
    expected: (from: number): number => (expected.get(from) as { n: number }).n,
    /** How many sends were held back, by reason (`shadow`, `no destination`). */
    suppressed(from: number): ReadonlyMap<string, number> {
      const reasons = new Map<string, number>();
      for (const row of suppressed.all({ from }))
        reasons.set(row.detail, (reasons.get(row.detail) ?? 0) + row.n);
      return reasons;
    },
    undelivered: (from: number): readonly Undelivered[] =>
      undelivered.all({ from }).sort((a, b) => a.alertId - b.alertId),
    /** Events that did not ring, by the kind of decision. */
    decisions(from: number): ReadonlyMap<string, number> {
      return new Map(decisions.all({ minute: Math.floor(from / MINUTE_MS) }).map((row) => [row.kind, row.n]));
    },
    sources(from: number) {
      const minute = Math.floor(from / MINUTE_MS);
      return sources.all({ minute, hour: Math.ceil(minute / 60) });
    },
    recentAlerts: (limit: number) => recent.all(limit),
    /** The groups that rang last, and when: for the cooldowns that are running. */
    lastRings(since: number): readonly RungGroup[] {
      const found = new Map<number, RungGroup>();
      for (const { groupId, ...group } of rings.iterate(since)) {
        if (!found.has(groupId)) found.set(groupId, group);
        if (found.size === RINGS_SHOWN) break;
      }
      return [...found.values()];
    },
    databaseBytes(): number {
      return pragma('page_count') * pragma('page_size');
    },
    /** Throws when the database cannot be written. */
    probeWritable(): void {
      db.exec('BEGIN IMMEDIATE; ROLLBACK;');
    },
  };
}
