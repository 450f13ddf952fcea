import type { ErrorQuery } from '../../src/store/error-list.ts';
import { openStore } from '../../src/store/store.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** Midnight: minutes, hours and days have their edges here. */
export const MIDNIGHT = Date.UTC(2026, 10, 21);

/** Numbers from 0 to below `n`, the same ones for the same seed. */
export function createRandom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const CATEGORIES = ['critical', 'network', 'unclassified'];
const SERVICES = ['', 'api', 'API', 'web', 'worker'];

interface Group {
  readonly fingerprint: string;
  readonly signatureId: string | undefined;
  readonly category: string;
  readonly severityRank: number;
  key: string;
  root: string;
}

interface Event {
  readonly group: Group;
  readonly service: string;
  readonly at: number;
  readonly count: number;
}

/** A store, and beside it a plain list of the same events. */
export function openEvents(random: (n: number) => number) {
  const store = openStore({
    dataDir: ':memory:',
    samplesPerGroup: 5,
    // Each event is a row of its own: exact to the ms.
    samplesPerMinute: 1_000_000,
    retention: { days: 30, maxDatabaseBytes: 2 ** 31 },
  });
  const events: Event[] = [];
  const groups = Array.from({ length: 40 }, (_, n): Group => {
    const fingerprint = String(n).padStart(12, 'f');
    const signatureId = n % 2 === 0 ? `SIG_${n % 6}` : undefined;
    const key = signatureId ?? fingerprint;
    const category = signatureId === undefined ? 'unclassified' : (CATEGORIES[n % 3] as string);
    return { fingerprint, signatureId, key, root: fingerprint, category, severityRank: 1 + (n % 6) };
  });

  /** Commits some events at one time. */
  function add(at: number, n: number): void {
    const batch = Array.from({ length: n }, () => {
      const group = groups[random(groups.length)] as Group;
      return { group, service: SERVICES[random(5)] as string, at, count: 1 + random(3) };
    });
    events.push(...batch);
    store.writeBatch({
      at,
      groups: batch.map(({ group, service, count }) => ({
        facts: {
          ...{ fingerprint: group.fingerprint, signatureKey: group.key, signatureId: group.signatureId },
          ...{
            category: group.category,
            policy: 'notify',
            severity: 'high',
            severityRank: group.severityRank,
          },
          ...{ summary: '', runbook: undefined, canonical: group.fingerprint, form: 'template', isOwn: true },
        },
        events: [
          {
            ...{ service, observedAt: at, severityNumber: 17, timestamp: undefined, host: undefined },
            ...{ traceId: undefined, spanId: undefined, count, startsOver: false },
            ...{ samples: [], lastAt: at, times: [], timesKept: 0 },
          },
        ],
        minutes: [{ minute: Math.floor(at / MINUTE), service, count }],
        ...{ firstAt: at, lastAt: at, count, decisions: new Map(), alerts: [] },
      })),
      ...{ sources: [], noise: [], grouping: { joinings: [], texts: [] }, regressionAfterMs: 5 * HOUR },
    });
  }

  /** A person merges a group that no signature knows into another. */
  function merge(at: number): void {
    const alone = groups.filter(
      (group) =>
        group.signatureId === undefined &&
        group.root === group.fingerprint &&
        events.some((event) => event.group === group),
    );
    const [root, member] = [alone[random(alone.length)], alone[random(alone.length)]];
    if (!root || !member || root === member) return;
    store.grouping.merge(
      { fingerprint: member.fingerprint, root: root.fingerprint, evidence: '' },
      at,
      'ann',
    );
    for (const group of groups.filter((one) => one.root === member.fingerprint))
      Object.assign(group, { root: root.fingerprint, key: root.key });
  }

  /** What `/errors` is to list, by adding up one event after the other. */
  function plainly(query: ErrorQuery) {
    const passes = ({ group, service }: Event) =>
      (query.service === undefined || service.toLowerCase() === query.service.toLowerCase()) &&
      (query.category === undefined || group.category === query.category) &&
      (query.minSeverityRank === undefined || group.severityRank >= query.minSeverityRank) &&
      (query.only !== 'unclassified' || group.signatureId === undefined) &&
      (query.only !== 'new' ||
        firstOf(group) >= query.from ||
        (regressedOf(group) ?? Number.NEGATIVE_INFINITY) >= query.from);
    const between = (from: number, to: number) =>
      events.filter((event) => event.at >= from && event.at <= to && passes(event));
    const times = (group: Group) => events.filter((event) => event.group === group).map(({ at }) => at);
    const firstOf = (group: Group) => times(group)[0] as number;
    const lastOf = (group: Group) => Math.max(...times(group));
    // Here and for the first event the order of the commits decides.
    const regressedOf = (group: Group) => {
      let last = Number.POSITIVE_INFINITY;
      let regressed: number | undefined;
      for (const at of times(group)) {
        if (at - last >= 5 * HOUR) regressed = at;
        last = last === Number.POSITIVE_INFINITY ? at : Math.max(last, at);
      }
      return regressed;
    };
    const sum = (some: readonly Event[]) => some.reduce((all, { count }) => all + count, 0);
    const length = query.to - query.from;
    const before = between(query.from - length - 1, query.from - 1);
    const found = between(query.from, query.to);
    return [...new Set(found.map(({ group }) => group.key))]
      .map((key) => {
        const own = found.filter(({ group }) => group.key === key);
        const hit = [...new Set(own.map(({ group }) => group))];
        const regressed = hit.flatMap((group) => regressedOf(group) ?? []);
        return {
          signatureKey: key,
          count: sum(own),
          previous: sum(before.filter(({ group }) => group.key === key)),
          firstSeenAt: Math.min(...hit.map(firstOf)),
          lastSeenAt: Math.max(...hit.map(lastOf)),
          regressedAt: regressed.length === 0 ? undefined : Math.max(...regressed),
          fingerprint: hit
            .map(({ root }) => root)
            .sort()
            .at(-1),
          services: [...new Set(own.map(({ service }) => service))].filter((name) => name !== '').sort(),
        };
      })
      .sort(
        (a, b) =>
          b.count - a.count || b.lastSeenAt - a.lastSeenAt || (a.signatureKey < b.signatureKey ? -1 : 1),
      );
  }

  return { store, add, merge, plainly };
}
