import type { AlertSeverity, Policy } from '../classify/signature.ts';
import type { Db } from './database.ts';
import { createErrorLines, type ErrorLine } from './error-lines.ts';
import { marked, type SumFilter, servicesOf, sumGroups } from './group-sums.ts';
import type { SpanCounts } from './span-counts.ts';

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

/** The lines of a span, counted. What a line shows besides is read for those that are asked for. */
export interface FoundErrors {
  readonly lines: number;
  readonly events: number;
  /** `size` lines from the one at `start` on: the most events first, then what was seen last. */
  page(start: number, size: number): readonly ErrorRow[];
}

const FILTER = `
  (@category IS NULL OR lower(category) = lower(@category))
  AND (@minRank IS NULL OR severity_rank >= @minRank)
  AND (@only IS NULL OR (@only = 'unclassified' AND signature_id IS NULL)
    OR (@only = 'new' AND (first_seen_at >= @since OR regressed_at >= @since)))`;

interface GroupRow {
  readonly id: number;
  readonly fingerprint: string;
  readonly root: string | null;
  readonly signatureKey: string;
  readonly signatureId: string | null;
  readonly canonical: string;
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly summary: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly regressedAt: number | null;
}

/** Lists the errors of a span, which `countsOf` counts. */
export function createErrorList(db: Db, countsOf: SpanCounts) {
  const errorLines = createErrorLines(db);
  const highest = db.prepare<[], number | null>('SELECT max(id) FROM groups').pluck();
  const matching = db
    .prepare<[Record<string, unknown>], number>(`SELECT id FROM groups WHERE ${FILTER}`)
    .pluck();
  const servicesCalled = db
    .prepare<[string], number>('SELECT id FROM services WHERE lower(name) = lower(?)')
    .pluck();
  const facts = db.prepare<[string], GroupRow>(`
    SELECT g.id, g.fingerprint, g.root, g.signature_key AS signatureKey, g.signature_id AS signatureId, g.canonical, g.category, g.policy,
      g.severity, g.summary, g.first_seen_at AS firstSeenAt, g.last_seen_at AS lastSeenAt, g.regressed_at AS regressedAt
    FROM json_each(?) j JOIN groups g ON g.id = j.value`);
  const names = db
    .prepare<[string], [number, string]>(
      'SELECT s.id, s.name FROM json_each(?) j JOIN services s ON s.id = j.value',
    )
    .raw();
  // No other group was seen later than those of the last minute in which anything was counted.
  const last = db
    .prepare<[], number | null>(`
      SELECT coalesce(
        (SELECT max(last_seen_at) FROM groups
          WHERE id IN (SELECT group_id FROM minutes WHERE minute = (SELECT max(minute) FROM minutes))),
        (SELECT max(last_seen_at) FROM groups))`)
    .pluck();

  function filterOf({ from, service, category, minSeverityRank, only }: ErrorQuery): SumFilter {
    const size = (highest.get() ?? 0) + 1;
    const isPlain = category === undefined && minSeverityRank === undefined && only === undefined;
    const asked = { category: category ?? null, minRank: minSeverityRank ?? null, only: only ?? null };
    return {
      size,
      groups: isPlain ? undefined : marked(matching.all({ ...asked, since: from }), size),
      services: service === undefined ? undefined : new Set(servicesCalled.all(service)),
    };
  }

  function namesOf(ids: ReadonlySet<number>): ReadonlyMap<number, string> {
    return new Map(names.all(JSON.stringify([...ids])));
  }

  return {
    find(query: ErrorQuery): FoundErrors {
      const { from, to } = query;
      const filter = filterOf(query);
      const parts = countsOf(from, to);
      const lines = errorLines.of(sumGroups(parts, filter));

      const page = (start: number, size: number): readonly ErrorRow[] => {
        const shown = errorLines.page(lines, start, size);
        const hits = shown.flatMap(({ groups }) => groups);
        const services = servicesOf(parts, { ...filter, groups: marked(hits, filter.size) });
        const known = namesOf(new Set([...services.values()].flatMap((ids) => [...ids])));
        const members = shown
          .flatMap((line) => line.members)
          .filter((id) => !filter.groups || filter.groups[id] === 1);
        const before = sumGroups(countsOf(from - (to - from) - 1, from - 1), {
          ...filter,
          groups: marked(members, filter.size),
        });
        const rows = new Map(facts.all(JSON.stringify(hits)).map((row) => [row.id, row]));
        return shown.flatMap((line) => {
          const groups = line.groups.flatMap((id) => rows.get(id) ?? []);
          const ids = new Set(line.groups.flatMap((id) => [...(services.get(id) ?? [])]));
          return groups.length === 0
            ? []
            : {
                ...factsOf(groups),
                count: line.count,
                previous: line.members.reduce((sum, id) => sum + (before.counts[id] ?? 0), 0),
                services: [...ids].flatMap((id) => known.get(id) || []).sort(),
              };
        });
      };
      return { lines: lines.length, events: eventsOf(lines), page };
    },
    /** When the last error of all was seen (ms), if there ever was one. */
    lastErrorAt: (): number | undefined => last.get() ?? undefined,
  };
}

const eventsOf = (lines: readonly ErrorLine[]): number => lines.reduce((sum, { count }) => sum + count, 0);

/** What the groups of a line say together; what only one can say is said by the one that was seen last. */
function factsOf(groups: readonly GroupRow[]) {
  const newest = groups.reduce((best, row) => (row.lastSeenAt > best.lastSeenAt ? row : best));
  const { signatureKey, signatureId, canonical, category, policy, severity, summary, lastSeenAt } = newest;
  const regressedAt = groups.reduce((most, row) => Math.max(most, row.regressedAt ?? 0), 0);
  return {
    ...{ signatureKey, canonical, category, policy, severity, summary, lastSeenAt },
    signatureId: signatureId ?? undefined,
    fingerprint: groups.map(({ root, fingerprint }) => root ?? fingerprint).reduce(later),
    regressedAt: regressedAt === 0 ? undefined : regressedAt,
    firstSeenAt: groups.reduce((least, row) => Math.min(least, row.firstSeenAt), Number.POSITIVE_INFINITY),
  };
}

const later = (a: string, b: string): string => (b > a ? b : a);
