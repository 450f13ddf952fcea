import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamFramer } from '../../src/sources/formats/stream-frames.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1_000) };
const LIMIT = 100;

function read(chunks: readonly (string | Uint8Array)[], limit = LIMIT) {
  const framer = new StreamFramer();
  const frames = chunks.flatMap((chunk) => framer.feed(Buffer.from(chunk as string), limit));
  const { framing } = framer;
  frames.push(...framer.end(limit));
  return {
    texts: frames.map(({ bytes }) => bytes.toString('latin1')),
    cut: frames.map(({ cutBytes }) => cutBytes),
    lost: framer.takeLost(),
    framing,
  };
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

describe('a stream is taken apart', () => {
  it.each([
    ['lines', '<13>a\n<13>b\n', ['<13>a', '<13>b'], 'lines'],
    ['lines with CR LF', 'a\r\nb\r\n', ['a', 'b'], 'lines'],
    ['lines that end in NUL', 'a\0b\0', ['a', 'b'], 'lines'],
    ['a last line without an end', 'a\nb', ['a', 'b'], 'lines'],
    ['empty lines', '\n\r\n\na\n\n', ['a'], 'lines'],
    ['counted messages', counted('<13>a') + counted('<13>bc'), ['<13>a', '<13>bc'], 'counted'],
    ['a counted message of several lines', counted('<13>a\n  at b'), ['<13>a\n  at b'], 'counted'],
    [
      'counted messages with a line end behind',
      `${counted('<13>a')}\n${counted('<13>b')}\r\n`,
      ['<13>a', '<13>b'],
      'counted',
    ],
    ['a counted line end', counted('<13>a\n') + counted('<13>b\n'), ['<13>a', '<13>b'], 'counted'],
    ['a text that begins with a number', '404 not found\n12\n', ['404 not found', '12'], 'lines'],
    ['a time', '2024-05-01 ERROR x\n', ['2024-05-01 ERROR x'], 'lines'],
    ['a number alone', '83', ['83'], 'unknown'],
    ['a count that looks like one in a line', '<13>a\n5 <13>b\n', ['<13>a', '5 <13>b'], 'lines'],
    ['a counted message that breaks off', '50 <13>half', ['<13>half'], 'counted'],
    ['JSON lines', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}'], 'lines'],
    ['nothing', '', [], 'unknown'],
  ])('%s', (_rule, stream, texts, framing) => {
    expect(read([stream])).toMatchObject({ texts, framing, lost: 0 });
    expect(read([...stream])).toMatchObject({ texts, framing, lost: 0 });
  });
});

describe('a sender that counts wrong', () => {
  it.each([
    ['too little, with lines', `4 <13>abc\n${counted('<13>b')}`, ['<13>', '<13>b']],
    ['too little, without lines', `4 <13>abc${counted('<13>b')}`, ['<13>', '<13>b']],
    ['not at all, once', `${counted('<13>a')}<13>no count\n${counted('<13>b')}`, ['<13>a', '<13>b']],
  ])('%s, is found again', (_rule, stream, texts) => {
    expect(read([stream])).toMatchObject({ texts, lost: 1 });
    expect(read([...stream])).toMatchObject({ texts, lost: 1 });
  });
});

describe('a message that is too long', () => {
  it.each([
    ['a line', `${'x'.repeat(250)}\nshort\n`],
    ['a counted message', counted(`<13>${'x'.repeat(246)}`) + counted('<13>b')],
  ])('%s is cut, and says so', (_rule, stream) => {
    const { texts, cut } = read([stream]);
    expect(texts.map(({ length }) => length)).toEqual([LIMIT, 5]);
    expect(cut).toEqual([150, 0]);
  });

  it('is not held beyond the limit, whatever the sender counts', () => {
    const framer = new StreamFramer();
    framer.feed(Buffer.from('9999999 <13>'), LIMIT);
    for (let n = 0; n < 1000; n += 1) {
      framer.feed(Buffer.alloc(1000, 'x'), LIMIT);
      expect(framer.held).toBeLessThanOrEqual(LIMIT);
    }
  });

  it('costs linear time when it comes byte by byte', () => {
    const framer = new StreamFramer();
    const start = performance.now();
    for (let n = 0; n < 300_000; n += 1) framer.feed(Buffer.from('x'), 256 * 1024);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(framer.held).toBe(256 * 1024);
  });
});

const piece = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\0', '<13>', '5 <13>a', '12', ' ', '9999999 <1>', '0 <13>', 'x'.repeat(120)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 30 }).map((text) => counted(`<13>${text}`)),
);
const stream = fc.array(piece, { maxLength: 20 }).map((parts) => Buffer.from(parts.join('')));

function chop(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

describe('any stream', () => {
  it('gives the same messages, however it is chopped', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(2000), { maxLength: 30 }), (bytes, cuts) => {
        const { framing: _, ...whole } = read([bytes]);
        expect(read(chop(bytes, cuts))).toMatchObject(whole);
        expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toMatchObject(whole);
      }),
      RUNS,
    );
  });

  it('of well-formed messages gives them back, counted or in lines', () => {
    const line = fc
      .string({ minLength: 1, maxLength: 90 })
      .map((text) => `<13>${text.replace(/[\r\n\0]/g, '_')}`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (messages) => {
        const latin = messages.map((text) => Buffer.from(text).toString('latin1'));
        expect(read([messages.map(counted).join('')]).texts).toEqual(latin);
        expect(read([messages.map((text) => `${text}\n`).join('')]).texts).toEqual(latin);
      }),
      RUNS,
    );
  });
});
