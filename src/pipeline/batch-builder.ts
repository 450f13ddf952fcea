import { createHash } from 'node:crypto';
import type { Decision, DecisionKind, Rule } from '../alerting/decide.ts';
import type { Identity } from '../classify/classifier.ts';
import type { FingerprintForm } from '../classify/fingerprint.ts';
import { type AlertSeverity, type Policy, rankOfSeverity, type Signature } from '../classify/signature.ts';
import type { LogRecord } from '../record/log-record.ts';
import type { Batch, NoiseFold, SourceCount } from '../store/batch.ts';
import type {
  AlertInput,
  DecisionFold,
  EventFold,
  GroupBatch,
  GroupFacts,
  MinuteCount,
} from '../store/group-batch.ts';

/** How unclassified errors are treated (product.md section 5). */
const GENERIC: { readonly policy: Policy; readonly severity: AlertSeverity } = {
  policy: 'notify',
  severity: 'anomaly',
};

/** What `/errors` lists by: all groups of a signature together, an unclassified group by itself. */
export function signatureKey(signatureId: string | undefined, fingerprint: string): string {
  if (signatureId === undefined) return fingerprint;
  return createHash('sha1').update(`signature\0${signatureId}`).digest('hex').slice(0, 12);
}

const keys = new WeakMap<Signature, string>();

function keyOf(signature: Signature | undefined, fingerprint: string): string {
  if (signature === undefined) return fingerprint;
  const known = keys.get(signature);
  if (known !== undefined) return known;
  const key = signatureKey(signature.id, fingerprint);
  keys.set(signature, key);
  return key;
}

function factsOf({ identity, member, signature, form }: ClassifiedEvent): GroupFacts {
  const severity = signature?.severity ?? GENERIC.severity;
  return {
    fingerprint: identity.fingerprint,
    signatureKey: keyOf(signature, identity.fingerprint),
    signatureId: signature?.id,
    category: identity.category,
    policy: signature?.policy ?? GENERIC.policy,
    severity,
    severityRank: rankOfSeverity(severity) ?? 0,
    summary: signature?.summary ?? '',
    runbook: signature?.runbook,
    canonical: shown(identity.canonical),
    isOwn: member === undefined,
    form,
  };
}

/** Bytes of the line that is kept as an example of what a noise pattern takes. */
const NOISE_BYTES = 500;

/** Canonical texts are hashed whole, and kept as far as people read. */
const SHOWN_LENGTH = 300;

function shown(canonical: string): string {
  return canonical.length <= SHOWN_LENGTH
    ? canonical
    : `${canonical.slice(0, SHOWN_LENGTH - 1).toWellFormed()}…`;
}

const MINUTE_MS = 60_000;
/** Times of events that are kept exactly in one row: a threshold above is judged after a restart as exactly as the minute. */
const MOST_TIMES = 1_000;

/** The events of one service within one minute, since the group rang last. */
interface OpenMinute extends MinuteCount {
  rows: number;
  samples: number;
  /** The row that takes what comes next. */
  row: EventFold;
}

interface OpenGroup extends GroupBatch {
  facts: GroupFacts;
  firstAt: number;
  lastAt: number;
  count: number;
  readonly events: EventFold[];
  readonly minutes: MinuteCount[];
  readonly decisions: Map<DecisionKind, DecisionFold>;
  readonly alerts: AlertInput[];
  /** By service. */
  readonly open: Map<string, OpenMinute>;
}

/** One event, and the group that it enters. */
export interface ClassifiedEvent {
  readonly record: LogRecord;
  /** Its fingerprint is that of the group. */
  readonly identity: Identity;
  /** The event's own fingerprint, where the group is called by another. */
  readonly member: string | undefined;
  readonly form: FingerprintForm;
  readonly signature: Signature | undefined;
  readonly rule: Rule;
}

export interface BatchLimits {
  /** Rows of events, and samples, of one group, service and minute; what comes above is counted only. */
  readonly samplesPerMinute: number;
  /** Bytes (UTF-8) of one sample. */
  readonly sampleBytes: number;
  /** Whether what is stored of a group, service and minute has all its rows already. */
  readonly isFull: (fingerprint: string, service: string, minute: number) => boolean;
}

/** Collects the events of one batch, folded by group, service and time, ready to be written. */
export class BatchBuilder {
  readonly #groups = new Map<string, OpenGroup>();
  readonly #noise = new Map<string, NoiseFold>();
  readonly #sources = new Map<string, Map<string, number>>();
  readonly #limits: BatchLimits;
  readonly #receivers: { readonly destinations: readonly string[]; readonly suppressed: string | undefined };

  constructor(
    limits: BatchLimits,
    receivers: { readonly destinations: readonly string[]; readonly suppressed: string | undefined },
  ) {
    this.#limits = limits;
    this.#receivers = receivers;
  }

  count(source: string, what: string, count = 1): void {
    if (count === 0) return;
    let counts = this.#sources.get(source);
    if (!counts) {
      counts = new Map();
      this.#sources.set(source, counts);
    }
    counts.set(what, (counts.get(what) ?? 0) + count);
  }

  /** `windowFirstAt`: the first event of the window in which it rang. */
  add(event: ClassifiedEvent, decision: Decision, windowFirstAt: number): void {
    const { record, identity } = event;
    let group = this.#groups.get(identity.fingerprint);
    if (!group) {
      const facts = factsOf(event);
      const at = record.observedAt;
      group = {
        ...{ facts, firstAt: at, lastAt: at, count: 0, events: [], minutes: [] },
        ...{ decisions: new Map(), alerts: [], open: new Map() },
      };
      this.#groups.set(identity.fingerprint, group);
    } else if (!group.facts.isOwn && event.member === undefined) group.facts = factsOf(event);
    const rang = decision.kind === 'rang';
    // What belongs to the alert before it and what belongs to it are kept apart.
    if (rang) group.open.clear();
    this.#addEvent(group, record, event.rule, rang);
    if (rang) {
      group.alerts.push({
        rangAt: record.observedAt,
        reason: decision.reason,
        count: decision.count,
        windowMs: event.rule.windowMs,
        cooldownMs: event.rule.cooldownMs,
        firstAt: windowFirstAt,
        ...this.#receivers,
      });
    } else {
      countDecision(group, decision, record.observedAt);
    }
  }

  /** A line that a pattern of the allowlist took. */
  addNoise(pattern: string, record: LogRecord): void {
    const fold = this.#noise.get(pattern);
    if (!fold) {
      this.#noise.set(pattern, { pattern, count: 1, lastAt: record.observedAt, sample: record.raw });
      return;
    }
    fold.count += 1;
    fold.lastAt = record.observedAt;
    fold.sample = record.raw;
  }

  #addEvent(group: OpenGroup, record: LogRecord, rule: Rule, startsOver: boolean): void {
    const { observedAt } = record;
    const service = record.resource.service ?? '';
    const minute = Math.floor(observedAt / MINUTE_MS);
    const { samplesPerMinute, sampleBytes, isFull } = this.#limits;
    group.count += 1;
    if (observedAt < group.firstAt) group.firstAt = observedAt;
    if (observedAt > group.lastAt) group.lastAt = observedAt;
    let open = group.open.get(service);
    if (open === undefined || open.minute !== minute) {
      const row = rowOf(record, service, { ...timesKept(rule), startsOver });
      group.events.push(row);
      // Then all of the minute is one fold of what is in the database.
      const goesOn = !startsOver && group.alerts.length === 0;
      const used = goesOn && isFull(group.facts.fingerprint, service, minute) ? samplesPerMinute : 0;
      open = { minute, service, count: 1, rows: Math.max(1, used), samples: used, row };
      group.open.set(service, open);
      group.minutes.push(open);
    } else {
      open.count += 1;
      const { row } = open;
      if (row.observedAt === observedAt && row.lastAt === observedAt) row.count += 1;
      else if (open.rows < samplesPerMinute) {
        open.row = rowOf(record, service, { ...timesKept(rule), startsOver: false });
        open.rows += 1;
        group.events.push(open.row);
      } else foldIn(row, observedAt);
    }
    if (open.samples >= samplesPerMinute) return;
    open.samples += 1;
    open.row.samples.push({ traceId: record.traceId, text: cutBytes(record.raw, sampleBytes) });
  }

  build(at: number, more: Pick<Batch, 'grouping' | 'regressionAfterMs'>): Batch {
    const sources: SourceCount[] = [];
    for (const [source, counts] of this.#sources) {
      for (const [what, count] of counts) sources.push({ source, what, count });
    }
    const noise = [...this.#noise.values()].map((fold) => ({
      ...fold,
      sample: cutBytes(fold.sample, NOISE_BYTES),
    }));
    return { at, groups: [...this.#groups.values()], sources, noise, ...more };
  }

  get fingerprints(): Iterable<string> {
    return this.#groups.keys();
  }
}

/**
 * After a restart an alert is due again exactly when it was due before: what counts is when the newest events of a group were, one
 * fewer than ring. A category that rings at once needs none.
 */
function timesKept({ immediate, minCount }: Rule): Pick<EventFold, 'timesKept'> {
  return { timesKept: immediate ? 0 : Math.min(minCount - 1, MOST_TIMES) };
}

function rowOf(
  record: LogRecord,
  service: string,
  more: Pick<EventFold, 'timesKept' | 'startsOver'>,
): EventFold {
  const { observedAt, severityNumber, timestamp, traceId, spanId } = record;
  const { host } = record.resource;
  return {
    ...{ service, observedAt, lastAt: observedAt, times: [], count: 1, samples: [] },
    ...{ severityNumber, timestamp, host, traceId, spanId },
    ...more,
  };
}

/** One more event of a row that stands for several times. */
function foldIn(row: EventFold, at: number): void {
  row.count += 1;
  if (at > row.lastAt) row.lastAt = at;
  if (row.timesKept === 0) return;
  row.times.push(at);
  if (row.times.length > row.timesKept) row.times.shift();
}

function countDecision(group: OpenGroup, decision: Decision, at: number): void {
  const fold = group.decisions.get(decision.kind) ?? { count: 0, value: 0, bound: 0, lastAt: at };
  group.decisions.set(decision.kind, fold);
  fold.count += 1;
  fold.lastAt = at;
  if (decision.kind === 'below_threshold') {
    fold.value = Math.max(fold.value, decision.count);
    fold.bound = decision.minCount;
  } else if (decision.kind === 'cooldown' || decision.kind === 'muted') {
    fold.value = decision.until;
    fold.bound = decision.kind === 'muted' ? decision.muteId : 0;
  }
}

/** Cuts at a character's boundary, so that at most `bytes` bytes of UTF-8 remain; a cut text ends in `…`. */
function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text).subarray(0, bytes - 3);
  return `${cut.toString('utf8').replace(/\uFFFD+$/, '')}…`;
}
