import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOfBody } from '../../src/sources/formats/ndjson.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) };
const CONTEXT = { observedAt: 1_700_000_000_000 };
const FORM = 'application/x-www-form-urlencoded';
const read = (body: string | Buffer, type?: string) => {
  const pieces = [...recordsOfBody(body, type, CONTEXT, { maxLineBytes: 1000 })];
  const records = pieces.flatMap((piece) => piece.records);
  const errors = pieces.flatMap((piece) => piece.errors);
  const rejected = pieces.reduce((sum, piece) => sum + piece.rejected, 0);
  return { bodies: records.map((record) => record.body), rejected, errors };
};
const accepted = (...bodies: string[]) => ({ bodies, rejected: 0, errors: [] });

describe('recordsOfBody accepts', () => {
  it.each([
    [
      'NDJSON of objects and strings',
      '{"msg":"a"}\r\n\n"b"\n',
      'application/x-ndjson; charset=utf-8',
      ['a', 'b'],
    ],
    ['a JSON array', '[{"msg":"a"},"b"]', 'application/json', ['a', 'b']],
    ['one JSON object', '{"msg":"a"}', 'application/json', ['a']],
    ['one JSON object over several lines', '{\n  "msg": "a"\n}\n', 'application/json', ['a']],
    ['one JSON string', '"a"', 'application/json', ['a']],
    ['NDJSON that says it is JSON', '{"msg":"a"}\n{"msg":"b"}', 'application/json', ['a', 'b']],
    ['text lines', 'a\n\nb\r\n', 'text/plain', ['a', 'b']],
    ['JSON in text lines', '{"msg":"a"}\nb', 'text/plain', ['a', 'b']],
    ["curl's array", '[{"msg":"a"}]', FORM, ['a']],
    ["curl's array of strings", '["a","b"]', FORM, ['a', 'b']],
    ["curl's object", '{"msg":"a"}', FORM, ['a']],
    ["curl's NDJSON", '{"msg":"a"}\n{"msg":"b"}\n', FORM, ['a', 'b']],
    ["curl's text", 'a=1\nb', FORM, ['a=1', 'b']],
    [
      "curl's text in brackets",
      '[2024-05-01] [error] a\n[error] b',
      FORM,
      ['[2024-05-01] [error] a', '[error] b'],
    ],
    ['text in braces', '{main} a', undefined, ['{main} a']],
    ['no content type', 'a', undefined, ['a']],
    ['a BOM', '\uFEFF{"msg":"a"}', 'application/x-ndjson', ['a']],
    ['an empty array', '[]', 'application/json', []],
    ['nothing', '', undefined, []],
  ])('%s', (_rule, body, type, bodies) => {
    expect(read(body, type)).toEqual(accepted(...bodies));
    expect(read(Buffer.from(body), type)).toEqual(accepted(...bodies));
  });
});

describe('recordsOfBody rejects', () => {
  const expectedKind = (what: string) => `expected an object or a string, got ${what}`;
  it.each([
    [
      'a line that is no JSON, by its physical line',
      '\n{"msg":"a"}\n{bad\n5\n',
      'application/x-ndjson',
      ['a'],
      [
        [3, 'not valid JSON'],
        [4, expectedKind('a number')],
      ],
    ],
    [
      'arrays and null in NDJSON',
      '[1]\nnull\n',
      'application/x-ndjson',
      [],
      [
        [1, expectedKind('an array')],
        [2, expectedKind('null')],
      ],
    ],
    [
      'elements of an array, by their place',
      '[{"msg":"a"},5,true]',
      'application/json',
      ['a'],
      [
        [2, expectedKind('a number')],
        [3, expectedKind('a boolean')],
      ],
    ],
    ['a value that is no record', '5', 'application/json', [], [[1, expectedKind('a number')]]],
    [
      'an object that was cut off, once',
      '{\n"msg": "a",\n"b": [1,\n',
      'application/json',
      [],
      [[3, 'not valid JSON']],
    ],
    ['an object that was cut off, of an unknown type', '{"msg": "a', undefined, [], [[1, 'not valid JSON']]],
    [
      'a line that is too long',
      `${'x'.repeat(1001)}\nb`,
      'text/plain',
      ['b'],
      [[1, '1001 bytes are more than the limit of 1000 for one line']],
    ],
    [
      'an element that is too long',
      JSON.stringify(['é'.repeat(600)]),
      'application/json',
      [],
      [[1, '1200 bytes are more than the limit of 1000 for one line']],
    ],
  ] as const)('%s', (_rule, body, type, bodies, errors) => {
    const listed = errors.map(([line, reason]) => ({ line, reason }));
    expect(read(body, type)).toEqual({ bodies, rejected: listed.length, errors: listed });
  }); // prettier-ignore

  it('lists a hundred and counts all', () => {
    const result = read('x\n'.repeat(250), 'application/x-ndjson');
    expect(result.rejected).toBe(250);
    expect(result.errors).toHaveLength(100);
  });

  it('what is nested without end', () => {
    expect(read('['.repeat(200_000), 'application/json').rejected).toBe(1);
    expect(
      read(`{"msg":"a","b":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'application/json').bodies.length,
    ).toBeLessThanOrEqual(1);
  });
});

it('accounts for every line, whatever comes', () => {
  const line = fc.oneof(fc.json(), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      const text = lines.map((text) => text.replace(/\n/g, ' ')).join('\n');
      const { bodies, rejected, errors } = read(text, 'application/x-ndjson');
      const blank = (line: string) => line.trim() === '';
      expect(bodies.length + rejected).toBe(
        text
          .replace(/^\uFEFF/, '')
          .split('\n')
          .filter((l) => !blank(l)).length,
      );
      expect(errors).toHaveLength(Math.min(rejected, 100));
    }),
    RUNS,
  );
});

it.each([undefined, 'application/json', 'application/x-ndjson', 'text/plain', 'a/b'])(
  'never throws on %s',
  (type) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(() => read(Buffer.from(bytes), type)).not.toThrow();
        },
      ),
      RUNS,
    );
  },
);

describe('recordsOfBody of a huge body', () => {
  it('comes in pieces; lines are numbered through, and 100 mistakes are told of all together', () => {
    const body = 'hm\n'.repeat(99) + '"a"\n'.repeat(11_000) + 'hm\n'.repeat(2);
    const pieces = [...recordsOfBody(body, 'application/x-ndjson', CONTEXT, { maxLineBytes: 1000 })];
    expect(pieces.map(({ records }) => records.length)).toEqual([4901, 5000, 1099]);
    expect(pieces.map(({ rejected }) => rejected)).toEqual([99, 0, 2]);
    expect(pieces[2]?.errors).toEqual([{ line: 11_100, reason: 'not valid JSON' }]);
  });

  it('has pieces of at most about half a megabyte', () => {
    const body = `${'x'.repeat(999)}\n`.repeat(3_000);
    const pieces = [...recordsOfBody(body, 'text/plain', CONTEXT, { maxLineBytes: 1000 })];
    expect(pieces.length).toBeGreaterThan(5);
  });
});
