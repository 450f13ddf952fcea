import { rankOfSeverity } from '../../classify/signature.ts';
import type { Block, Button, Message, Span } from '../../message/message.ts';
import type { ErrorQuery, ErrorRow } from '../../store/error-list.ts';
import { type Answer, type ChatContext, type Command, type Request, UsageError } from '../command.ts';
import { formatAgo, formatCount, formatSpan, plural } from '../views/format.ts';
import { plainMessage } from '../views/plain.ts';
import { samplesView } from '../views/samples.ts';
import { sentryLink } from '../views/sentry-link.ts';
import { severitySign } from '../views/severity-sign.ts';
import { parseInstant, parseSpan, parseWords } from '../words.ts';

const DEFAULT_SPAN_MS = 30 * 60_000;
const PAGE_SIZE = 5;
const USAGE =
  '[new|unclassified] [30m|2h|1d] [--since D] [--from ISO --to ISO] [--service S] [--category C] [--min-severity L] | samples <signature>';

export const errorsCommand: Command = {
  name: 'errors',
  description: 'What is breaking: top signatures of the last 30 minutes (or 2h, 1d …)',
  usage: USAGE,
  run(context, request) {
    if (request.words[0]?.toLowerCase() === 'samples')
      return samples(context, request.words.slice(1).join(' '));
    const { query, page } = parseQuery(request);
    return errorsPage(context, query, page);
  },
};

const ONLY = { new: 'new or back after long', unclassified: 'known to no signature' } as const;

/** What the buttons of a page carry: the query as it was asked. A span that ends "now" goes on with the clock. */
type StoredQuery = Omit<ErrorQuery, 'from' | 'to'> &
  ({ readonly spanMs: number } | { readonly from: number; readonly to: number });

/** The answer to `📄 Samples` and to `/errors samples <signature>`. */
export function samples(context: ChatContext, name: string): Answer {
  if (name === '') throw new UsageError('Which signature? Usage: /errors samples <signature or fingerprint>');
  const target = context.store.samples.resolve(name);
  if (!target) {
    return {
      message: plainMessage('No signature or fingerprint ', { style: 'code', text: name }, ' has been seen.'),
      exit: 1,
    };
  }
  return samplesView(context, target);
}

/** The page that a button of another page asks for; undefined when the button is older than its memory. */
export function errorsPageOf(context: ChatContext, buttonId: string, page: number): Answer | undefined {
  const payload = context.store.buttons.get(buttonId);
  return payload === undefined ? undefined : errorsPage(context, JSON.parse(payload) as StoredQuery, page);
}

function parseQuery(request: Request): { query: StoredQuery; page: number } {
  const { plain: typed, options } = parseWords(request.words, {
    options: ['since', 'from', 'to', 'service', 'category', 'min-severity', 'page'],
    usage: `/errors ${USAGE}`,
  });
  const plain = [...typed];
  const only = plain[0] === 'new' || plain[0] === 'unclassified' ? plain.shift() : undefined;
  if (plain.length > 1) throw new UsageError(`I do not understand "${plain[1]}". Usage: /errors ${USAGE}`);
  const level = options.get('min-severity');
  const minSeverityRank = level === undefined ? undefined : rankOfSeverity(level);
  if (level !== undefined && minSeverityRank === undefined) {
    throw new UsageError(
      `--min-severity: there is no severity "${level}"; try info, low, anomaly, medium, high or critical.`,
    );
  }
  const filter = {
    service: options.get('service'),
    category: options.get('category'),
    minSeverityRank,
    only: only as ErrorQuery['only'],
  };
  const page = Math.max(1, Number.parseInt(options.get('page') ?? '1', 10) || 1);
  const from = options.get('from');
  const to = options.get('to');
  if (from !== undefined || to !== undefined) {
    const end = to === undefined ? request.now : instant('to', to);
    const start = from === undefined ? end - DEFAULT_SPAN_MS : instant('from', from);
    if (start > end) throw new UsageError('--from lies after --to.');
    return { query: { ...filter, from: start, to: end }, page };
  }
  const span = options.get('since') ?? plain[0];
  const spanMs = span === undefined ? DEFAULT_SPAN_MS : parseSpan(span);
  if (spanMs === undefined)
    throw new UsageError(`"${span}" is no span of time: write 30m, 2h or 1d. Usage: /errors ${USAGE}`);
  return { query: { ...filter, spanMs }, page };
}

function instant(name: string, text: string): number {
  const at = parseInstant(text);
  if (at === undefined)
    throw new UsageError(
      `--${name}: "${text}" is no ISO time: write 2026-05-01T03:00 (UTC) or …T03:00+02:00.`,
    );
  return at;
}

function errorsPage(context: ChatContext, stored: StoredQuery, wanted: number): Answer {
  const now = context.now();
  const query: ErrorQuery = 'spanMs' in stored ? { ...stored, from: now - stored.spanMs, to: now } : stored;
  const found = context.store.errors.find(query);
  const spanText = 'spanMs' in stored ? `last ${formatSpan(stored.spanMs)}` : between(context, query, now);
  if (found.lines === 0) return { message: nothing(context, spanText, filterText(query), now), data: [] };

  const pages = Math.ceil(found.lines / PAGE_SIZE);
  const page = Math.min(wanted, pages);
  const shown = found.page((page - 1) * PAGE_SIZE, PAGE_SIZE);
  const counted = `${plural(found.events, 'event')} in ${plural(found.lines, 'signature')}`;
  const title = `Errors, ${spanText}`;
  const blocks: Block[] = [
    { type: 'title', text: title },
    {
      type: 'text',
      spans: [`${counted}${filterText(query)}`],
    },
    ...shown.map((row, index) => item(context, row, (page - 1) * PAGE_SIZE + index + 1, query)),
  ];
  if (pages > 1)
    blocks.push({ type: 'note', spans: [`Page ${page} of ${pages} · times in ${context.timeZone}`] });
  else blocks.push({ type: 'note', spans: [`Times in ${context.timeZone}`] });
  const message: Message = {
    summary: `${title}: ${counted}`,
    blocks,
    ...(pages > 1 ? { buttons: [pageButtons(context, stored, page, pages, now)] } : {}),
  };
  return {
    message,
    // All lines, for scripts: read only when somebody wants them.
    get data() {
      return found.page(0, found.lines).map((row) => dataOf(context, row));
    },
  };
}

/** Said where it is news: within the span that was asked for. */
function marker(row: ErrorRow, from: number): string | undefined {
  if (row.firstSeenAt >= from) return '🆕 NEW';
  return row.regressedAt !== undefined && row.regressedAt >= from ? '♻️ REGRESSED' : undefined;
}

function item(context: ChatContext, row: ErrorRow, n: number, { from }: ErrorQuery): Block {
  const now = context.now();
  const adopt: Button[] =
    row.signatureId === undefined
      ? [{ kind: 'action', label: '🏷 Adopt', action: `adopt:${row.fingerprint}` }]
      : [];
  const name = row.signatureId ?? row.canonical;
  const facts: Span[] = [{ style: 'code', text: row.category }, ` · ${row.policy} · ${row.severity}`];
  const seen: Span[] = [`last ${context.time(row.lastSeenAt, now)} (${formatAgo(row.lastSeenAt, now)})`];
  if (row.services.length > 0) seen.push(' · ', { style: 'code', text: row.services.slice(0, 5).join(', ') });
  return {
    type: 'item',
    n,
    title: [
      `${severitySign(row.severity)} `,
      { style: 'bold', text: name },
      ` × ${formatCount(row.count)} ${marker(row, from) ?? trend(row)}`,
    ],
    lines: row.summary === '' ? [facts, seen] : [[row.summary], facts, seen],
    buttons: [
      { kind: 'action', label: '📄 Samples', action: `samples:${row.signatureKey}` },
      { kind: 'link', label: '🔍 Sentry', url: sentryLink(context.sentry, row.signatureId, row.canonical) },
      ...adopt,
    ],
  };
}

/** Against the span of equal length before. */
function trend(row: ErrorRow): string {
  if (row.previous === 0) return '↑ from 0';
  if (row.count === row.previous) return '→';
  const percent = Math.round((100 * Math.abs(row.count - row.previous)) / row.previous);
  return `${row.count > row.previous ? '↑' : '↓'} ${formatCount(percent)}%`;
}

function pageButtons(
  context: ChatContext,
  stored: StoredQuery,
  page: number,
  pages: number,
  now: number,
): Button[] {
  const id = context.store.buttons.put(JSON.stringify(stored), now);
  const to = (target: number, label: string): Button => ({
    kind: 'action',
    label,
    action: `errors:${id}:${target}`,
  });
  return [
    ...(page > 1 ? [to(page - 1, `◀ ${page - 1}`)] : []),
    ...(page < pages ? [to(page + 1, `${page + 1} ▶`)] : []),
  ];
}

function between(context: ChatContext, query: ErrorQuery, now: number): string {
  return `${context.time(query.from, now)} to ${context.time(query.to, now)}`;
}

function filterText(query: ErrorQuery): string {
  const parts = [
    query.service === undefined ? '' : `service ${query.service}`,
    query.category === undefined ? '' : `category ${query.category}`,
    query.only === undefined ? '' : ONLY[query.only],
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function nothing(context: ChatContext, spanText: string, filter: string, now: number): Message {
  const last = context.store.errors.lastErrorAt();
  const when =
    last === undefined
      ? 'None has been seen yet.'
      : `The last error was ${formatAgo(last, now)}, at ${context.time(last, now)}.`;
  return plainMessage(`✅ No errors, ${spanText}${filter}. ${when}`);
}

function dataOf(context: ChatContext, row: ErrorRow) {
  return {
    signature: row.signatureId ?? null,
    key: row.signatureKey,
    name: row.signatureId ?? row.canonical,
    category: row.category,
    policy: row.policy,
    severity: row.severity,
    summary: row.summary,
    fingerprint: row.fingerprint,
    count: row.count,
    previous: row.previous,
    first_seen: new Date(row.firstSeenAt).toISOString(),
    last_seen: new Date(row.lastSeenAt).toISOString(),
    services: row.services,
    sentry: sentryLink(context.sentry, row.signatureId, row.canonical),
  };
}
