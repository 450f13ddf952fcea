import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StackJoiner } from '../../src/record/stack-joiner.ts';
import { recordOfText } from '../../src/record/text.ts';
import { TRACES } from './traces.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1_000) };
const WAIT = 250;

interface Out<T> {
  readonly text: string;
  readonly item: T;
  readonly lines: number;
}

function create<T>(
  options: { waitMs?: number; maxLines?: number; maxLength?: number; maxStreams?: number } = {},
) {
  const out: Out<T>[] = [];
  const joiner = new StackJoiner<T>((text, item, lines) => out.push({ text, item, lines }), {
    waitMs: WAIT,
    ...options,
  });
  return { joiner, out };
}

/** What becomes of lines of one stream that come without a pause. */
function join(lines: readonly string[], options: { maxLines?: number; maxLength?: number } = {}): string[] {
  const { joiner, out } = create<number>(options);
  for (const [index, line] of lines.entries()) joiner.feed('a', line, index, 1000);
  joiner.flush();
  expect(joiner.waiting).toBe(false);
  expect(out.reduce((sum, joined) => sum + joined.lines, 0)).toBe(lines.length);
  return out.map(({ text }) => text);
}

const EXAMPLES = TRACES.map((make) => make(42));
const NEIGHBOURS = [
  '2024-05-01 10:00:01 INFO request served',
  'INFO:     127.0.0.1:1 - "GET / HTTP/1.1" 200 OK',
  'Listening on port 3000',
  '{"level":30,"msg":"x"}',
  '[2024-05-01T10:00:00Z] DEBUG: slow',
];

describe('the lines of one trace are one record', () => {
  it.each(EXAMPLES.map((trace) => [trace.name, trace] as const))('%s', (_name, { text, type, message }) => {
    expect(join(text.split('\n'))).toEqual([text]);
    expect(recordOfText(text, { observedAt: 1 }).exception).toMatchObject({ type, message });
  });

  it.each(EXAMPLES.map((trace) => [trace.name, trace.text] as const))(
    '%s, among other lines',
    (_name, text) => {
      for (const line of NEIGHBOURS) {
        expect(join([line, ...text.split('\n'), line, line])).toEqual([line, text, line, line]);
      }
    },
  );

  it('ten of each language, interleaved from two sources', () => {
    const { joiner, out } = create<string>();
    const expected: string[] = [];
    const linesOf = (parity: number) =>
      TRACES.flatMap((make) => Array.from({ length: 10 }, (_, n) => make(2 * n + parity).text)).flatMap(
        (text) => {
          expected.push(text);
          return ['INFO between', ...text.split('\n')];
        },
      );
    const [a, b] = [linesOf(0), linesOf(1)];
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      if (index < a.length) joiner.feed('a', a[index] as string, 'a', index);
      if (index < b.length) joiner.feed('b', b[index] as string, 'b', index);
    }
    joiner.flush();
    const texts = out.map(({ text }) => text).filter((text) => text !== 'INFO between');
    expect(texts.sort()).toEqual(expected.sort());
  });
});

describe('lines that are no trace stay lines', () => {
  it.each([
    [['ERROR a', 'ERROR b', 'TypeError: c', 'ERROR d']],
    [['TypeError: a', 'TypeError: b', 'plain', 'plain']],
    [['ERROR a', '', 'ERROR b']],
    [['starting', '  indented', '  more', 'done']],
    [['INFO x', 'java.lang.RuntimeException: y', 'INFO z']],
    [['panic: x', 'goroutines are fine', 'y']],
    [['', '', 'a']],
    [['note: x', '}', '#0 x', 'Stack trace:']],
  ])('%j', (lines) => {
    expect(join(lines)).toEqual(lines);
  });

  it('a trace behind an information is not part of it', () => {
    const trace = EXAMPLES[0]?.text ?? '';
    expect(join(['2024-05-01 INFO ready', ...trace.split('\n')])).toEqual(['2024-05-01 INFO ready', trace]);
  });

  it('of any two traces with a line between', () => {
    for (const a of EXAMPLES) {
      for (const b of EXAMPLES) {
        const lines = [...a.text.split('\n'), 'request served', ...b.text.split('\n')];
        expect(join(lines), `${a.name}, ${b.name}`).toEqual([a.text, 'request served', b.text]);
      }
    }
  });

  it('two traces in a row are two', () => {
    for (const { text } of EXAMPLES)
      expect(join([...text.split('\n'), ...text.split('\n')])).toEqual([text, text]);
  });
});

describe('nothing waits long', () => {
  it('a line is complete after the wait', () => {
    const { joiner, out } = create<number>();
    joiner.feed('a', 'ERROR x', 1, 1000);
    expect(joiner.due(1000 + WAIT - 1)).toBe(1000 + WAIT);
    expect(out).toEqual([]);
    expect(joiner.due(1000 + WAIT)).toBeUndefined();
    expect(out).toEqual([{ text: 'ERROR x', item: 1, lines: 1 }]);
  });

  it('a trace whose lines never end is complete after four waits', () => {
    const { joiner, out } = create<number>();
    joiner.feed('a', 'TypeError: x', 0, 0);
    for (let at = 100; out.length === 0; at += 100) {
      joiner.feed('a', '    at f (/a.js:1:1)', at, at);
      joiner.due(at);
      expect(at).toBeLessThanOrEqual(4 * WAIT);
    }
  });

  it('a clock that is set back releases what waits', () => {
    const { joiner, out } = create<number>();
    joiner.feed('a', 'ERROR x', 1, 1_000_000);
    joiner.due(0);
    expect(out).toHaveLength(1);
  });

  it('with a wait of 0 no line waits', () => {
    const { joiner, out } = create<number>({ waitMs: 0 });
    joiner.feed('a', 'TypeError: x', 1, 0);
    expect(out).toHaveLength(1);
  });
});

describe('a trace is bounded', () => {
  it('in lines: beginning and end are kept, and the rest is counted', () => {
    const frames = Array.from({ length: 1000 }, (_, n) => `  File "a.py", line ${n}, in f`);
    const lines = ['Traceback (most recent call last):', ...frames, 'RecursionError: too deep'];
    const [text = ''] = join(lines, { maxLines: 200 });
    expect(text.split('\n')).toHaveLength(201);
    expect(text).toContain('[… 802 lines left out]');
    expect(recordOfText(text, { observedAt: 1 }).exception).toMatchObject({
      type: 'RecursionError',
      message: 'too deep',
    });
  });

  it('in length', () => {
    const lines = ['TypeError: x', ...Array.from({ length: 100 }, () => `    at ${'x'.repeat(5_000)}`)];
    const [text = ''] = join(lines, { maxLength: 64 * 1024 });
    expect(text.length).toBeLessThan(70 * 1024);
  });

  it('in streams: the oldest gives way', () => {
    const { joiner, out } = create<number>({ maxStreams: 10 });
    for (let n = 0; n < 25; n += 1) joiner.feed(String(n), `line ${n}`, n, 0);
    expect(out.map(({ item }) => item)).toEqual(Array.from({ length: 15 }, (_, n) => n));
  });
});

const line = fc.oneof(
  fc.constantFrom(...EXAMPLES.flatMap(({ text }) => text.split('\n')), ...NEIGHBOURS),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')),
);

describe('any lines', () => {
  it('come out once each and in their order, from any streams', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), line, fc.nat(120)), { maxLength: 60 }),
        fc.constantFrom(0, WAIT),
        (feeds, waitMs) => {
          const { joiner, out } = create<string>({ waitMs });
          let at = 0;
          for (const [stream, text, pause] of feeds) {
            at += pause;
            joiner.due(at);
            joiner.feed(String(stream), text, String(stream), at);
          }
          joiner.flush();
          for (const stream of ['0', '1', '2']) {
            const fed = feeds.filter(([of]) => String(of) === stream).map(([, text]) => text);
            const got = out.filter(({ item }) => item === stream);
            expect(got.map(({ text }) => text).join('\n')).toBe(fed.join('\n'));
            expect(got.reduce((sum, { lines }) => sum + lines, 0)).toBe(fed.length);
          }
        },
      ),
      RUNS,
    );
  });

  it('take linear time', () => {
    const start = performance.now();
    for (const { text } of EXAMPLES) {
      const lines = text.split('\n');
      join(Array.from({ length: 2_000 }, (_, n) => lines[n % lines.length] as string));
      for (const one of lines) join([one, ...Array.from({ length: 100 }, () => one.repeat(100))]);
    }
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});
