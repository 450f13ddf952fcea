import { describe, expect, it } from 'vitest';
import { createClassifier } from '../../src/classify/classifier.ts';
import { parsePattern } from '../../src/classify/pattern.ts';
import { PatternSet } from '../../src/classify/pattern-set.ts';
import type { Signature } from '../../src/classify/signature.ts';
import { recordOfText } from '../../src/record/text.ts';

const signature = (id: string, pattern: string, unless?: string): Signature => ({
  id,
  category: 'c',
  pattern,
  severity: 'high',
  policy: 'notify',
  summary: '',
  ...(unless === undefined ? {} : { unless }),
});

const classifier = createClassifier({
  noise: ['broken pipe', 'timeout'],
  signatures: [
    signature('FIRST', 'disk .*full'),
    signature('SECOND', 'disk'),
    signature('GUARDED', 'timeout', 'dry run'),
    signature('LAST', 'dry run of everything'),
  ],
});

const outcome = (line: string): string => {
  const verdict = classifier.classify(recordOfText(line, { observedAt: 0 }));
  if (verdict.outcome === 'match') return verdict.signature.id;
  return verdict.outcome === 'generic' ? `generic ${verdict.grouped}` : verdict.outcome;
};

describe('a record is classified', () => {
  it.each([
    ['by the first signature of the file that matches', 'DISK IS FULL', 'FIRST'],
    ['by the next one when the first does not match', 'disk slow', 'SECOND'],
    ['by a signature before the noise allowlist', 'timeout of broken pipe', 'GUARDED'],
    ['by what follows when `unless` matches', 'timeout in a dry run of everything', 'LAST'],
    ['as noise when only the allowlist is left', 'timeout in a dry run', 'noise'],
    ['as noise without a signature', 'write: Broken pipe', 'noise'],
    ['as ignored when it is empty', '   ', 'ignored'],
    ['as a generic error when its level says so', '2026-11-21T10:00:00Z ERROR queue stalled', 'generic true'],
    ['as a generic error when its words say so', 'payment failed for order 7', 'generic true'],
    [
      'as harmless when its level is below ERROR',
      '2026-11-21T10:00:00Z INFO error page rendered',
      'generic false',
    ],
    ['as harmless when it only counts no errors', 'backup done, 0 errors, failed=0', 'generic false'],
    ['as harmless otherwise', 'listening on 8080', 'generic false'],
    ['over the decoded message of JSON', '{"level":"info","msg":"disk \\u0066ull"}', 'FIRST'],
    [
      'over an event and its message together',
      '{"level":"info","event":"disk","message":"was full"}',
      'FIRST',
    ],
  ])('%s', (_, line, expected) => {
    expect(outcome(line)).toBe(expected);
  });

  it('within 50 ms for 100 KB of anything', () => {
    for (const piece of ['disk ', 'a', 'timeout dry ', '{"a":', '"', '\\', 'Error: ', '\u202e']) {
      const line = piece.repeat(Math.ceil(100_000 / piece.length));
      outcome(line);
      const startedAt = performance.now();
      outcome(line);
      expect(performance.now() - startedAt, piece).toBeLessThan(2_000);
    }
  });
});

describe('a set of patterns', () => {
  it('answers as its patterns one by one, when RE2 has to split it too', () => {
    const many = Array.from({ length: 900 }, (_, n) => `x${n}y[a-z]{3,40}`);
    expect(new PatternSet(many).match(Buffer.from('x7yabc X899Yabcd'))).toEqual([7, 899]);
  });
});

describe('a pattern', () => {
  it.each([
    ['Exited with code (?!0)\\d+', 'Exited with code [1-9]\\d*'],
    ['a(?:b|c)', 'a(?:b|c)'],
    ['(?P<name>x)', '(?P<name>x)'],
  ])('%s is understood', (written, source) => {
    expect(parsePattern(written)).toEqual({ ok: true, source });
  });

  it.each([
    ['foo(?!bar)', /look-ahead.*RE2/, /unless/],
    ['(?<=a)b', /look-behind/, /unless/],
    ['(a)\\1', /back-reference/, /out/],
    ['(a', /never closed/, /./],
    ['', /empty/, /Write/],
    ['a*', /every line/, /required/],
  ])('%s is refused, with what is wrong and how to mend it', (written, reason, mend) => {
    const parsed = parsePattern(written);
    expect(parsed.ok ? '' : parsed.reason).toMatch(reason);
    expect(parsed.ok ? '' : parsed.mend).toMatch(mend);
  });
});
