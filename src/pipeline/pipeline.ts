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
import { isBusy } from '../store/busy.ts';
import type { MuteQuery } from '../store/mutes.ts';
import { BatchBuilder, type BatchLimits, type ClassifiedEvent } from './batch-builder.ts';
import { createCommitPace } from './commit-pace.ts';
import { type GroupStateCache, uniteStates } from './group-states.ts';
import type { Grouping } from './grouping.ts';
import type { Alarm, Submission } from './submission.ts';
import { recordsOf, SubmissionQueue, type Waiting } from './submission-queue.ts';

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
  /** Called when another process holds the database, and lines begin to wait for it. */
  readonly onBusy?: (error: Error) => void;
  /** Called after the commit with each line that became an event (`LOG_AGG_ECHO`). */
  readonly onEvent?: (record: LogRecord, signature: Signature | undefined) => void;
}

/** Records that may wait for their commit; above that sources are told to hold on. */
const MAX_QUEUED = 50_000;
/** Records in one transaction: bounds how long the event loop stands still. */
const MAX_BATCH = 2_000;
/** While another process holds the database, what came waits for it so long before it is refused (ms), and is tried again so often. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 200;

/** The event of an alert of another system that is over. */
export const RESOLVED = 'resolved';
/** Reasons of what was lost before it reached us: nobody received it. */
const NEVER_CAME: ReadonlySet<string> = new Set(['kernel_buffer_full', 'sender_lost']);

/**
 * The way of a batch: loop guard, redact, classify, fingerprint, decide, commit. Submissions that come
 * together share one transaction; each is resolved after its commit.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  #rules: ActiveRules;
  readonly #queue = new SubmissionQueue();
  #timer: NodeJS.Timeout | undefined;
  readonly #pace = createCommitPace();
  /** Lines of batches that the database refused, by source: told as soon as it takes something again. */
  readonly #refused = new Map<string, number>();
  /** Another process holds the database. */
  #isBusy = false;
  /** Lines of the batch under way that became events, for `onEvent`. */
  #events: { readonly record: LogRecord; readonly signature: Signature | undefined }[] = [];

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#rules = options.rules;
  }

  /** New rules for all that is not committed yet. */
  use(rules: ActiveRules): void {
    this.#rules = rules;
    this.#options.states.clear();
  }

  /** What is remembered of the groups is read from the database again. */
  forget(): void {
    this.#options.states.clear();
  }

  /** Whether a batch is full: whoever can wait at no cost hands over no more, so that little lies in memory. */
  get hasBatch(): boolean {
    return this.#queue.records >= MAX_BATCH;
  }

  /** Groups are in the database no more: if they come again they are new, as they would be after a restart. */
  forgetGroups(fingerprints: readonly string[]): void {
    if (fingerprints.length === 0) return;
    this.#options.states.forget(fingerprints);
    this.#options.grouping.forget(fingerprints);
  }

  /** Whether a source should hold its lines back for now. */
  get overloaded(): boolean {
    return this.#queue.records >= MAX_QUEUED;
  }

  /** Resolves after the commit, in which all of the submission is stored; rejects when nothing of it could be. */
  submit(submission: Submission): Promise<void> {
    return new Promise((resolve, reject) => {
      const at = performance.now();
      const wasFull = this.hasBatch;
      this.#queue.add({ submission, at, resolve, reject });
      this.#pace.submitted(at);
      // A batch that is full by it waits for nothing more, however long the others were to wait.
      if (this.hasBatch && !wasFull && !this.#isBusy) this.#commitIn(0);
      else if (this.#timer === undefined) this.#commitIn(1);
    });
  }

  #commitIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#commitIfDue(), ms);
  }

  #commitIfDue(): void {
    this.#timer = undefined;
    const delay = this.hasBatch ? 0 : this.#pace.delay(performance.now());
    if (delay === 0) this.#commitNext();
    if (this.#queue.isEmpty) return;
    this.#commitIn(this.#isBusy ? AGAIN_MS : this.hasBatch ? 0 : Math.max(1, delay));
  }

  /** Commits all that waits, now; nothing else happens until it is committed or refused. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#queue.isEmpty) this.#commitNext();
  }

  #commitNext(): void {
    const taken = this.#queue.take(MAX_BATCH);
    const { destinations, shadow } = this.#options;
    const receivers = destinations();
    const builder = new BatchBuilder(this.#options.limits, {
      destinations: receivers.length > 0 ? receivers : ['none'],
      suppressed: shadow ? 'shadow' : receivers.length === 0 ? 'no destination' : undefined,
    });
    const { grouping } = this.#options;
    let batch: Batch;
    let alerts: StoredAlert[];
    this.#events = [];
    try {
      for (const { submission } of taken) this.#process(submission, builder);
      for (const [source, count] of this.#refused) {
        builder.count(source, 'received', count);
        builder.count(source, 'dropped:database', count);
      }
      const { regressionAfterMs } = this.#rules.alerts;
      batch = builder.build(this.#options.now(), { grouping: grouping.rows(), regressionAfterMs });
      alerts = this.#write(batch);
    } catch (error) {
      this.#options.states.forget(builder.fingerprints);
      grouping.refused();
      this.#failed(taken, error as Error);
      return;
    }
    this.#isBusy = false;
    grouping.committed();
    this.#refused.clear();
    for (const { resolve } of taken) resolve();
    const { onCommitted, onStored, onEvent } = this.#options;
    if (onEvent) for (const { record, signature } of this.#events) onEvent(record, signature);
    onCommitted?.(batch, alerts);
    if (onStored) for (const { submission } of taken) onStored(submission);
  }

  #write(batch: Batch): StoredAlert[] {
    const startedAt = performance.now();
    try {
      return this.#options.write(batch);
    } finally {
      this.#pace.committed(startedAt, performance.now());
    }
  }

  /** Nothing of a batch is stored. What another process keeps from being so waits for it; all else is refused. */
  #failed(taken: readonly Waiting[], error: Error): void {
    const busy = isBusy(error);
    const now = performance.now();
    const isPatient = ({ at }: Waiting) => busy && now - at < PATIENCE_MS;
    const waits = taken.filter(isPatient);
    const refused = taken.filter((waiting) => !isPatient(waiting));
    if (waits.length > 0) {
      this.#queue.putBack(waits);
      if (!this.#isBusy) this.#options.onBusy?.(error);
    }
    this.#isBusy = waits.length > 0;
    if (refused.length === 0) return;
    for (const { submission } of refused) this.#countRefused(submission);
    this.#options.onFailed?.(error, recordsOf(refused));
    for (const { reject } of refused) reject(error);
  }

  #countRefused({ source, records, joined = 0, quiet = 0 }: Submission): void {
    const lines = records.length + joined + quiet;
    this.#refused.set(source, (this.#refused.get(source) ?? 0) + lines);
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
    const { states } = this.#options;
    const state = states.get(identity.fingerprint, since);
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
    state.window.foldAbove(Math.max(states.timesEach, 2 * rule.minCount));
    builder.add(event, decision, windowFirstAt);
    if (this.#options.onEvent) this.#events.push({ record, signature });
  }
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
