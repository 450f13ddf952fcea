import type { Block, Message, Span } from '../../message/message.ts';
import { type Answer, type ChatContext, type Command, UsageError } from '../command.ts';
import { type Account, accountFor, equationOf, verdictOf } from '../views/account.ts';
import { formatAgo, formatBytes, formatCount, formatSpan } from '../views/format.ts';
import { textOf } from '../views/plain.ts';
import { lossWords, sourceAccounts } from '../views/source-counts.ts';
import { parseSpan, parseWords } from '../words.ts';

const DEFAULT_WINDOW_MS = 24 * 3_600_000;
const USAGE = '[-v|-vv] [window=5m|1h|24h]';

export const observeCommand: Command = {
  name: 'observe',
  description: 'Did every alert really reach someone? -v for the whole account',
  usage: USAGE,
  run(context, request) {
    const { plain, options, flags } = parseWords(request.words, {
      options: ['window'],
      flags: ['v', 'vv', 'verbose'],
      usage: `/observe ${USAGE}`,
    });
    if (plain.length > 0) throw new UsageError(`I do not understand "${plain[0]}". Usage: /observe ${USAGE}`);
    const window = options.get('window');
    const windowMs = window === undefined ? DEFAULT_WINDOW_MS : parseSpan(window);
    if (windowMs === undefined)
      throw new UsageError(`window: "${window}" is no span of time: write 5m, 1h or 24h.`);
    const detail = flags.has('vv') ? 2 : flags.size > 0 ? 1 : 0;
    return observe(context, windowMs, detail);
  },
};

function observe(context: ChatContext, windowMs: number, detail: 0 | 1 | 2): Answer {
  const now = context.now();
  const from = now - windowMs;
  const account = accountFor(context, from);
  const troubles = context.runtime.troubles();
  const healthy = account.agrees && troubles.length === 0;
  const verdict = verdictOf(account);
  const sentence = textOf(verdict);
  const span = `last ${formatSpan(windowMs)}`;
  const blocks: Block[] = [
    { type: 'title', text: `${healthy ? '✅' : '⚠️'} Tocsin, ${span}` },
    { type: 'text', spans: [{ style: 'bold', text: 'Verdict' }, ' ', ...verdict] },
    ...troubles.map((trouble): Block => ({ type: 'text', spans: [`⚠️ ${trouble}`] })),
  ];
  if (detail === 0) blocks.push(overview(context, account, from, now));
  else {
    blocks.push(
      ...alertTable(account),
      ...dispatchBlocks(context, from, now),
      ...sourceBlocks(context, from),
    );
    blocks.push(...cooldownBlocks(context, now), systemBlock(context, now));
  }
  if (detail === 2) blocks.push(recentBlock(context, now));
  blocks.push({ type: 'note', spans: [`Times in ${context.timeZone}`] });
  const message: Message = { summary: `Tocsin, ${span}: ${sentence}`, blocks };
  return {
    message,
    // For scripts: read only when somebody wants it.
    get data() {
      return [dataOf(context, account, from, sentence)];
    },
    exit: healthy ? 0 : 1,
  };
}

function overview(context: ChatContext, account: Account, from: number, now: number): Block {
  const rang = account.rows.reduce((sum, row) => sum + row.database, 0);
  const sources = sourceTotals(context, from);
  const last = context.store.errors.lastErrorAt();
  return {
    type: 'fields',
    fields: [
      { label: 'Alerts', value: [`${rang} rang, ${account.undelivered.length} not delivered`] },
      {
        label: 'Lines',
        value: [`${formatCount(sources.received)} received, ${formatCount(sources.errors)} errors`],
      },
      { label: 'Last error', value: [last === undefined ? 'none yet' : formatAgo(last, now)] },
      {
        label: 'Up',
        value: [
          `${formatSpan(now - context.runtime.startedAt)}, configuration ${context.runtime.configVersion()}`,
        ],
      },
    ],
  };
}

function alertTable(account: Account): Block[] {
  if (account.rows.length === 0) return [{ type: 'text', spans: ['No alert rang.'] }];
  const waiting = account.rows.some((row) => row.waiting > 0);
  const rows = account.rows.map((row) =>
    [row.severity, row.database, row.memory, row.dispatch, ...(waiting ? [row.waiting] : [])].map(String),
  );
  const head = ['severity', 'database', 'memory', 'dispatch', ...(waiting ? ['waiting'] : [])];
  return [{ type: 'table', rows: [head, ...rows] }];
}

function dispatchBlocks(context: ChatContext, from: number, now: number): Block[] {
  const rows = context.store.health.destinations(from);
  const decisions = context.store.health.decisions(from);
  const held = context.store.health.suppressed(from);
  const suppressed: Span[] = [
    `cooldown ${formatCount(decisions.get('cooldown') ?? 0)}, shadow ${formatCount(held.get('shadow') ?? 0)}, silence ${formatCount(decisions.get('muted') ?? 0)}`,
  ];
  if (held.has('no destination'))
    suppressed.push(`, no destination ${formatCount(held.get('no destination') ?? 0)}`);
  if (context.runtime.shadow) suppressed.push(' (shadow mode: alerts would have been sent)');
  const sends = rows.map((row): Block => {
    const rest = [
      row.merged > 0 ? `${row.merged} of them in one message with others` : '',
      row.waiting > 0 ? `${row.waiting} waiting` : '',
      row.others > 0 ? `${row.others} other messages waiting` : '',
      row.failed > 0 ? `${row.failed} failed` : '',
      row.suppressed > 0 ? `${row.suppressed} held back` : '',
    ].filter((part) => part !== '');
    const counts = [`${row.sent + row.merged}/${row.total} ok`, ...rest].join(' · ');
    return { type: 'text', spans: [{ style: 'code', text: row.destination }, ` ${counts}`] };
  });
  const troubled = rows
    .filter((row) => row.waiting > 0)
    .map((row): Block => {
      const age =
        row.oldestWaitingAt === undefined
          ? ''
          : `, the oldest since ${formatSpan(now - row.oldestWaitingAt)}`;
      const reason = row.lastError === undefined ? '' : `: ${row.lastError.slice(0, 200)}`;
      return {
        type: 'text',
        spans: [{ style: 'code', text: row.destination }, ` ${row.waiting} waiting${age}${reason}`],
      };
    });
  const nothing: Block = { type: 'text', spans: ['Nothing was to be sent.'] };
  return [
    ...(sends.length === 0 ? [nothing] : sends),
    ...troubled,
    {
      type: 'text',
      spans: [
        { style: 'bold', text: 'Account' },
        ` ${equationOf(context.store.health.expected(from), rows)}`,
      ],
    },
    { type: 'text', spans: [{ style: 'bold', text: 'Suppressed' }, ' ', ...suppressed] },
  ];
}

function sourceTotals(context: ChatContext, from: number) {
  let received = 0;
  let errors = 0;
  for (const { what, n } of context.store.health.sources(from)) {
    if (what === 'received') received += n;
    if (what === 'matched' || what === 'generic') errors += n;
  }
  return { received, errors };
}

function sourceBlocks(context: ChatContext, from: number): Block[] {
  const accounts = sourceAccounts(context, from);
  if (accounts.length === 0) return [{ type: 'text', spans: ['No line was received.'] }];
  const fields = accounts.map((account) => {
    const parts = [
      `${formatCount(account.received)} received`,
      `${formatCount(account.matched)} matched`,
      `${formatCount(account.generic)} unclassified`,
      `${formatCount(account.noise)} noise`,
      ...lossWords(account),
    ];
    return { label: `source ${account.source}`, value: [parts.join(' · ')] };
  });
  return [{ type: 'fields', fields }];
}

function activeCooldowns(context: ChatContext, now: number) {
  const longest = 7 * 86_400_000;
  return context.store.health.lastRings(now - longest).flatMap((row) => {
    const until = row.lastAlertAt + context.runtime.cooldownMs(row.category, row.signatureId ?? undefined);
    return until > now ? [{ name: row.name, fingerprint: row.fingerprint, until }] : [];
  });
}

function cooldownBlocks(context: ChatContext, now: number): Block[] {
  const cooling = activeCooldowns(context, now);
  const mutes = context.store.mutes.active(now);
  const list = cooling
    .slice(0, 5)
    .map((row) => `${row.name.slice(0, 40)} (${formatSpan(row.until - now)} left)`);
  const more = cooling.length > 5 ? ` and ${cooling.length - 5} more` : '';
  const blocks: Block[] = [
    {
      type: 'text',
      spans: [
        { style: 'bold', text: 'Cooldowns' },
        ` ${list.length === 0 ? 'none' : list.join(', ') + more}`,
      ],
    },
  ];
  if (mutes.length > 0) {
    const texts = mutes.slice(0, 5).map((mute) => {
      const { events } = context.store.mutes.held(mute);
      return `${mute.scope} ${mute.name} by ${mute.createdBy} (${formatSpan(mute.until - now)} left, ${formatCount(events)} events held back)`;
    });
    blocks.push({ type: 'text', spans: [{ style: 'bold', text: 'Muted' }, ` ${texts.join(', ')}`] });
  }
  return blocks;
}

function systemBlock(context: ChatContext, now: number): Block {
  const { runtime, store } = context;
  const listening = runtime.listeners();
  return {
    type: 'fields',
    fields: [
      {
        label: 'Listening',
        value: listening.length === 0 ? ['nowhere'] : [{ style: 'code', text: listening.join(', ') }],
      },
      { label: 'Database', value: [formatBytes(store.health.databaseBytes())] },
      { label: 'Up', value: [formatSpan(now - runtime.startedAt)] },
      { label: 'Configuration', value: [{ style: 'code', text: runtime.configVersion() }] },
    ],
  };
}

function recentBlock(context: ChatContext, now: number): Block {
  const recent = context.store.health.recentAlerts(10);
  if (recent.length === 0) return { type: 'text', spans: ['No alert has ever rung.'] };
  const rows = recent.map((alert) => [
    String(alert.id),
    context.time(alert.rangAt, now),
    alert.severity,
    alert.name.slice(0, 40),
  ]);
  return { type: 'table', rows: [['alert', 'rang', 'severity', 'signature'], ...rows] };
}

function dataOf(context: ChatContext, account: Account, from: number, verdict: string) {
  const { store, runtime } = context;
  const destinations = store.health.destinations(from);
  const now = context.now();
  return {
    verdict,
    ok: account.agrees,
    alerts: account.rows,
    undelivered: account.undelivered,
    destinations,
    suppressed: {
      ...Object.fromEntries(store.health.decisions(from)),
      ...Object.fromEntries(store.health.suppressed(from)),
    },
    sources: store.health.sources(from),
    account: equationOf(store.health.expected(from), destinations),
    mutes: store.mutes.active(now).map((mute) => ({ ...mute, ...store.mutes.held(mute) })),
    cooldowns: activeCooldowns(context, now),
    troubles: runtime.troubles(),
    database_bytes: store.health.databaseBytes(),
    uptime_seconds: Math.round((now - runtime.startedAt) / 1000),
    configuration: runtime.configVersion(),
  };
}
