import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Message } from '../../src/message/message.ts';
import { renderTelegram } from '../../src/platforms/telegram/render.ts';
import { messageText } from '../doubles/telegram/formatted-text.ts';
import { parseKeyboard } from '../doubles/telegram/keyboard.ts';
import { anyMessage, check } from '../message/any-message.ts';

const message = (blocks: readonly Block[], rest: Partial<Message> = {}): Message => ({
  summary: 'Summary',
  blocks,
  ...rest,
});
const html = (...blocks: Block[]) => renderTelegram(message(blocks)).text;
/** What Telegram shows and what it makes of it. */
const shown = (rendered: { text: string; parse_mode?: string }) =>
  messageText(rendered.text, rendered.parse_mode);

const OURS = new Set(['bold', 'italic', 'code', 'pre', 'text_link']);
/** The double leaves these to us: td, match_bank_card_numbers, and what phones dial. */
const CARD_OR_PHONE = /\d(?:[ -]?\d){12}|\d{7}|\+\d/;

describe('any message', () => {
  test('is accepted at the first attempt, and nothing in it becomes a link, mention, command or tag', () => {
    check(
      fc.property(anyMessage(), (any) => {
        const rendered = renderTelegram(any);
        const { text, entities } = shown(rendered);
        parseKeyboard(rendered.reply_markup);
        expect(entities.map(({ type }) => type).filter((type) => !OURS.has(type))).toEqual([]);
        expect(entities.length).toBeLessThanOrEqual(100);
        expect(text).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
        );
        expect(text).not.toMatch(/\p{Mark}{9}|\p{DI}{40}/u);
        let prose = text;
        for (const { offset, length } of entities.filter(({ type }) => type === 'pre' || type === 'code'))
          prose = prose.slice(0, offset) + '\n'.repeat(length) + prose.slice(offset + length);
        expect(prose).not.toMatch(CARD_OR_PHONE);
      }),
      400,
    );
  });

  test('is accepted without markup too', () => {
    check(
      fc.property(anyMessage(), (any) => {
        const { entities } = shown(renderTelegram(any, 'plain'));
        expect(entities.filter(({ type }) => type !== 'url')).toEqual([]);
      }),
      150,
    );
  });

  test('of 100 KB in every place and thousands of entries is rendered in no time', () => {
    const long = '<&@a.com /x #y> '.repeat(6_000);
    const item: Block = {
      type: 'item',
      n: 1,
      title: [long],
      lines: [[long], [{ style: 'code', text: long }]],
    };
    const begin = performance.now();
    const rendered = renderTelegram(
      message([
        { type: 'title', text: long },
        { type: 'code', text: long },
        ...Array<Block>(5_000).fill(item),
      ]),
    );
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(shown(rendered).text.length).toBeGreaterThan(500);
  });
});

describe('layout', () => {
  test('an alert', () => {
    const rendered = renderTelegram({
      summary: 'x',
      mentions: { telegram: ['@alice_ops', '4711'], slack: [] },
      blocks: [
        { type: 'title', text: '🔴 Out-of-memory condition' },
        {
          type: 'fields',
          fields: [
            { label: 'Signature', value: [{ style: 'code', text: 'OOM' }] },
            { label: 'Count', value: ['3 events in 5 min'] },
          ],
        },
        { type: 'code', label: 'Samples', text: 'Out of memory: Killed process 4990' },
        { type: 'code', text: 'OOMKilled' },
        {
          type: 'text',
          spans: [
            { style: 'bold', text: 'Runbook' },
            ' ',
            { style: 'link', text: 'OOM', url: 'https://wiki.example.org/oom' },
          ],
        },
        { type: 'note', spans: ['fingerprint ', { style: 'code', text: 'abcdef012345' }, ' · alert 7'] },
      ],
      buttons: [[{ kind: 'action', label: '✅ Ack', action: 'ack:7' }]],
      silent: true,
    });
    expect(rendered.text).toBe(
      [
        '<b>🔴 Out-of-memory condition</b>',
        '@alice_ops <a href="tg://user?id=4711">on-call</a>',
        '',
        '<b>Signature:</b> <code>OOM</code>',
        '<b>Count:</b> 3 events in 5 min',
        '',
        '<b>Samples</b>',
        '<pre>Out of memory: Killed process 4990</pre>',
        '<pre>OOMKilled</pre>',
        '<b>Runbook</b> <a href="https://wiki.example.org/oom">OOM</a>',
        '',
        '<i>fingerprint </i><code>abcdef012345</code><i> · alert 7</i>',
      ].join('\n'),
    );
    expect(rendered).toMatchObject({
      parse_mode: 'HTML',
      disable_notification: true,
      link_preview_options: { is_disabled: true },
      reply_markup: { inline_keyboard: [[{ text: '✅ Ack', callback_data: 'ack:7' }]] },
    });
    const types = shown(rendered).entities.map(({ type }) => type);
    expect(types).toContain('mention');
    expect(types).toContain('text_mention');
  });

  test('items have their number, and so have their buttons', () => {
    const rendered = renderTelegram(
      message(
        [
          { type: 'title', text: 'Errors, last 30 min' },
          ...[1, 2].map(
            (n): Block => ({
              type: 'item',
              n,
              title: [{ style: 'bold', text: `E${n}` }, ' × 3'],
              lines: [['critical · notify']],
              buttons: [
                { kind: 'action', label: '📄 Samples', action: `samples:${n}` },
                { kind: 'link', label: '🔍 Sentry', url: 'https://sentry.io/x' },
              ],
            }),
          ),
        ],
        { buttons: [[{ kind: 'action', label: '2 ▶', action: 'errors:x:2' }]] },
      ),
    );
    expect(rendered.text).toBe(
      '<b>Errors, last 30 min</b>\n\n1. <b>E1</b> × 3\ncritical · notify\n\n2. <b>E2</b> × 3\ncritical · notify',
    );
    expect(rendered.reply_markup?.inline_keyboard.map((row) => row.map(({ text }) => text))).toEqual([
      ['1 📄 Samples', '1 🔍 Sentry'],
      ['2 📄 Samples', '2 🔍 Sentry'],
      ['2 ▶'],
    ]);
  });

  test('a table is aligned and fits a phone', () => {
    const text = html({
      type: 'table',
      rows: [
        ['destination', 'sent', 'waiting', 'failed'],
        ['telegram:-1001234567890', '12', '0', '1'],
        ['slack:C0OPS', '7', '3', '0'],
      ],
    });
    expect(text).toBe(
      [
        '<pre>destination    sent  waiting  failed',
        'telegr…567890    12        0       1',
        'slack:C0OPS       7        3       0</pre>',
      ].join('\n'),
    );
    for (const line of text.split('\n')) expect(line.replace(/<[^>]*>/g, '').length).toBeLessThanOrEqual(36);
  });

  test.each([
    ['localhost', 'http://localhost:9000/issues'],
    ['another protocol', 'ftp://host.example/x'],
    ['no address', 'not an address'],
  ])('a button to %s is written as text, for it would sink the whole message', (_, url) => {
    const rendered = renderTelegram(
      message([{ type: 'title', text: 'T' }], { buttons: [[{ kind: 'link', label: 'Sentry', url }]] }),
    );
    expect(rendered.reply_markup).toBeUndefined();
    expect(rendered.text).toBe(`<b>T</b>\n\n<i>Sentry: </i><code>${url}</code>`);
  });

  test('an action that is too long for Telegram has no button', () => {
    const buttons = [[{ kind: 'action' as const, label: 'x', action: 'ä'.repeat(33) }]];
    expect(renderTelegram(message([], { buttons })).reply_markup).toBeUndefined();
  });

  test('without blocks the summary stands, without anything the name', () => {
    expect(html()).toBe('Summary');
    expect(renderTelegram({ summary: ' \u200b', blocks: [{ type: 'title', text: '\u2800' }] }).text).toBe(
      'Tocsin',
    );
  });

  test('commands in code and versions and amounts outside of it can be copied', () => {
    const spans = [
      'Try ',
      { style: 'code' as const, text: '/errors 2h' },
      ', v1.2.3, 3.5 %, 12:30, 2026-11-21, 1,234',
    ];
    expect(html({ type: 'text', spans })).toBe(
      'Try <code>/errors 2h</code>, v1.2.3, 3.5 %, 12:30, 2026-11-21, 1,234',
    );
  });
});
