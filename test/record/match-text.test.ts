import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/record/log-record.ts';
import { MATCH_LENGTH, matchText } from '../../src/record/match-text.ts';

const record = (fields: Partial<LogRecord>): LogRecord => ({
  observedAt: 0,
  severityNumber: 0,
  body: '',
  attributes: {},
  resource: {},
  raw: '',
  ...fields,
});

describe('matchText', () => {
  it.each<[string, Partial<LogRecord>, string]>([
    ['a plain line', { body: 'x y' }, 'x y'],
    ['event, error and body', { event: 'e', error: 'r', body: 'b' }, 'e r b'],
    ['a body that is the event, once', { event: 'e', body: 'e' }, 'e'],
    ['a body that is the error, once', { error: 'boom', body: 'boom' }, 'boom'],
    ['an error inside the body, once', { error: 'boom', body: 'failed: boom' }, 'failed: boom'],
    ['the exception behind', { body: 'b', exception: { type: 'T', message: 'm' } }, 'b T: m'],
    [
      'an exception that the body has already',
      { body: 'b T: m', exception: { type: 'T', message: 'm' } },
      'b T: m',
    ],
    [
      "an error that is the exception's",
      { error: 'm m', body: 'b', exception: { type: 'T', message: 'm m' } },
      'b T: m m',
    ],
    ['an exception alone', { exception: { type: 'T' } }, 'T'],
    ['a message that has the type', { body: 'b', exception: { type: 'T', message: 'T: m' } }, 'b T: m'],
    ['a stack trace alone', { body: 'b', exception: { stacktrace: 's' } }, 'b'],
    ['nothing', {}, ''],
  ])('%s', (_rule, fields, expected) => {
    expect(matchText(record(fields))).toBe(expected);
  });

  it('keeps the exception of a text that is too long', () => {
    const text = matchText(record({ body: 'x'.repeat(300_000), exception: { type: 'T', message: 'm' } }));
    expect(text).toHaveLength(MATCH_LENGTH);
    expect(text.endsWith('x T: m')).toBe(true);
  });

  it('is at most as long as the longest line and never splits a surrogate pair', () => {
    const part = fc
      .string({ unit: 'grapheme' })
      .map((text) => `${text}😀`.repeat(1 + (90_000 % (text.length + 3))));
    fc.assert(
      fc.property(part, part, part, (event, body, message) => {
        const text = matchText(record({ event, body, exception: { type: 'T', message } }));
        expect(text.length).toBeLessThanOrEqual(MATCH_LENGTH);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});
