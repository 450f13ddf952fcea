import type { Block, Button, Message, Span } from '../../message/message.ts';
import type { Bundle, BundledGroup } from '../../store/bundles.ts';
import type { ChatContext } from '../command.ts';
import { formatCount, formatSpan, plural } from './format.ts';
import { plainMessage } from './plain.ts';
import { severitySign } from './severity-sign.ts';

type BundleContext = Pick<ChatContext, 'time' | 'now' | 'mentions'>;

/** Critical groups that are written out; all stand in the table. */
const WRITTEN_OUT = 8;
const PAGE = 10;

/** The message of many alerts: a storm as it is now, or what could not be told one by one. */
export function bundleMessage(
  context: BundleContext,
  bundle: Bundle,
  groups: readonly BundledGroup[],
): Message {
  const title = `${signOf(bundle, groups)} ${headline(bundle, groups)}`;
  const mentions = groups.some(({ policy }) => policy === 'escalate') ? { mentions: context.mentions } : {};
  const [worst] = groups;
  return {
    summary: worst ? `${title}. First of all: ${nameOf(worst)}` : title,
    ...mentions,
    blocks: [
      { type: 'title', text: title },
      ...introOf(context, bundle, groups),
      ...listOf(groups),
      { type: 'note', spans: [noteOf(bundle)] },
    ],
    buttons: buttonsOf(bundle, groups),
  };
}

/** The last word on a storm. */
export function closingMessage(
  context: BundleContext,
  bundle: Bundle,
  groups: readonly BundledGroup[],
): Message {
  const spanMs = (bundle.endedAt ?? context.now()) - bundle.startedAt;
  const title = `🌤 The storm is over: ${plural(groups.length, 'error')} in ${formatSpan(spanMs)}`;
  return {
    summary: title,
    blocks: [
      { type: 'title', text: title },
      ...introOf(context, bundle, groups),
      ...listOf(groups),
      { type: 'note', spans: ['From now on alerts ring one by one again.'] },
    ],
    buttons: buttonsOf(bundle, groups),
    attachment: { name: `storm-${bundle.id}.txt`, text: fullList(context, groups) },
  };
}

/** One page of the groups of a bundle, with a samples button each. */
export function bundlePage(
  context: BundleContext,
  bundle: Bundle,
  groups: readonly BundledGroup[],
  page: number,
): Message {
  const pages = Math.max(1, Math.ceil(groups.length / PAGE));
  const current = Math.min(Math.max(1, page), pages);
  const shown = groups.slice((current - 1) * PAGE, current * PAGE);
  if (shown.length === 0) return plainMessage('Nothing of it is kept any more.');
  const title = `📋 ${plural(groups.length, 'error')}, page ${current} of ${pages}`;
  const turn = (label: string, to: number): Button[] =>
    to < 1 || to > pages ? [] : [{ kind: 'action', label, action: `bundle:${bundle.id}:${to}` }];
  return {
    summary: title,
    blocks: [
      { type: 'title', text: title },
      ...shown.map((group, index): Block => itemOf(context, group, (current - 1) * PAGE + index + 1)),
    ],
    buttons: [[...turn('◀ Back', current - 1), ...turn('More ▶', current + 1)]],
  };
}

function itemOf(context: BundleContext, group: BundledGroup, n: number): Block {
  const now = context.now();
  const { category, policy, severity, count, firstAt, fingerprint } = group;
  const facts = `${plural(count, 'event')} since ${context.time(firstAt, now)} · ${category} · ${policy} · ${severity}`;
  const summary: Span[][] = group.summary === '' ? [] : [[group.summary]];
  return {
    type: 'item',
    n,
    title: [`${severitySign(severity)} `, { style: 'bold', text: group.name }],
    lines: [...summary, [facts], ['fingerprint ', { style: 'code', text: fingerprint }]],
    buttons: [{ kind: 'action', label: '📄 Samples', action: `samples:${fingerprint}` }],
  };
}

function signOf({ kind }: Bundle, groups: readonly BundledGroup[]): string {
  if (groups.some(({ escalated }) => escalated)) return '🚨';
  return kind === 'storm' ? '🌪' : '📬';
}

function headline({ kind }: Bundle, groups: readonly BundledGroup[]): string {
  const errors = plural(groups.length, 'error');
  if (groups.some(({ escalated }) => escalated)) return `${errors} that nobody has acknowledged`;
  switch (kind) {
    case 'storm':
      return `Storm: ${errors} ringing at once`;
    case 'backlog':
      return `${errors} rang while this chat was away`;
    case 'budget':
      return `${errors} rang in a short time`;
  }
}

function introOf(context: BundleContext, bundle: Bundle, groups: readonly BundledGroup[]): Block[] {
  const now = context.now();
  const start = groups.reduce<BundledGroup | undefined>(
    (first, group) => (first && first.firstAt <= group.firstAt ? first : group),
    undefined,
  );
  const events = groups.reduce((sum, { count }) => sum + count, 0);
  const critical = groups.filter(({ urgent }) => urgent);
  const blocks: Block[] = [
    {
      type: 'text',
      spans: [
        `${plural(events, 'event')} in ${plural(groups.length, 'group')} since ${context.time(bundle.startedAt, now)}`,
        critical.length === 0 ? '.' : `, ${critical.length} critical.`,
      ],
    },
  ];
  if (start && bundle.kind === 'storm') {
    const at = context.time(start.firstAt, now);
    blocks.push({
      type: 'text',
      spans: [
        { style: 'bold', text: 'Probable start' },
        ` ${at} `,
        { style: 'code', text: start.name },
        suffix(start),
      ],
    });
  }
  for (const group of critical.slice(0, WRITTEN_OUT)) {
    blocks.push({
      type: 'text',
      spans: [
        `${severitySign(group.severity)} `,
        { style: 'bold', text: group.name },
        `${suffix(group)} · ${plural(group.count, 'event')}`,
      ],
    });
  }
  return blocks;
}

const suffix = ({ summary }: BundledGroup) => (summary === '' ? '' : `: ${summary}`);

function listOf(groups: readonly BundledGroup[]): Block[] {
  const rows = groups.map((group) => [group.name, formatCount(group.count)]);
  return rows.length === 0 ? [] : [{ type: 'table', rows: [['error', 'events'], ...rows] }];
}

function noteOf({ kind, id }: Bundle): string {
  if (kind === 'storm') return `Storm ${id}. Single alerts are folded into this message until it is over.`;
  return 'Told together, so that nothing waits any longer.';
}

function buttonsOf(bundle: Bundle, groups: readonly BundledGroup[]): Button[][] {
  return [
    [
      { kind: 'action', label: `📋 All ${groups.length}`, action: `bundle:${bundle.id}:0` },
      { kind: 'action', label: '✅ Ack all', action: `ackall:${bundle.id}` },
    ],
  ];
}

function fullList(context: BundleContext, groups: readonly BundledGroup[]): string {
  const now = context.now();
  const lines = groups.map(({ fingerprint, count, firstAt, category, severity, name, summary }) =>
    [fingerprint, count, context.time(firstAt, now), category, severity, name, summary].join('\t'),
  );
  return `${['fingerprint\tevents\tfirst\tcategory\tseverity\tsignature\tsummary', ...lines].join('\n')}\n`;
}

function nameOf({ name, summary }: BundledGroup): string {
  return summary === '' ? name : summary;
}
