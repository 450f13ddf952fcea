import type { AlertSeverity, Policy } from '../classify/signature.ts';
import type { Db } from './database.ts';

const MINUTE_MS = 60_000;

/** What `/errors` asks for. Instants in ms, both ends inside. */
export interface ErrorQuery {
  readonly from: number;
  readonly to: number;
  readonly service?: string | undefined;
  readonly category?: string | undefined;
  readonly minSeverityRank?: number | undefined;
  /** Only groups that are new or have regressed since `from`; only what no signature knows. */
  readonly only?: 'new' | 'unclassified' | undefined;
}

/** One line of `/errors`: a signature, or a group that no signature knows. */
export interface ErrorRow {
  readonly signatureKey: string;
  readonly signatureId: string | undefined;
  readonly canonical: string;
  /** Of one of its groups. */
  readonly fingerprint: string;
  readonly regressedAt: number | undefined;
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly summary: string;
  readonly count: number;
  /** Events in the span of equal length before. */
  readonly previous: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly services: readonly string[];
}

// Whole minutes come from the counters, the two broken ones at the ends from the events: exact, and cheap over a day. Above
// samples_per_minute rows an event of a broken minute counts at the time of the row that it is folded into.
const HITS = `
  SELECT group_id, service_id, count FROM minutes WHERE minute >= @firstMinute AND minute < @endMinute
  UNION ALL
  SELECT group_id, service_id, count FROM events WHERE observed_at >= @from AND observed_at < @headEnd
  UNION ALL
  SELECT group_id, service_id, count FROM events WHERE observed_at >= @tailStart AND observed_at <= @to`;

const FILTER = `
  (@category IS NULL OR lower(g.category) = lower(@category))
  AND (@minRank IS NULL OR g.severity_rank >= @minRank)
  AND (@service IS NULL OR lower(s.name) = lower(@service))
  AND (@only IS NULL OR (@only = 'unclassified' AND g.signature_id IS NULL)
    OR (@only = 'new' AND (g.first_seen_at >= @since OR g.regressed_at >= @since)))`;

interface Row {
  signature_key: string;
  signature_id: string | null;
  fingerprint: string;
  regressed_at: number | null;
  canonical: string;
  category: string;
  policy: Policy;
  severity: AlertSeverity;
  summary: string;
  count: number;
  first_seen_at: number;
  last_seen_at: number;
  services: string;
}

function span(from: number, to: number) {
  const firstMinute = Math.ceil(from / MINUTE_MS);
  const endMinute = Math.floor((to + 1) / MINUTE_MS);
  // Both ends within one minute: all of it is the head.
  if (endMinute <= firstMinute) {
    return { from, to, firstMinute: 0, endMinute: 0, headEnd: to + 1, tailStart: to + 1 };
  }
  return {
    from,
    to,
    firstMinute,
    endMinute,
    headEnd: firstMinute * MINUTE_MS,
    tailStart: endMinute * MINUTE_MS,
  };
}

export function createErrorList(db: Db) {
  const list = db.prepare<[Record<string, unknown>], Row>(`
    WITH hits AS (${HITS})
    SELECT g.signature_key, g.signature_id, g.canonical, g.category, g.policy, g.severity, g.summary,
      max(coalesce(g.root, g.fingerprint)) AS fingerprint, max(g.regressed_at) AS regressed_at,
      sum(h.count) AS count, min(g.first_seen_at) AS first_seen_at, max(g.last_seen_at) AS last_seen_at,
      coalesce(json_group_array(DISTINCT s.name), '[]') AS services
    FROM hits h JOIN groups g ON g.id = h.group_id JOIN services s ON s.id = h.service_id
    WHERE ${FILTER}
    GROUP BY g.signature_key
    ORDER BY count DESC, last_seen_at DESC, g.signature_key`);
  const counts = db.prepare<[Record<string, unknown>], { signature_key: string; count: number }>(`
    WITH hits AS (${HITS})
    SELECT g.signature_key, sum(h.count) AS count
    FROM hits h JOIN groups g ON g.id = h.group_id JOIN services s ON s.id = h.service_id
    WHERE ${FILTER} GROUP BY g.signature_key`);
  const last = db.prepare<[], { at: number | null }>('SELECT max(last_seen_at) AS at FROM groups');

  return {
    /** All lines of the span, by count. */
    list(query: ErrorQuery): readonly ErrorRow[] {
      const filter = {
        service: query.service ?? null,
        category: query.category ?? null,
        minRank: query.minSeverityRank ?? null,
        only: query.only ?? null,
        since: query.from,
      };
      const length = query.to - query.from;
      const rows = list.all({ ...span(query.from, query.to), ...filter });
      const before = counts.all({ ...span(query.from - length - 1, query.from - 1), ...filter });
      const previous = new Map(before.map((row) => [row.signature_key, row.count]));
      return rows.map((row) => ({
        signatureKey: row.signature_key,
        signatureId: row.signature_id ?? undefined,
        canonical: row.canonical,
        fingerprint: row.fingerprint,
        regressedAt: row.regressed_at ?? undefined,
        category: row.category,
        policy: row.policy,
        severity: row.severity,
        summary: row.summary,
        count: row.count,
        previous: previous.get(row.signature_key) ?? 0,
        firstSeenAt: row.first_seen_at,
        lastSeenAt: row.last_seen_at,
        services: (JSON.parse(row.services) as string[]).filter((name) => name !== '').sort(),
      }));
    },
    /** When the last error of all was seen (ms), if there ever was one. */
    lastErrorAt(): number | undefined {
      return last.get()?.at ?? undefined;
    },
  };
}
