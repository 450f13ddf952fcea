import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTemplate } from '../../../src/classify/template/canonical-template.ts';
import { explainTemplate } from '../../../src/classify/template/explain.ts';
import { maskText } from '../../../src/classify/template/scan.ts';
import { redactText } from '../../../src/record/redact.ts';

const piece = fc.constantFrom(
  ...'"GET /a HTTP/1.1"|user|for|=|=|:|://|https://a.b/c?d=e|{"a": "b"}|[x(|)]|`|\'|\\|..|....|0x1f|10.0.0.1:80|::1|é7|订单7|\n|\n    at f (/a/b.js:1:2)|Traceback (most recent call last)|Caused by: |#0 /a.php(1): f()|goroutine 1|ERROR|2024-05-01 10:00:00|****|<*>|@|Fri|Jul|UTC|\u0000|\ud800|😀'.split(
    '|',
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 40 }).map((parts) => parts.join(' ')),
  fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
);

describe('the template form', () => {
  it('never throws, and gives the same text again', () => {
    fc.assert(
      fc.property(text, (input) => {
        const canonical = canonicalTemplate(input);
        expect(canonicalTemplate(input)).toBe(canonical);
        expect(explainTemplate(input).canonical).toBe(canonical);
      }),
      { numRuns: 1500 },
    );
  });

  it('does not depend on the numbers of a text', () => {
    const numbers = fc.tuple(fc.nat(), fc.nat()).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(numbers, ([a, b]) => {
        const line = (n: number) =>
          `shard ${n} of pool-${n} lost ${n} MB at ${n}:${n}, id=${n} [${n}] (${n})`;
        expect(canonicalTemplate(line(a))).toBe(canonicalTemplate(line(b)));
      }),
    );
  });

  it.each([
    '"',
    "'a ",
    'a:',
    'a=',
    ':',
    '.',
    'a.',
    '1 ',
    '1,',
    '-',
    '[',
    '"a" ',
    'x@',
    '://a ',
    'for user ',
    '\n',
    '\n    at f (/a/b.js:1:2)',
    '\n  File "a.py", line 1, in f',
    '\n#0 /a.php(1): f()',
    'Caused by: ',
    'a-b2cdf ',
    '/',
    '\\',
    '订7',
    '`',
    ' 2024-05-01',
    'A',
    'a(',
    '. ',
  ])('takes 100 KB of %j in next to no time', (part) => {
    const line = part.repeat(Math.ceil(100_000 / part.length));
    canonicalTemplate(line);
    const startedAt = performance.now();
    canonicalTemplate(line);
    // It takes 1 to 5 ms; an engine that backtracks would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('hashes the whole of a text up to 8 KB, and no more', () => {
    const long = 'word '.repeat(1_000);
    expect(canonicalTemplate(`${long}refused`)).not.toBe(canonicalTemplate(`${long}expired`));
    const longer = 'word '.repeat(4_000);
    expect(canonicalTemplate(`${longer}refused`)).toBe(canonicalTemplate(`${longer}expired`));
  });

  it('takes blanks and colours for nothing', () => {
    expect(canonicalTemplate('cache  miss \t storm ')).toBe(canonicalTemplate('cache miss storm'));
  });

  it.each([
    'login failed password=hunter2 for x',
    'auth Bearer abcdef123456789 rejected',
    'connect postgres://ann:pw@db.example.com/x failed',
    'key AKIAIOSFODNN7EXAMPLE refused',
  ])('is the same whether or not the secrets were taken out: %s', (line) => {
    expect(redactText(line)).not.toBe(line);
    expect(canonicalTemplate(redactText(line))).toBe(canonicalTemplate(line));
  });

  it('masks each place once, in order', () => {
    fc.assert(
      fc.property(text, (input) => {
        const places: { start: number; end: number }[] = [];
        maskText(input.replace(/\s+/g, ' '), places as never);
        for (const [index, { start, end }] of places.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThanOrEqual(places[index - 1]?.end ?? 0);
        }
      }),
    );
  });
});

describe('the explanation of a group', () => {
  it('says what was left out, what was masked, and why', () => {
    expect(explainTemplate('2024-05-01 10:00:00 ERROR payment of ann@example.com failed after 3 s')).toEqual({
      canonical: 'payment of <*> failed after <*>',
      head: '2024-05-01 10:00:00 ERROR ',
      masked: [
        { text: 'ann@example.com', rule: 'address', reason: expect.stringContaining('mail') },
        { text: '3 s', rule: 'number with unit', reason: expect.stringContaining('unit') },
      ],
    });
  });

  it('of a stack trace names its types and frames', () => {
    const trace = explainTemplate('RangeError: page 7\n    at list (/app/src/pages/list.js:3:1)').trace;
    expect(trace).toMatchObject({ types: ['RangeError'], frames: ['list (pages/list.js)'] });
  });

  it('of a label says which, and that nothing was masked', () => {
    expect(explainTemplate('Out of memory: Killed process 17')).toMatchObject({
      canonical: 'out of memory',
      label: 'out of memory',
      masked: [],
    });
  });
});
