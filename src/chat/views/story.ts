import type { Span } from '../../message/message.ts';
import type { Target } from '../../store/samples.ts';
import type { DecisionRow, DispatchRow, RingRow, WaitingRow } from '../../store/stories.ts';
import type { ChatContext } from '../command.ts';
import { formatSpan, plural } from './format.ts';

/** One decision, or one thing that was done about it. */
export interface Chapter {
  readonly at: number;
  readonly kind: string;
  readonly words: readonly Span[];
  readonly alert?: number;
  readonly destination?: string;
  readonly count?: number;
}

const RINGS = 20;
const DECISIONS = 300;

/** The ledger of an error in words, newest first (product.md section 6, `/why`). */
export function storyOf(context: ChatContext, target: Target): readonly Chapter[] {
  const { stories } = context.store;
  const chapters: Chapter[] = folded(stories.decisions(target, DECISIONS)).map((row) =>
    decision(context, row),
  );
  for (const ring of stories.rings(target, RINGS)) {
    chapters.push(rang(ring));
    if (ring.ackedAt !== null)
      chapters.push({
        at: ring.ackedAt,
        kind: 'acknowledged',
        alert: ring.id,
        words: [`${ring.ackedBy ?? 'Somebody'} acknowledged alert ${ring.id}.`],
      });
    if (ring.escalatedAt !== null)
      chapters.push({
        at: ring.escalatedAt,
        kind: 'escalated',
        alert: ring.id,
        words: [`Alert ${ring.id} was escalated: nobody had acknowledged it.`],
      });
    if (ring.endedAt !== null)
      chapters.push({
        at: ring.endedAt,
        kind: 'quiet',
        alert: ring.id,
        words: [`Quiet since then: alert ${ring.id} is over.`],
      });
    for (const row of stories.dispatches(ring.id)) chapters.push(dispatch(row));
    for (const row of stories.waiting(ring.id)) chapters.push(waiting(context, row));
    for (const { destination, edits, at } of stories.edits(ring.id))
      chapters.push({
        ...{ at, kind: 'edited', alert: ring.id, destination, count: edits },
        words: [
          `Alert ${ring.id} in `,
          code(destination),
          `: its message was edited, ${plural(edits, 'time')} so far.`,
        ],
      });
  }
  // What was decided at one moment stays in its order: the ring after its cause, the send after the ring.
  return chapters
    .map((chapter, index) => ({ chapter, index }))
    .sort((a, b) => b.chapter.at - a.chapter.at || b.index - a.index)
    .map(({ chapter }) => chapter);
}

const code = (text: string): Span => ({ style: 'code', text });

/** Decisions of the same kind in minutes that follow each other are one chapter. */
function folded(rows: readonly DecisionRow[]): DecisionRow[] {
  const chapters: DecisionRow[] = [];
  for (const row of rows) {
    const last = chapters.at(-1);
    const same = last?.kind === row.kind && last.fingerprint === row.fingerprint && last.bound === row.bound;
    if (last && same && (row.kind !== 'cooldown' || last.value === row.value)) {
      chapters[chapters.length - 1] = {
        ...last,
        count: last.count + row.count,
        value: Math.max(last.value, row.value),
      };
    } else chapters.push(row);
  }
  return chapters;
}

function decision(context: ChatContext, row: DecisionRow): Chapter {
  return { at: row.at, kind: row.kind, count: row.count, words: decisionWords(context, row) };
}

function decisionWords(context: ChatContext, row: DecisionRow): Span[] {
  const events = plural(row.count, 'event');
  const until = row.value > 0 ? context.time(row.value, context.now()) : 'its end';
  switch (row.kind) {
    case 'below_threshold':
      return [`${events}, did not ring: at most ${row.value} within the window, ${row.bound} ring.`];
    case 'cooldown':
      return [`${events}, did not ring again: in cooldown until ${until}.`];
    case 'muted':
      return [`${events}, did not ring: muted until ${until} (mute ${row.bound}).`];
    case 'generic_off':
      return [`${events}, did not ring: no signature knows it, and generic.alert is false in alerts.yml.`];
    case 'rang':
      return [`${events} rang.`];
  }
}

function rang(ring: RingRow): Chapter {
  const why =
    ring.reason === 'immediate'
      ? 'its category rings at the first event'
      : `${plural(ring.count, 'event')} within ${formatSpan(ring.windowMs)}`;
  return {
    at: ring.rangAt,
    kind: 'rang',
    alert: ring.id,
    count: ring.count,
    words: [
      { style: 'bold', text: `Rang (alert ${ring.id})` },
      `: ${why}. Cooldown ${formatSpan(ring.cooldownMs)}.`,
    ],
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  sent: 'sent',
  retry: 'could not be sent, is tried again',
  degraded: 'was refused and written more simply',
  merged: 'was told in one message with others',
  failed: 'failed',
  suppressed: 'was held back',
};

function dispatch(row: DispatchRow): Chapter {
  const { alertId: alert, destination, outcome, detail, at } = row;
  const said = OUTCOMES[outcome] ?? outcome;
  const label = outcome === 'sent' ? 'message ' : '';
  const more = detail === null || detail === '' ? '' : ` (${label}${detail.slice(0, 200)})`;
  return {
    at,
    kind: outcome,
    alert,
    destination,
    words: [`Alert ${alert} for `, code(destination), ` ${said}${more}.`],
  };
}

function waiting(context: ChatContext, row: WaitingRow): Chapter {
  const { alertId: alert, destination, attempts, lastError, state } = row;
  const now = context.now();
  const why = lastError === null ? '' : ` Last: ${lastError.slice(0, 200)}`;
  const tried = attempts === 0 ? 'not tried yet' : `${plural(attempts, 'attempt')} so far`;
  const how =
    state === 'folded' ? 'is folded into a message of many, which is on its way' : `waits, ${tried}`;
  return {
    at: now,
    kind: 'queued',
    alert,
    destination,
    words: [`Alert ${alert} for `, code(destination), ` ${how}.${why}`],
  };
}
