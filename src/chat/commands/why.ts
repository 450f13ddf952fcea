import type { Block, Message, Span } from '../../message/message.ts';
import type { Target } from '../../store/samples.ts';
import { type Answer, type ChatContext, type Command, UsageError } from '../command.ts';
import { formatAgo, plural } from '../views/format.ts';
import { groupView } from '../views/group.ts';
import { plainMessage } from '../views/plain.ts';
import { type Chapter, storyOf } from '../views/story.ts';

const USAGE = '<fingerprint|signature|noise|a log line> | group <fingerprint>';
const DAY_MS = 86_400_000;
/** Chapters that fit a phone; `--json` has them all. */
const SHOWN = 12;

export const whyCommand: Command = {
  name: 'why',
  description: 'Why it rang, or why it did not: every decision, newest first',
  usage: USAGE,
  run(context, { words }) {
    const asked = words.join(' ').trim();
    if (asked === '') throw new UsageError(`Usage: /why ${USAGE}`);
    const [first, second] = words;
    if (first?.toLowerCase() === 'group' && second !== undefined) return group(context, second);
    const target = context.store.samples.resolve(asked);
    if (target) return story(context, target);
    return asked.toLowerCase() === 'noise' ? noise(context) : aboutLine(context, asked);
  },
};

function story(context: ChatContext, target: Target, before: readonly Block[] = []): Answer {
  const now = context.now();
  const chapters = storyOf(context, target);
  const title = `❓ Why ${target.name}`;
  const blocks: Block[] = [...before, { type: 'title', text: title }];
  for (const { at, words } of chapters.slice(0, SHOWN)) {
    blocks.push({ type: 'text', spans: [{ style: 'bold', text: context.time(at, now) }, ' ', ...words] });
  }
  const more = chapters.length - SHOWN;
  const note = more > 0 ? `… and ${plural(more, 'earlier decision')}. ` : '';
  blocks.push({ type: 'note', spans: [`${note}Times in ${context.timeZone}`] });
  const [newest] = chapters;
  const message: Message = { summary: newest ? `${title}: ${textOf(newest.words)}` : title, blocks };
  return { message, data: chapters.map((chapter) => dataOf(chapter)) };
}

/** Why events are one group. */
function group(context: ChatContext, typed: string): Answer {
  const target = context.store.samples.resolve(typed);
  const fingerprint = target && context.store.grouping.groupOf(target.fingerprint ?? typed);
  if (!target || fingerprint === undefined)
    return {
      message: plainMessage('No group has the fingerprint ', { style: 'code', text: typed }, '.'),
      exit: 1,
    };
  return groupView(context, { ...target, fingerprint });
}

/** What the allowlist took, pattern by pattern. */
function noise(context: ChatContext): Answer {
  const now = context.now();
  const rows = context.store.stories.noise(now - DAY_MS);
  if (rows.length === 0)
    return { message: plainMessage('The noise allowlist took nothing in the last 24 h.') };
  const blocks: Block[] = rows.map((row, index) => ({
    type: 'item',
    n: index + 1,
    title: [{ style: 'code', text: row.pattern }],
    lines: [
      [`${plural(row.count, 'line')} in the last 24 h, the last ${formatAgo(row.lastAt, now)}`],
      [{ style: 'code', text: row.sample.split('\n', 1)[0] ?? '' }],
    ],
  }));
  return {
    message: {
      summary: 'What was taken for noise',
      blocks: [{ type: 'title', text: '🔇 Taken for noise' }, ...blocks],
    },
    data: rows,
  };
}

/** A line that somebody has in hand: what it is, and what became of its like. */
function aboutLine(context: ChatContext, line: string): Answer {
  const fate = context.runtime.explain(line);
  const known = fate.fingerprint === undefined ? undefined : context.store.samples.resolve(fate.fingerprint);
  const spans: Span[] = ['This line ', ...fate.words];
  if (fate.noise !== undefined) {
    const [row] = context.store.stories.noise(context.now() - DAY_MS, fate.noise);
    spans.push(
      row ? ` It took ${plural(row.count, 'line')} in the last 24 h.` : ' It took no line in the last 24 h.',
    );
  }
  if (known) return story(context, known, [{ type: 'text', spans }]);
  if (fate.fingerprint !== undefined) spans.push(' No error of it has been received.');
  return {
    message: plainMessage(...spans),
    data: [{ line, verdict: textOf(fate.words), fingerprint: fate.fingerprint ?? null }],
    exit: 1,
  };
}

const textOf = (spans: readonly Span[]) =>
  spans.map((span) => (typeof span === 'string' ? span : span.text)).join('');

function dataOf({ at, kind, words, ...facts }: Chapter) {
  return { at: new Date(at).toISOString(), kind, text: textOf(words), ...facts };
}
