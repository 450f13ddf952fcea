import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/problem.ts';
import { parseSignatures } from '../../src/config/signatures-file.ts';

const rules = (text: string) => parseSignatures(text, 's.yml').rules;
const remarks = (text: string) =>
  parseSignatures(text, 's.yml').warnings.map(({ place, message }) => `${place}: ${message}`);
const wrong = (text: string): string => {
  try {
    parseSignatures(text, 's.yml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'nothing wrong';
};

describe('a signature', () => {
  it('falls back on its category, then on escalate, anomaly and an empty summary', () => {
    const { signatures } = rules(`
categories:
  a:
    default_policy: notify
    default_severity: high
    signatures:
      - {id: X, pattern: x}
      - {id: Y, regex: y, policy: retry, severity: low, description: why}
  b:
    signatures: [{id: Z, pattern: z}]
`);
    expect(signatures).toMatchObject([
      { id: 'X', category: 'a', policy: 'notify', severity: 'high', summary: '' },
      { id: 'Y', policy: 'retry', severity: 'low', summary: 'why' },
      { id: 'Z', category: 'b', policy: 'escalate', severity: 'anomaly', summary: '' },
    ]);
  });

  it('keeps the order of the file, categories that look like numbers included, in YAML and JSON', () => {
    for (const text of ['10: [ten]\n2: [two]\nb: [bee]\n', '{"10": ["ten"], "2": ["two"], "b": ["bee"]}']) {
      expect(rules(text).signatures.map(({ category, pattern }) => [category, pattern])).toEqual([
        ['10', 'ten'],
        ['2', 'two'],
        ['b', 'bee'],
      ]);
    }
  });

  it('whose id is repeated gets _1, _2, and never an id that another has', () => {
    const text =
      'categories: {c: {signatures: [{id: A, pattern: a}, {id: A, pattern: b}, {id: A_1, pattern: c}, {id: A, pattern: d}]}}';
    expect(rules(text).signatures.map(({ id }) => id)).toEqual(['A', 'A_2', 'A_1', 'A_3']);
  });

  it('has thresholds of its own in minutes', () => {
    const [signature] = rules(
      'categories: {c: {signatures: [{id: A, pattern: a, window_minutes: 0.5, min_count: 7, cooldown_minutes: 0}]}}',
    ).signatures;
    expect(signature).toMatchObject({ windowMs: 30_000, minCount: 7, cooldownMs: 0 });
  });

  it('may use (?!0)\\d+, which is understood', () => {
    expect(rules("c: ['code (?!0)\\d+']").signatures[0]?.pattern).toBe('code [1-9]\\d*');
  });
});

describe('a mistake is told with its place, what is wrong and how to mend it', () => {
  it.each([
    ['a look-ahead', 'c: ["a(?!b)"]', /^s\.yml:1:5: c\[0\]: .*look-ahead.*unless/],
    ['a pattern that is none', 'c: ["a("]', /^s\.yml:1:5: c\[0\]: .*never closed/],
    ['a missing pattern', 'c: [{id: A}]', /^s\.yml:1:5: c\[0\]: has no pattern\. Write/],
    [
      'an unknown key',
      'c: [{id: A, patern: x, pattern: y}]',
      /^s\.yml:1:13: c\[0\]\.patern: there is no such key\. Did you mean "pattern"/,
    ],
    [
      'an unknown policy',
      'c: [{pattern: x, policy: notfy}]',
      /s\.yml:1:26: .*retry, notify, escalate.*"notfy".*Did you mean "notify"/,
    ],
    ['an unknown severity', 'c: [{pattern: x, severity: terrible}]', /s\.yml:1:28: .*"terrible"/],
    [
      'an example that does not match',
      'c: [{pattern: x, match: [abc]}]',
      /s\.yml:1:26: .*does not match this example/,
    ],
    [
      'a counter-example that matches',
      'c: [{pattern: x, no_match: [xyz]}]',
      /s\.yml:1:29: .*matches this example/,
    ],
    [
      'an example that `unless` excludes',
      'c: [{pattern: x, unless: y, match: [xy]}]',
      /s\.yml:1:37: .*`unless` excludes/,
    ],
    ['a list that is none', 'noise_allowlist: abc', /s\.yml:1:18: noise_allowlist: expected a list/],
    [
      'a threshold that is none',
      'c: [{pattern: x, min_count: 0}]',
      /s\.yml:1:29: .*whole number of 1 or more, got 0/,
    ],
    ['a key twice', 'a: [x]\na: [y]', /s\.yml:2:1: .*twice/],
    ['an open bracket', 'a: [x', /s\.yml:\d+:\d+: /],
    ['a tab', 'a:\n\t- x', /s\.yml:2:\d+: .*tab/],
  ])('%s', (_, text, expected) => {
    expect(wrong(text)).toMatch(expected);
  });

  it('and all of them at once', () => {
    expect(wrong('c: ["a(", "b(?=c)"]\nd: 7').split('\n')).toHaveLength(3);
  });

  it('whatever the text is: nothing but a ConfigError is thrown', () => {
    const piece = fc.constantFrom(
      'categories:',
      '\n',
      '  ',
      '- ',
      'pattern: ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      'a',
      ':',
      '&x ',
      '*x',
      '|',
      '(?!',
      '\\',
      '\t',
      '# ',
      '0',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (text) => {
          wrong(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a remark is made on', () => {
  it.each([
    ['a bare number in the allowlist', "noise_allowlist: ['499']", /499 also stands in longer numbers/],
    ['a bare number in a branch', "noise_allowlist: ['broken|499']", /499/],
    ['a doubled backslash in single quotes', "noise_allowlist: ['\\\\b499\\\\b']", /doubled backslash/],
    [
      'an example that an earlier signature takes',
      'c: [{pattern: x}, {id: B, pattern: xy, match: [xyz]}]',
      /earlier signature c takes/,
    ],
  ])('%s', (_, text, expected) => {
    expect(remarks(text).join('\n')).toMatch(expected);
  });

  it('but not on patterns as they should be', () => {
    expect(
      remarks(
        'noise_allowlist: ["Broken pipe|context canceled|\\\\b499\\\\b", \'" 499 \', "port 8080 closed"]\nc: [\'C:\\\\\\\\dir\', "a|b"]',
      ),
    ).toEqual([]);
  });
});
