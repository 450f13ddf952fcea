import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutLines, cutSpans, cutText } from '../../src/message/cut.ts';
import { fit as shorten } from '../../src/message/fit.ts';
import type { Block, Message } from '../../src/message/message.ts';
import { anyMessage, check } from './any-message.ts';

const size = (message: Message) => JSON.stringify(message.blocks).length;
const within = (limit: number) => (message: Message) => size(message) <= limit;
const message = (blocks: readonly Block[], rest: Partial<Message> = {}): Message => ({
  summary: 'Out of memory · 3 events',
  blocks: [{ type: 'title', text: 'Out of memory' }, ...blocks],
  ...rest,
});
const code = (text: string): Block => ({ type: 'code', text });
const item = (n: number): Block => ({
  type: 'item',
  n,
  title: [`Error ${n}`],
  lines: [['critical · notify'], ['last 07:00 UTC']],
  buttons: [{ kind: 'action', label: 'Samples', action: `samples:${n}` }],
});
const kinds = ({ blocks }: Message) => blocks.map(({ type }) => type);

describe('fit', () => {
  test('a message that fits is returned as it is', () => {
    const short = message([code('boom')]);
    expect(shorten(short, () => true)).toBe(short);
  });

  test('code is cut first, keeps its first lines and shows where it was cut', () => {
    const lines = Array.from({ length: 200 }, (_, i) => `at frame ${i}`).join('\n');
    const fields: Block = { type: 'fields', fields: [{ label: 'Count', value: ['3'] }] };
    const short = shorten(message([fields, code(lines)]), within(1_000));
    expect(kinds(short)).toEqual(['title', 'fields', 'code']);
    expect(short.blocks[2]).toMatchObject({
      text: expect.stringMatching(/^at frame 0\nat frame 1\n[\s\S]*\n…$/),
    });
    expect(size(short)).toBeGreaterThan(900);
  });

  test('then the later code blocks go, and the first one uses the room', () => {
    const short = shorten(message([1, 2, 3, 4, 5].map((n) => code(`${n}${'x'.repeat(2_000)}`))), within(900));
    expect(kinds(short)).toEqual(['title', 'code', 'code', 'code', 'note']);
    expect(short.blocks[4]).toEqual({ type: 'note', spans: ['… and 2 more'] });
    expect(size(short)).toBeGreaterThan(850);
  });

  test('items are dropped from the end, with their buttons and a note of how many', () => {
    const short = shorten(message(Array.from({ length: 5_000 }, (_, i) => item(i + 1))), within(2_000));
    const items = short.blocks.filter((block) => block.type === 'item');
    expect(items.length).toBeGreaterThan(5);
    expect(items.map(({ n }) => n)).toEqual(items.map((_, i) => i + 1));
    expect(short.blocks.at(-1)).toEqual({ type: 'note', spans: [`… and ${5_000 - items.length} more`] });
  });

  test('the buttons below the message outlive its blocks', () => {
    const buttons = [[{ kind: 'action' as const, label: 'Ack', action: 'ack:1' }]];
    const fields: Block = {
      type: 'fields',
      fields: Array.from({ length: 50 }, (_, i) => ({ label: `field ${i}`, value: ['x'.repeat(200)] })),
    };
    const short = shorten(message([fields], { buttons }), within(200));
    expect(short.buttons).toEqual(buttons);
    expect(short.blocks[0]).toEqual({ type: 'title', text: 'Out of memory' });
  });

  test('any message fits wherever one line does, within 40 looks', () => {
    check(
      fc.property(anyMessage(), fc.integer({ min: 40, max: 5_000 }), (any, limit) => {
        let looks = 0;
        const short = shorten(any, (candidate) => {
          looks += 1;
          return within(limit)(candidate);
        });
        expect(looks).toBeLessThanOrEqual(40);
        expect(size(short)).toBeLessThanOrEqual(limit);
      }),
      300,
    );
  });

  test('it ends even when nothing fits', () => {
    expect(shorten(message([code('x')]), () => false).blocks).toHaveLength(1);
  });
});

describe('cutting', () => {
  test.each([
    ['short text stays', 'abc', 3, 'abc'],
    ['a cut shows', 'abcdef', 4, 'abc…'],
    ['no half of a surrogate pair is left', 'ab😀😀', 4, 'ab…'],
    ['no family is torn apart', 'ab👨‍👩‍👧', 6, 'ab…'],
    ['no accent is torn off', 'abe\u0301fg', 4, 'ab…'],
  ])('%s', (_, text, length, expected) => {
    expect(cutText(text, length)).toBe(expected);
  });

  test('any cut is well-formed and short enough', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 60 }), (any, length) => {
        for (const cut of [cutText(any, length), cutLines(any, length)]) {
          expect(cut.isWellFormed()).toBe(true);
          expect(cut.length).toBeLessThanOrEqual(length);
        }
      }),
    );
  });

  test('spans are cut at the end, styles stay, and the mark is there even between two spans', () => {
    const spans = ['abc', { style: 'code' as const, text: 'defghi' }];
    expect(cutSpans(spans, 6)).toEqual(['abc', { style: 'code', text: 'de…' }]);
    expect(cutSpans(spans, 3)).toEqual(['ab…']);
    expect(cutSpans(spans, 9)).toEqual(spans);
  });
});
