import type { Block, Span } from '../../message/message.ts';
import { type Answer, type ChatContext, type Command, UsageError, type WatchStatus } from '../command.ts';
import { formatAgo, formatCount, formatSpan } from '../views/format.ts';
import { type Inlet, type SenderSnippet, SNIPPETS, SWITCHES } from '../views/sender-snippets.ts';
import { lossWords, sourceAccounts } from '../views/source-counts.ts';
import { parseWords } from '../words.ts';

const WINDOW_MS = 24 * 3_600_000;
const USAGE = '[<sender>|--all]';

export const sourcesCommand: Command = {
  name: 'sources',
  description: 'Where logs come in, what came, and how to connect a sender',
  usage: USAGE,
  run(context, request) {
    const usage = `/sources ${USAGE}`;
    const { plain, flags } = parseWords(request.words, { options: [], flags: ['all'], usage });
    const [sender, more] = plain;
    if (more !== undefined) throw new UsageError(`I do not understand "${more}". Usage: ${usage}`);
    if (sender === undefined) return sources(context, flags.has('all'));
    const snippet = SNIPPETS.find((candidate) => candidate.sender === sender.toLowerCase());
    if (!snippet)
      throw new UsageError(`I have nothing for "${sender}". I know ${senders()}; docs/senders.md has more.`);
    return {
      message: { summary: `How ${snippet.sender} sends`, blocks: [snippetBlock(context, snippet)] },
      data: [dataOf(context, snippet)],
    };
  },
};

function sources(context: ChatContext, all: boolean): Answer {
  const now = context.now();
  const listening = context.runtime.listeners();
  const accounts = sourceAccounts(context, now - WINDOW_MS);
  const watches = context.runtime.watches();
  const snippets = all ? SNIPPETS : [];
  const blocks: Block[] = [
    { type: 'title', text: '📥 Sources' },
    {
      type: 'fields',
      fields: [
        {
          label: 'Listening',
          value: listening.length === 0 ? ['nowhere'] : [{ style: 'code', text: listening.join(', ') }],
        },
        ...accounts.map((account) => ({
          label: `source ${account.source}`,
          value: [
            [
              `${formatCount(account.received)} received`,
              `${formatCount(account.accepted)} accepted`,
              ...lossWords(account),
            ].join(' · '),
          ],
        })),
        ...watches.map((watch) => ({ label: labelOf(watch), value: watchWords(watch, now) })),
      ],
    },
    ...snippets.map((snippet) => snippetBlock(context, snippet)),
    all
      ? { type: 'note', spans: ['Last 24 h. docs/senders.md has a page for each platform.'] }
      : { type: 'note', spans: [`Last 24 h. How to connect one: /sources <sender>: ${senders()}`] },
  ];
  return {
    message: { summary: `Listening on ${listening.join(', ') || 'nothing'}`, blocks },
    data: [{ listening, sources: accounts, watches }, ...SNIPPETS.map((snippet) => dataOf(context, snippet))],
  };
}

const senders = () => SNIPPETS.map(({ sender }) => sender).join(', ');

const labelOf = ({ kind, name }: WatchStatus) =>
  kind === 'source' ? `silence of ${name}` : `heartbeat ${name}`;

function watchWords({ limitMs, lastAt, alarm }: WatchStatus, now: number): Span[] {
  const state = alarm === undefined ? '✅' : `🔔 ${alarm}:`;
  return [`${state} last ${formatAgo(lastAt, now)}, rings after ${formatSpan(limitMs)}`];
}

/** `127.0.0.1:8790` of a listener; undefined when it is off. */
function placeOf(context: ChatContext, inlet: Inlet): { host: string; port: string } | undefined {
  if (inlet === 'pipe') return { host: '', port: '' };
  const listener = context.runtime.listeners().find((text) => text.startsWith(`${inlet} `));
  const [, host, port] = /^\S+ (.*):(\d+)$/.exec(listener ?? '') ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

function textOf(context: ChatContext, { inlet, text }: SenderSnippet): { on: boolean; text: string } {
  const place = placeOf(context, inlet);
  const token = context.runtime.asksToken ? '<token>' : undefined;
  if (place) return { on: true, text: text({ ...place, token }) };
  const [, host = '127.0.0.1', port = ''] = /([\d.]+):(\d+)/.exec(SWITCHES[inlet]) ?? [];
  return { on: false, text: text({ host: host === '0.0.0.0' ? '<your host>' : host, port, token }) };
}

function snippetBlock(context: ChatContext, snippet: SenderSnippet): Block {
  const { on, text } = textOf(context, snippet);
  const label = on ? snippet.sender : `${snippet.sender} (off: ${SWITCHES[snippet.inlet]})`;
  return { type: 'code', label, text };
}

function dataOf(context: ChatContext, snippet: SenderSnippet) {
  return { sender: snippet.sender, listener: snippet.inlet, ...textOf(context, snippet) };
}
