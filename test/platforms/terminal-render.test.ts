import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block, Message, Span } from '../../src/message/message.ts';
import { renderTerminal } from '../../src/platforms/terminal/render.ts';
import { textWidth } from '../../src/platforms/terminal/text-width.ts';

const message = (...blocks: readonly Block[]): Message => ({ summary: 'x', blocks });
const plain = (m: Message, width = 80): string => renderTerminal(m, { colour: false, width });

const ALERT: Message = {
  summary: 'Out-of-memory condition',
  blocks: [
    { type: 'title', text: '🔴 Out-of-memory condition' },
    {
      type: 'fields',
      fields: [
        { label: 'Signature', value: [{ style: 'code', text: 'OOM' }] },
        { label: 'Count', value: [{ style: 'bold', text: '3' }, ' in 5 min'] },
      ],
    },
    { type: 'code', label: 'Sample', text: 'Out of memory: Killed process 4990 (node)' },
    { type: 'note', spans: ['Fingerprint ', { style: 'code', text: '3f9a1c07be52' }] },
  ],
  buttons: [
    [
      { kind: 'action', label: '📄 Samples', action: 's:OOM' },
      { kind: 'link', label: '🔍 Sentry', url: 'https://sentry.example/?q=OOM' },
    ],
    [{ kind: 'action', label: '✅ Ack', action: 'a:1' }],
  ],
};

test('an alert is sections with aligned fields, a barred sample and its links', () => {
  expect(plain(ALERT)).toBe(
    [
      '🔴 Out-of-memory condition',
      '',
      'Signature  OOM',
      'Count      3 in 5 min',
      '',
      'Sample',
      '│ Out of memory: Killed process 4990 (node)',
      '',
      'Fingerprint 3f9a1c07be52',
      '',
      '🔍 Sentry  https://sentry.example/?q=OOM',
    ].join('\n'),
  );
});

test('an action is shown as the command to type where there is one', () => {
  const commandOf = (action: string) => (action === 's:OOM' ? 'tocsin errors samples OOM' : undefined);
  const text = renderTerminal(ALERT, { colour: false, width: 80, commandOf });
  expect(text).toContain('📄 Samples  tocsin errors samples OOM\n🔍 Sentry   https://');
  expect(text).not.toContain('Ack');
});

test('a table is aligned, numbers to the right', () => {
  const rows = [
    ['Destination', 'ok/total', 'Queue'],
    ['telegram:-1001', '29/31', '0 s'],
    ['日本語', '3/3', '12 s'],
  ];
  expect(plain(message({ type: 'table', rows }))).toBe(
    [
      'Destination     ok/total  Queue',
      '──────────────  ────────  ─────',
      'telegram:-1001     29/31    0 s',
      '日本語               3/3   12 s',
    ].join('\n'),
  );
});

test('a table wider than the terminal wraps the cells of its widest column and loses nothing', () => {
  const rows = [
    ['Name', 'Summary'],
    ['OOM', 'the kernel has killed a process to get memory back'],
  ];
  const text = plain(message({ type: 'table', rows }), 30);
  expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(30);
  expect(text.replace(/\s+/g, ' ')).toContain('the kernel has killed a process to get memory back');
});

test('a table with rows of unequal length keeps every cell', () => {
  const text = plain(message({ type: 'table', rows: [['a'], ['b', 'c', 'd'], []] }));
  expect(text).toMatch(/b {2}c {2}d/);
});

test('items are numbered and indented under their number', () => {
  const item: Block = {
    type: 'item',
    n: 12,
    title: [{ style: 'bold', text: 'OOM' }, ' × 3'],
    lines: [['critical · escalate'], ['last 07:04:58 UTC']],
    buttons: [{ kind: 'link', label: 'Sentry', url: 'https://s.example/' }],
  };
  expect(plain(message(item))).toBe(
    '12. OOM × 3\n    critical · escalate\n    last 07:04:58 UTC\n    Sentry  https://s.example/',
  );
});

test('long log lines wrap behind a broken bar', () => {
  const text = plain(message({ type: 'code', text: 'aaaa bbbb cccc dddd' }), 12);
  expect(text).toBe('│ aaaa bbbb\n┆ cccc dddd');
});

test('without a width nothing wraps', () => {
  const long = 'word '.repeat(200).trim();
  expect(plain(message({ type: 'code', text: long }), Number.POSITIVE_INFINITY)).toBe(`│ ${long}`);
});

test.each([
  ['colours are taken out', '\u001b[1;31mERROR\u001b[0m', 'ERROR'],
  ['other escapes are shown', '\u001b]0;title\u0007\u001b[2J', '␛]0;title␇␛[2J'],
  ['a carriage return cannot overwrite the line', 'ok\rno', 'ok␍no'],
  ['the eight-bit CSI is shown', '\u009b31m', '\\u{9b}31m'],
  ['a bidi override is shown', 'a\u202eb', 'a\\u{202e}b'],
  ['a lone surrogate is replaced', '\ud800', '\ufffd'],
])('%s', (_rule, text, shown) => {
  expect(plain(message({ type: 'code', text }))).toBe(`│ ${shown}`);
});

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\u001b', '[', '3', '1', 'm', '\r', '\n', '\u202e', '\u009b', 'a', ' '),
  }),
);
const span: fc.Arbitrary<Span> = fc.oneof(
  nasty,
  fc.record({ style: fc.constantFrom('bold' as const, 'italic' as const, 'code' as const), text: nasty }),
  fc.record({ style: fc.constant('link' as const), text: nasty, url: nasty }),
);
const spans = fc.array(span, { maxLength: 4 });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('title' as const), text: nasty }),
  fc.record({ type: fc.constantFrom('text' as const, 'note' as const), spans }),
  fc.record({ type: fc.constant('code' as const), text: nasty, label: nasty }),
  fc.record({
    type: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: nasty, value: spans }), { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('table' as const),
    rows: fc.array(fc.array(nasty, { maxLength: 4 }), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('item' as const), n: fc.nat(), title: spans, lines: fc.array(spans) }),
);
const anyMessage = fc.record({
  summary: nasty,
  blocks: fc.array(block, { maxLength: 4 }),
  buttons: fc.constant([]),
});
const width = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(Number.POSITIVE_INFINITY));

test('no text of a message reaches the terminal as a control character', () => {
  fc.assert(
    fc.property(anyMessage, width, (m, columns) => {
      const text = renderTerminal(m, { colour: false, width: columns });
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('colours change nothing but the colours', () => {
  fc.assert(
    fc.property(anyMessage, width, (m, columns) => {
      const coloured = renderTerminal(m, { colour: true, width: columns });
      const bare = coloured.replace(/\u001b\[(1|2|3|4|22|23|24|36|39)m/g, '');
      expect(bare).toBe(renderTerminal(m, { colour: false, width: columns }));
    }),
  );
});

test('a paragraph is never wider than the terminal', () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 2, max: 100 }), (content, columns) => {
      const text = plain(message({ type: 'text', spans: content }), columns);
      for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(columns);
    }),
  );
});
