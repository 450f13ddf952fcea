import type { types } from '@slack/bolt';
import { fileTextOf } from '../../message/file-text.ts';
import { fit } from '../../message/fit.ts';
import type { Step } from '../../message/ladder.ts';
import type { Block, Button, Message } from '../../message/message.ts';
import { alignTable } from '../../message/table.ts';
import { clean, codeBlock, mrkdwnOf, prose, webUrl } from './mrkdwn.ts';

type KnownBlock = types.KnownBlock;
type SlackButton = types.Button;

/**
 * What Slack takes (https://docs.slack.dev/reference/block-kit/blocks; `total` was found out: `msg_blocks_too_long` comes
 * around 10 to 13 thousand characters in all).
 */
const LIMITS = {
  blocks: 50,
  total: 9_000,
  text: 3_000,
  header: 150,
  /** Of the notification; Slack takes far more, a lock screen does not show it. */
  summary: 500,
  fields: 10,
  field: 2_000,
  context: 2_000,
  buttons: 25,
  buttonText: 75,
  actionId: 255,
} as const;

export interface SlackMessage {
  /** The notification, and what a client without blocks shows. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

export interface RenderOptions {
  /** `rich` unless told. */
  readonly step?: Step;
  /** False for an incoming webhook, whose buttons nobody hears: links are written as text, actions are left out. */
  readonly actions: boolean;
}

/**
 * Renders a message in Block Kit, shortened as far as Slack's limits ask for: it is accepted at the first attempt. The steps below
 * `rich` are for what Slack minds all the same: half as long, one block of plain text, one line.
 */
export function renderSlack(message: Message, options: RenderOptions = { actions: true }): SlackMessage {
  const { step = 'rich' } = options;
  const text = prose(cut(clean(message.summary), LIMITS.summary)) || 'Tocsin';
  if (step === 'line') return { text, blocks: [] };
  if (step === 'plain') return { text, blocks: [plainSection(message)] };
  const total = step === 'short' ? LIMITS.total / 2 : LIMITS.total;
  const fitted = fit(message, (candidate) => fits(blocksOf(candidate, options), total));
  const blocks = blocksOf(fitted, options);
  return { text, blocks: blocks.length > 0 ? blocks : [section(text)] };
}

/** Plain text knows neither mentions nor links. */
function plainSection(message: Message): KnownBlock {
  const text = clean(fileTextOf(message)).trim();
  return {
    type: 'section',
    text: { type: 'plain_text', text: cut(text === '' ? 'Tocsin' : text, LIMITS.text), emoji: false },
  };
}

function fits(blocks: readonly KnownBlock[], most: number): boolean {
  if (blocks.length > LIMITS.blocks || JSON.stringify(blocks).length > 2 * most) return false;
  let total = 0;
  for (const block of blocks) {
    for (const [text, limit] of textsOf(block)) {
      if (text.length > limit) return false;
      total += text.length;
    }
  }
  return total <= most;
}

function textsOf(block: KnownBlock): [string, number][] {
  switch (block.type) {
    case 'header':
      return [[block.text.text, LIMITS.header]];
    case 'section':
      return [
        ...(block.text ? [[block.text.text, LIMITS.text] as [string, number]] : []),
        ...(block.fields ?? []).map((field): [string, number] => [field.text, LIMITS.field]),
      ];
    case 'context':
      return block.elements.map((element): [string, number] => [
        'text' in element ? element.text : '',
        LIMITS.context,
      ]);
    default:
      return [];
  }
}

function blocksOf(message: Message, options: RenderOptions): KnownBlock[] {
  const used = new Set<string>();
  const call = (message.mentions?.slack ?? []).map(mention).join(' ');
  return [
    ...(call === '' ? [] : [section(call)]),
    ...message.blocks.flatMap((block) => blockOf(block, options, used)),
    ...(message.buttons ?? []).flatMap((row) => buttonsOf(row, options, used)),
  ];
}

function blockOf(block: Block, options: RenderOptions, used: Set<string>): KnownBlock[] {
  switch (block.type) {
    case 'title': {
      const text = clean(block.text).replace(/\s+/g, ' ').trim();
      return text === '' ? [] : [{ type: 'header', text: { type: 'plain_text', text, emoji: false } }];
    }
    case 'text':
      return nonEmpty(block.spans.map(mrkdwnOf).join(''));
    case 'fields':
      return fieldsOf(
        block.fields.map(({ label, value }) => `*${prose(label)}*\n${value.map(mrkdwnOf).join('') || '-'}`),
      );
    case 'code': {
      if (clean(block.text).trim() === '') return [];
      const label = block.label === undefined || block.label === '' ? '' : `*${prose(block.label)}*\n`;
      return [section(label + codeBlock(block.text))];
    }
    case 'table':
      return [section(codeBlock(alignTable(block.rows)))];
    case 'item': {
      const lines = [block.title, ...block.lines].map((spans) => spans.map(mrkdwnOf).join(''));
      return [
        ...nonEmpty(`${block.n}. ${lines.join('\n')}`),
        ...buttonsOf(block.buttons ?? [], options, used),
      ];
    }
    case 'note': {
      const text = block.spans.map(mrkdwnOf).join('');
      return text.trim() === ''
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }];
    }
    case 'divider':
      return [{ type: 'divider' }];
  }
}

function fieldsOf(texts: readonly string[]): KnownBlock[] {
  const sections: KnownBlock[] = [];
  for (let start = 0; start < texts.length; start += LIMITS.fields) {
    const fields = texts
      .slice(start, start + LIMITS.fields)
      .map((text) => ({ type: 'mrkdwn' as const, text, verbatim: true }));
    sections.push({ type: 'section', fields });
  }
  return sections;
}

function buttonsOf(row: readonly Button[], options: RenderOptions, used: Set<string>): KnownBlock[] {
  if (!options.actions) {
    const links = row.flatMap((button) => {
      const url = button.kind === 'link' ? webUrl(button.url) : undefined;
      return url === undefined ? [] : [`<${url}|${prose(button.label)}>`];
    });
    return nonEmpty(links.join(' · '));
  }
  const elements = row.slice(0, LIMITS.buttons).flatMap((button): SlackButton[] => {
    const text = {
      type: 'plain_text' as const,
      text: cut(clean(button.label), LIMITS.buttonText) || '…',
      emoji: true,
    };
    if (button.kind === 'action') {
      return [
        { type: 'button' as const, text, action_id: unique(button.action, used), value: button.action },
      ];
    }
    if (webUrl(button.url) === undefined) return [];
    return [
      { type: 'button' as const, text, action_id: unique('link', used), url: new URL(button.url).href },
    ];
  });
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

/** `action_id` must differ within a block; what a button does stands in its `value`. */
function unique(action: string, used: Set<string>): string {
  const base = cut(action, LIMITS.actionId - 8);
  let id = base;
  for (let n = 2; used.has(id); n += 1) id = `${base}:${n}`;
  used.add(id);
  return id;
}

function mention(id: string): string {
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`;
}

function section(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

function nonEmpty(text: string): KnownBlock[] {
  return text.trim() === '' ? [] : [section(text)];
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
