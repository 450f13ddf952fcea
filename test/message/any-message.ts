import fc from 'fast-check';
import type { Block, Button, Message, Span } from '../../src/message/message.ts';

/** Texts that have broken chat bots: markup, entities, addresses, directions, floods, broken Unicode. */
const NASTY = [
  '',
  ' ',
  '\n\n',
  '<b>bold</b>',
  '</pre><a href="tg://user?id=1">x</a>',
  '<script>&lt;&amp;&#60;&#x3c;&nbsp;',
  '<',
  '>',
  '&',
  '"',
  "'",
  '&amp',
  '@durov',
  '@all',
  'mail me: root@example.com',
  'https://evil.example/path?q=1#x',
  'http://10.0.0.1:8080/',
  'ftp://a.b.com',
  'tg://resolve?domain=durov',
  'ton://x',
  'example.com',
  'main.py',
  'пример.рф',
  'a.b.c.d.e.com.',
  't.me/joinchat/x',
  '/start',
  '/errors@other_bot',
  '#hashtag #12 #тег',
  '$TSLA $HOME',
  '+1-212-555-0123',
  '88005553535',
  '4111 1111 1111 1111',
  '😀👨‍👩‍👧‍👦🏳️‍🌈🇩🇪',
  '\ud83d',
  '\ude00',
  '\u202egnp.exe',
  '\u2066\u2069\u200e\u200f\u061c',
  '\u200b\u200b\u200b\u2060\u2060',
  'Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307',
  '\u0000\u0007\u001b[31mred\u001b[0m\r\n\tx',
  '\u2028\u2029\u0085\u007f\u0080',
  '\u2800\u3164\ufeff',
  'a\u0333.\u0333com @\u0333durov',
  'e.\u030acom',
  '.',
  '@',
  '/',
  '#',
  '1',
  '.com',
  'durov',
  '://x.com',
];

/** One text, often made of several nasty ones so that something may arise where they meet. */
export function anyText(): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.constantFrom(...NASTY), { maxLength: 5 }).map((parts) => parts.join('')),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    {
      weight: 2,
      arbitrary: fc.string({
        unit: fc.constantFrom('a', '1', '.', '@', '/', '#', ':', ' ', '-', '<', '\n', '\ud800', '\u2060'),
        maxLength: 60,
      }),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...NASTY), fc.integer({ min: 1, max: 1_000 }))
        .map(([text, n]) => text.repeat(n)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'x'.repeat(20_000),
        ' '.repeat(20_000),
        '&'.repeat(20_000),
        '\u0301'.repeat(20_000),
      ),
    },
  );
}

function anySpan(): fc.Arbitrary<Span> {
  const style = fc.constantFrom('bold' as const, 'italic' as const, 'code' as const);
  const url = fc.oneof(anyText(), fc.constantFrom('https://runbook.example/oom', 'http://localhost:9000/x'));
  return fc.oneof(
    anyText(),
    fc.record({ style, text: anyText() }),
    fc.record({ style: fc.constant('link' as const), text: anyText(), url }),
  );
}

function anyButton(): fc.Arbitrary<Button> {
  const url = fc.oneof(
    anyText(),
    fc.constantFrom(
      'https://sentry.example/issues/?query=a%20b',
      'http://localhost:9000/',
      'javascript:alert(1)',
    ),
  );
  return fc.oneof(
    fc.record({ kind: fc.constant('action' as const), label: anyText(), action: anyText() }),
    fc.record({ kind: fc.constant('link' as const), label: anyText(), url }),
  );
}

function anyBlock(): fc.Arbitrary<Block> {
  const spans = fc.array(anySpan(), { maxLength: 6 });
  const text = anyText();
  return fc.oneof(
    fc.record({ type: fc.constant('title' as const), text }),
    fc.record({ type: fc.constant('text' as const), spans }),
    fc.record({ type: fc.constant('note' as const), spans }),
    fc.record({
      type: fc.constant('fields' as const),
      fields: fc.array(fc.record({ label: text, value: spans }), { maxLength: 8 }),
    }),
    fc.record({ type: fc.constant('code' as const), text, label: text }),
    fc.record({ type: fc.constant('code' as const), text }),
    fc.record({
      type: fc.constant('item' as const),
      n: fc.integer({ min: 1, max: 99 }),
      title: spans,
      lines: fc.array(spans, { maxLength: 4 }),
      buttons: fc.array(anyButton(), { maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant('table' as const),
      rows: fc.array(fc.array(text, { maxLength: 5 }), { maxLength: 8 }),
    }),
    fc.constant({ type: 'divider' as const }),
  );
}

/** Any message at all, hundreds of blocks and buttons included. */
export function anyMessage(): fc.Arbitrary<Message> {
  const blocks = fc.array(anyBlock(), { maxLength: 8 });
  const many = fc
    .tuple(anyBlock(), fc.integer({ min: 1, max: 300 }))
    .map(([block, n]) => Array<Block>(n).fill(block));
  const row = fc.array(anyButton(), { maxLength: 12 });
  const rows = fc.oneof(
    fc.array(row, { maxLength: 4 }),
    fc.tuple(row, fc.integer({ min: 1, max: 60 })).map(([one, n]) => Array<Button[]>(n).fill(one)),
  );
  return fc.record({
    summary: anyText(),
    silent: fc.boolean(),
    blocks: fc.oneof({ weight: 6, arbitrary: blocks }, { weight: 1, arbitrary: many }),
    buttons: rows,
  });
}

/** Counterexamples may be huge: the seed is told instead, and nothing is shrunk. */
export function check<T>(property: fc.IProperty<T>, numRuns: number): void {
  fc.assert(property, {
    numRuns,
    endOnFailure: true,
    interruptAfterTimeLimit: 15_000,
    markInterruptAsFailure: false,
    reporter({ failed, errorInstance, seed, counterexamplePath }) {
      if (failed) throw new Error(`seed ${seed}, path "${counterexamplePath}"`, { cause: errorInstance });
    },
  });
}
