import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAN_OUT, mergeGroups } from '../../../src/classify/template/merge.ts';

const NAMES = ['ann', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'];
const groupsOf = (texts: readonly string[]) => new Set(mergeGroups(texts)).size;
const filled = (template: string, words: readonly string[]) =>
  words.map((word) => template.replace('%', word));

describe('texts are merged', () => {
  it('that differ in one word which varies', () => {
    expect(groupsOf(filled('login refused for % from console', NAMES))).toBe(1);
  });

  it('from a fan-out of six on', () => {
    expect(groupsOf(filled('login refused for % from console', NAMES.slice(0, FAN_OUT - 1)))).toBe(
      FAN_OUT - 1,
    );
  });

  it('that differ in two words, each of which varies', () => {
    const texts = NAMES.flatMap((name) => filled(`disk % of ${name} is gone`, NAMES));
    expect(groupsOf(texts)).toBe(1);
  });

  it('that are a verb and its object', () => {
    expect(groupsOf(filled('removing %', NAMES))).toBe(1);
  });
});

describe('texts stay apart', () => {
  it.each([
    [
      'error classes',
      'unhandled % in the loop',
      'KeyError ValueError TypeError OSError EOFError IOError MemoryError',
    ],
    [
      'errno names',
      'connect to the hub failed %',
      'ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAGAIN ECONNREFUSED',
    ],
    ['quoted names', 'relation "%" does not exist', 'users orders carts items plans teams roles'],
    ['statuses', 'the hub answered with status %', '500 501 502 503 504 505 507'],
    [
      'codes of vendors',
      'the query failed with %',
      'ORA-00001 ORA-00942 ORA-01017 ORA-12154 ORA-01555 ORA-04031 ORA-00060',
    ],
    ['methods', 'the hub refused % of it', 'GET PUT POST DELETE PATCH HEAD OPTIONS'],
    ['verbs', 'the connection to the hub was %', 'refused closed dropped aborted rejected reset resetting'],
    ['negations and other small words', 'the lock is % held here', 'not never still already only now no'],
    [
      'values that say what the error is',
      'the job ended reason=%',
      'expired timeout quota policy drain limit budget',
    ],
    ['causes', 'the startup was aborted because of %', 'disk memory network quota clock license battery'],
    [
      'causes behind an article',
      'the startup of it aborted due to the %',
      'disk memory network quota clock license battery',
    ],
    [
      'causes of causes',
      'the startup aborted, caused by % here',
      'disk memory network quota clock license battery',
    ],
    ['reasons', 'the startup aborted for reason % here', 'disk memory network quota clock license battery'],
    [
      'causes behind a colon',
      'the startup of the hub aborted: %',
      'disk memory network quota clock license battery',
    ],
    ['short texts', '% failed', 'upload checkout payment import export backup sync'],
    [
      'call sites',
      'StateError ← % (orders/total.js) ← handle (app.js)',
      'settle cancel refund ship pack bill void',
    ],
  ])('%s', (_what, template, words) => {
    const list = words.split(' ');
    expect(groupsOf(filled(template, list))).toBe(list.length);
  });
});

const word = fc.constantFrom(
  ...NAMES,
  'pump',
  'hub',
  'KeyError',
  'not',
  'refused',
  '<*>',
  '"x"',
  'code',
  '17',
  '=',
  '(',
  ')',
);
const texts = fc.uniqueArray(
  fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' ')),
  { minLength: 1, maxLength: 120 },
);

describe('merging', () => {
  it('is a function of the set: order and repetition change nothing', () => {
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.nat()), (list, random) => {
        const groups = new Map(mergeGroups(list).map((group, index) => [list[index], group]));
        const shuffled = list
          .map((text) => ({ text, by: random.next().value as number }))
          .sort((a, b) => a.by - b.by)
          .map(({ text }) => text);
        const again = [...shuffled, ...list.slice(0, 3)];
        expect(mergeGroups(again)).toEqual(again.map((text) => groups.get(text)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives each text the least text of its group, and a group of one to what is not merged', () => {
    expect(mergeGroups(['b', 'a'])).toEqual(['b', 'a']);
    const merged = mergeGroups(filled('login refused for % from console', NAMES.toReversed()));
    expect(new Set(merged)).toEqual(new Set(['login refused for ann from console']));
  });
});
