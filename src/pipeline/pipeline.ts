import { type ActiveMute, decide, ruleFor } from '../alerting/decide.ts';
import type { AlertRules } from '../alerting/rules.ts';
import { type Classifier, identify } from '../classify/classifier.ts';
import { fingerprint, UNCLASSIFIED } from '../classify/fingerprint.ts';
import type { Signature } from '../classify/signature.ts';
import type { LogRecord } from '../record/log-record.ts';
import { loopReason } from '../record/loop-guard.ts';
import { redactRecord } from '../record/redact.ts';
import { SEVERITY } from '../record/severity.ts';
import type { Batch, StoredAlert } from '../store/batch.ts';
import type { MuteQuery } from '../store/mutes.ts';
import { BatchBuilder, type BatchLimits, type ClassifiedEvent } from './batch-builder.ts';
import { createCommitPace } from './commit-pace.ts';
import { type GroupStateCache, uniteStates } from './group-states.ts';
import type { Grouping } from './grouping.ts';

/** What a source hands over: records in their order, and what it had to drop before they became records. */
export interface Submission {
  /** `http`, `udp`, `stdin`, `library`. */
  readonly source: string;
  readonly records: readonly LogRecord[];
  /** Lines that are part of the record of another line (stack traces). */
  readonly joined?: number;
  /** Alerts of other systems: each counts as an error from a warning up, and rings at its first event. */
  readonly alerts?: boolean;
  /** Records that the bot makes itself: what they are is decided already. */
  readonly alarm?: Alarm;
  /** Lines that no rule looks for (quiet-lines.ts): counted, and nothing else. */
  readonly quiet?: number;
  /** Lines that could not be read, by reason. */
  readonly dropped?: ReadonlyMap<string, number>;
}

/** What the bot rings for by itself; no rule is asked. */
export interface Alarm {
  /** Its own thresholds decide; it rings at once. */
  readonly signature: Signature;
  /** What makes the group. */
  readonly canonical: string;
}

/** The rules in force; replaced whole at a reload. */
export interface ActiveRules {
  readonly classifier: Classifier;
  readonly alerts: AlertRules;
  /** The longest window of any rule (ms). */
  readonly longestWindowMs: number;
}

export interface PipelineOptions {
  readonly rules: ActiveRules;
  readonly states: GroupStateCache;
  readonly grouping: Grouping;
  readonly write: (batch: Batch) => StoredAlert[];
  readonly limits: BatchLimits;
  /** The ids of the destinations that an alert goes to. */
  readonly destinations: () => readonly string[];
  readonly enabled: boolean;
  readonly shadow: boolean;
  readonly muteOf: (query: MuteQuery, now: number) => ActiveMute | undefined;
  readonly now: () => number;
  /** Called after the commit of a batch. */
  readonly onCommitted?: (batch: Batch, alerts: readonly StoredAlert[]) => void;
  /** Called after the commit with each submission in it. */
  readonly onStored?: (submission: Submission) => void;
  readonly onFailed?: (error: Error, records: number) => void;
  /** Called with each line that became an event (`LOG_AGG_ECHO`). */
  readonly onEvent?: (record: LogRecord, signature: Signature | undefined) => void;
}

/** Records that may wait for their commit, while the database is locked; above that sources are told to hold on. */
const MAX_WAITING = 50_000;
/** Records in one transaction: bounds how long the event loop stands still. */
const MAX_BATCH = 5_000;
/** A lock of another process (a backup, a person's sqlite3) is waited for so long; then what waits is refused. */
const LOCKED_MS = 10_000;
const LOCKED_RETRY_MS = 250;

/** The event of an alert of another system that is over. */
export const RESOLVED = 'resolved';
/** Reasons of what was lost before it reached us: nobody received it. */
const NEVER_CAME: ReadonlySet<string> = new Set(['kernel_buffer_full', 'sender_lost']);

interface Waiting {
  readonly submission: Submission;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What is decided, and waits for its commit. */
interface OpenBatch {
  readonly builder: BatchBuilder;
  readonly waiting: Waiting[];
  /** Of earlier batches that were refused; told with this one. */
  readonly refused: ReadonlyMap<string, number>;
  records: number;
  /** Since when the database is locked (ms, of the clock that is never set). */
  lockedAt?: number;
}

/**
 * The way of a batch: loop guard, redact, classify, fingerprint, decide, commit. What is submitted is decided at once, so that records
 * are soon forgotten; submissions that come together share one transaction, and each is resolved after it.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  #rules: ActiveRules;
  #open: OpenBatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #pace = createCommitPace();
  /** Lines of batches that the database refused, by source: told as soon as it takes something again. */
  #refused = new Map<string, number>();

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#rules = options.rules;
  }

  /** New rules for all that is submitted from now on. */
  use(rules: ActiveRules): void {
    this.flush();
    this.#rules = rules;
    this.#options.states.clear();
  }

  /** What is remembered of the groups is read from the database again. */
  forget(): void {
    this.#options.states.clear();
  }

  /** Whether a source should hold its lines back for now. */
  get overloaded(): boolean {
    return (this.#open?.records ?? 0) >= MAX_WAITING;
  }

  /** Resolves after the commit, in which all of the submission is stored; rejects when nothing of it could be. */
  submit(submission: Submission): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#open ??= this.#begin();
      const batch = this.#open;
      batch.waiting.push({ submission, resolve, reject });
      batch.records += submission.records.length;
      try {
        this.#process(submission, batch.builder);
      } catch (error) {
        this.#open = undefined;
        this.#refuse(batch, error as Error);
        return;
      }
      this.#pace.submitted(performance.now());
      if (batch.records >= MAX_BATCH && batch.lockedAt === undefined) this.#commit();
      if (this.#open) this.#timer ??= setTimeout(() => this.#commitIfDue(), 1);
    });
  }

  #commitIfDue(): void {
    this.#timer = undefined;
    const delay = this.#pace.delay(performance.now());
    if (this.#open && delay === 0) this.#commit();
    if (!this.#open) return;
    const wait = this.#open.lockedAt === undefined ? Math.max(1, delay) : LOCKED_RETRY_MS;
    this.#timer = setTimeout(() => this.#commitIfDue(), wait);
  }

  /** Commits all that waits, now; while the database is locked everything waits. */
  flush(): void {
    while (this.#open) this.#commit();
  }

  #begin(): OpenBatch {
    const { destinations, shadow, limits } = this.#options;
    const receivers = destinations();
    const builder = new BatchBuilder(limits, {
      destinations: receivers.length > 0 ? receivers : ['none'],
      suppressed: shadow ? 'shadow' : receivers.length === 0 ? 'no destination' : undefined,
    });
    const refused = this.#refused;
    this.#refused = new Map();
    for (const [source, count] of refused) {
      builder.count(source, 'received', count);
      builder.count(source, 'dropped:database', count);
    }
    return { builder, waiting: [], refused, records: 0 };
  }

  /** Commits the open batch, or refuses it; one that meets a lock stays open for a while. */
  #commit(): void {
    const open = this.#open as OpenBatch;
    this.#open = undefined;
    const { grouping, now, onCommitted, onStored } = this.#options;
    let batch: Batch;
    let alerts: StoredAlert[];
    try {
      const { regressionAfterMs } = this.#rules.alerts;
      batch = open.builder.build(now(), { grouping: grouping.rows(), regressionAfterMs });
      alerts = this.#write(batch);
    } catch (error) {
      if (isLocked(error)) open.lockedAt ??= performance.now();
      if (open.lockedAt !== undefined && performance.now() - open.lockedAt < LOCKED_MS) this.#open = open;
      else this.#refuse(open, error as Error);
      return;
    }
    grouping.committed();
    for (const { resolve } of open.waiting) resolve();
    onCommitted?.(batch, alerts);
    if (onStored) for (const { submission } of open.waiting) onStored(submission);
  }

  #write(batch: Batch): StoredAlert[] {
    const startedAt = performance.now();
    try {
      return this.#options.write(batch);
    } finally {
      this.#pace.committed(startedAt, performance.now());
    }
  }

  /** What was decided in a batch never happened. */
  #refuse({ builder, waiting, refused, records }: OpenBatch, error: Error): void {
    this.#options.states.forget(builder.fingerprints);
    this.#options.grouping.refused();
    for (const [source, count] of refused) this.#refused.set(source, count);
    for (const { submission } of waiting) this.#countRefused(submission);
    this.#options.onFailed?.(error, records);
    for (const { reject } of waiting) reject(error);
  }

  #countRefused({ source, records, quiet = 0 }: Submission): void {
    this.#refused.set(source, (this.#refused.get(source) ?? 0) + records.length + quiet);
  }

  #process(submission: Submission, builder: BatchBuilder): void {
    const { source, records, dropped, joined = 0, quiet = 0, alarm, alerts = false } = submission;
    let received = records.length + joined + quiet;
    builder.count(source, 'joined', joined);
    builder.count(source, this.#options.enabled ? 'other' : 'dropped:disabled', quiet);
    for (const [reason, count] of dropped ?? []) {
      builder.count(source, `dropped:${reason}`, count);
      if (!NEVER_CAME.has(reason)) received += count;
    }
    builder.count(source, 'received', received);
    for (const record of records)
      builder.count(source, alarm ? this.#ring(record, alarm, builder) : this.#one(record, builder, alerts));
  }

  /** Takes one record through the pipeline; returns what it is counted as. */
  #one(original: LogRecord, builder: BatchBuilder, isAlert: boolean): string {
    const loop = loopReason(original);
    if (loop) return `dropped:${loop}`;
    if (!this.#options.enabled) return 'dropped:disabled';
    const record = redactRecord(original);
    const { classifier, alerts } = this.#rules;
    const verdict = classifier.classify(record);
    if (verdict.outcome === 'ignored') return 'dropped:empty';
    if (verdict.outcome === 'noise') {
      builder.addNoise(verdict.pattern, record);
      return 'noise';
    }
    const fires = isAlert && original.event !== RESOLVED && original.severityNumber >= SEVERITY.WARN;
    if (verdict.outcome === 'generic' && !verdict.grouped && !fires) return 'other';
    if (isAlert && !fires) return 'other';

    const signature = verdict.outcome === 'match' ? verdict.signature : undefined;
    const { fingerprint: form } = alerts;
    const stacktrace = record.exception?.stacktrace;
    const identity = identify(verdict.text, signature?.category, form, stacktrace);
    const usual = ruleFor(alerts, identity.category, signature, stacktrace !== undefined);
    const rule = fires ? { ...usual, immediate: true } : usual;
    const { root, united } = this.#options.grouping.groupOf(
      identity,
      { text: verdict.text, at: record.observedAt },
      form,
    );
    const since = record.observedAt - this.#rules.longestWindowMs;
    for (const other of united)
      uniteStates(this.#options.states.get(root, since), this.#options.states.get(other, since));
    const member = root === identity.fingerprint ? undefined : identity.fingerprint;
    const { category, canonical } = identity;
    const grouped = { category, canonical, fingerprint: root };
    this.#decide({ record, identity: grouped, member, form, signature, rule }, builder);
    return identity.category === UNCLASSIFIED && !signature ? 'generic' : 'matched';
  }

  /** The group that a record would enter, and what mutes ask about it. */
  groupOf(original: LogRecord): MuteQuery {
    const { classifier, alerts } = this.#rules;
    const record = redactRecord(original);
    const verdict = classifier.classify(record);
    const signature = verdict.outcome === 'match' ? verdict.signature : undefined;
    const text = verdict.outcome === 'ignored' ? '' : verdict.text;
    const form = alerts.fingerprint;
    const identity = identify(text, signature?.category, form, record.exception?.stacktrace);
    const { root } = this.#options.grouping.groupOf(identity, { text, at: record.observedAt }, form);
    const { category, fingerprint: member } = identity;
    const service = record.resource.service ?? '';
    return { fingerprint: root, member, signatureId: signature?.id, category, service };
  }

  /** An alarm of the bot itself. */
  #ring(original: LogRecord, { signature, canonical }: Alarm, builder: BatchBuilder): string {
    if (!this.#options.enabled) return 'dropped:disabled';
    const record = redactRecord(original);
    const { category } = signature;
    const { alerts } = this.#rules;
    const identity = { category, canonical, fingerprint: fingerprint(category, canonical) };
    const rule = { ...ruleFor(alerts, category, signature), immediate: true };
    const form = alerts.fingerprint;
    this.#decide({ record, identity, member: undefined, form, signature, rule }, builder);
    return 'matched';
  }

  #decide(event: ClassifiedEvent, builder: BatchBuilder): void {
    const { record, identity, signature, rule } = event;
    const since = record.observedAt - this.#rules.longestWindowMs;
    const state = this.#options.states.get(identity.fingerprint, since);
    const mute = this.#options.muteOf(
      {
        fingerprint: identity.fingerprint,
        member: event.member,
        signatureId: signature?.id,
        category: identity.category,
        service: record.resource.service ?? '',
      },
      record.observedAt,
    );
    const decision = decide(state, record.observedAt, rule, mute);
    const windowFirstAt = state.window.firstAt ?? record.observedAt;
    builder.add(event, decision, windowFirstAt);
    this.#options.onEvent?.(record, signature);
  }
}

function isLocked(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/** The rules as the pipeline wants them. */
export function activeRules(
  classifier: Classifier,
  alerts: AlertRules,
  signatures: readonly Signature[],
): ActiveRules {
  const windows = [
    alerts.defaults.windowMs,
    ...[...alerts.categories.values()].map((category) => category.windowMs ?? 0),
    ...signatures.map((signature) => signature.windowMs ?? 0),
  ];
  return { classifier, alerts, longestWindowMs: Math.max(...windows) };
}
