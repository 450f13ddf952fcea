import { createHash } from 'node:crypto';
import type { Decision, DecisionKind, Rule } from '../alerting/decide.ts';
import type { Identity } from '../classify/classifier.ts';
import type { FingerprintForm } from '../classify/fingerprint.ts';
import { type AlertSeverity, type Policy, rankOfSeverity, type Signature } from '../classify/signature.ts';
import type { LogRecord } from '../record/log-record.ts';
import type {
  AlertInput,
  Batch,
  DecisionFold,
  EventFold,
  GroupFacts,
  NoiseFold,
  SampleInput,
  SourceCount,
} from '../store/batch.ts';

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

function factsOf({ identity, member, signature, form }: DecidedEvent): GroupFacts {
  const severity = signature?.severity ?? GENERIC.severity;
  return {
    fingerprint: identity.fingerprint,
    signatureKey: signatureKey(signature?.id, identity.fingerprint),
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

/** Services that have the same error at the same time. */
const FOLDS_COMPARED = 16;

interface OpenGroup {
  facts: GroupFacts;
  readonly events: EventFold[];
  readonly samples: SampleInput[];
  readonly decisions: Map<DecisionKind, DecisionFold>;
  readonly alerts: AlertInput[];
}

/** One classified and decided event. */
export interface DecidedEvent {
  readonly record: LogRecord;
  /** Its fingerprint is that of the group. */
  readonly identity: Identity;
  /** The event's own fingerprint, where the group is called by another. */
  readonly member?: string;
  readonly form: FingerprintForm;
  readonly signature: Signature | undefined;
  readonly decision: Decision;
  readonly rule: Rule;
  /** First event of the window in which it rang. */
  readonly windowFirstAt: number;
}

export interface BatchLimits {
  readonly samplesPerGroup: number;
  /** Bytes (UTF-8) of one sample. */
  readonly sampleBytes: number;
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

  add(event: DecidedEvent): void {
    const { record, identity, decision } = event;
    let group = this.#groups.get(identity.fingerprint);
    if (!group) {
      const facts = factsOf(event);
      group = { facts, events: [], samples: [], decisions: new Map(), alerts: [] };
      this.#groups.set(identity.fingerprint, group);
    } else if (!group.facts.isOwn && event.member === undefined) group.facts = factsOf(event);
    this.#addEvent(group, record);
    this.#addSample(group, record);
    if (decision.kind === 'rang') {
      group.alerts.push({
        rangAt: record.observedAt,
        reason: decision.reason,
        count: decision.count,
        windowMs: event.rule.windowMs,
        cooldownMs: event.rule.cooldownMs,
        firstAt: event.windowFirstAt,
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

  #addEvent(group: OpenGroup, record: LogRecord): void {
    const service = record.resource.service ?? '';
    // Only the newest folds are compared: a batch is in the order of its sources, so those of one time stand together.
    const { events } = group;
    for (let index = events.length - 1; index >= 0 && index >= events.length - FOLDS_COMPARED; index--) {
      const fold = events[index] as EventFold;
      if (fold.observedAt !== record.observedAt) break;
      if (fold.service === service) {
        fold.count += 1;
        return;
      }
    }
    group.events.push({
      service,
      observedAt: record.observedAt,
      severityNumber: record.severityNumber,
      timestamp: record.timestamp,
      host: record.resource.host,
      traceId: record.traceId,
      spanId: record.spanId,
      count: 1,
    });
  }

  #addSample(group: OpenGroup, record: LogRecord): void {
    group.samples.push({
      service: record.resource.service ?? '',
      observedAt: record.observedAt,
      traceId: record.traceId,
      text: cutBytes(record.raw, this.#limits.sampleBytes),
    });
    // The ring keeps the newest; in a storm the older ones of this batch need not be written at all.
    if (group.samples.length > 2 * this.#limits.samplesPerGroup) {
      group.samples.splice(0, group.samples.length - this.#limits.samplesPerGroup);
    }
  }

  build(at: number, more: Pick<Batch, 'grouping' | 'regressionAfterMs'>): Batch {
    const sources: SourceCount[] = [];
    for (const [source, counts] of this.#sources) {
      for (const [what, count] of counts) sources.push({ source, what, count });
    }
    const keep = this.#limits.samplesPerGroup;
    const groups = [...this.#groups.values()].map((group) => ({
      ...group,
      samples: group.samples.slice(-keep),
    }));
    const noise = [...this.#noise.values()].map((fold) => ({
      ...fold,
      sample: cutBytes(fold.sample, NOISE_BYTES),
    }));
    return { at, groups, sources, noise, ...more };
  }

  get fingerprints(): Iterable<string> {
    return this.#groups.keys();
  }
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
