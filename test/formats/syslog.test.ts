import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOfSyslog } from '../../src/sources/formats/syslog.ts';

const CONTEXT = { observedAt: Date.UTC(2024, 4, 2) };
const AT = Date.UTC(2024, 4, 1, 10);
const read = (text: string) => recordOfSyslog(text, CONTEXT);

describe('RFC 5424', () => {
  it('reads the whole head', () => {
    const text =
      '<165>1 2024-05-01T10:00:00.003Z h app 8710 ID47 [a@1 x="1" y="\\"q\\" \\\\ \\] \\n"][b@1 x="1" x="2"] \uFEFFAn event';
    expect(read(text)).toEqual({
      observedAt: CONTEXT.observedAt,
      timestamp: AT + 3,
      severityNumber: 10,
      severityText: 'notice',
      body: 'An event',
      attributes: {
        facility: 'local4',
        pid: 8710,
        msgid: 'ID47',
        'a@1': { x: '1', y: '"q" \\ ] \\n' },
        'b@1': { x: ['1', '2'] },
      },
      resource: { service: 'app', host: 'h' },
      raw: 'An event',
    });
  });

  it.each([
    ['nil values', '<14>1 - - - - - -', { body: '', attributes: { facility: 'user' }, resource: {} }],
    ['a message without structured data', '<14>1 - h app - - - hello', { body: 'hello' }],
    [
      "logger's",
      '<13>1 2024-05-01T10:00:00.000000+00:00 h me - - [timeQuality tzKnown="1" isSynced="1"] ERROR x',
      { body: 'ERROR x', severityNumber: 17, timestamp: AT, resource: { service: 'me', host: 'h' } },
    ],
    [
      "Heroku's, which has no structured data",
      '<40>1 2024-05-01T10:00:00+00:00 host app web.3 - State changed',
      { body: 'State changed', attributes: { pid: 'web.3' } },
    ],
    [
      "Heroku's with a bracket in front",
      '<40>1 2024-05-01T10:00:00+00:00 host app web.3 - [error] x',
      { body: '[error] x', severityNumber: 17 },
    ],
    [
      'structured data alone',
      '<14>1 - h app - - [a@1 b="c"]',
      { body: '', attributes: { 'a@1': { b: 'c' } } },
    ],
    ['structured data that is broken', '<14>1 - h app - - [a@1 b="c hello', { body: '[a@1 b="c hello' }],
    [
      'JSON as message',
      '<14>1 - h app - - - {"level":"error","msg":"x","service":"own"}',
      { body: 'x', severityNumber: 17, resource: { service: 'own', host: 'h' } },
    ],
    ['a key __proto__', '<14>1 - h app - - [__proto__@1 __proto__="x"] m', { body: 'm' }],
  ])('%s', (_rule, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  }); // prettier-ignore
});

describe('RFC 3164', () => {
  it.each([
    [
      'with host and tag',
      '<34>May  1 10:00:00 h su[12]: failed',
      {
        timestamp: AT,
        severityNumber: 21,
        body: 'failed',
        resource: { service: 'su', host: 'h' },
        attributes: { facility: 'auth', pid: 12 },
      },
    ],
    [
      'without host (BSD, /dev/log)',
      '<13>May  1 10:00:00 app[3]: hello',
      { timestamp: AT, body: 'hello', resource: { service: 'app' } },
    ],
    ['without time and host', '<13>app: hello', { body: 'hello', resource: { service: 'app' } }],
    [
      'with an ISO time (rsyslog)',
      '<13>2024-05-01T12:00:00.5+02:00 h app: hello',
      { timestamp: AT + 500, body: 'hello', resource: { service: 'app', host: 'h' } },
    ],
    ['with a year', '<13>May  1 2023 10:00:00 h app: x', { timestamp: Date.UTC(2023, 4, 1, 10) }],
    [
      'with a path as tag',
      '<22>May  1 10:00:00 mail postfix/smtpd[9]: connect',
      { resource: { service: 'postfix/smtpd', host: 'mail' } },
    ],
    [
      'with a host and no tag',
      '<13>May  1 10:00:00 web-1 something happened',
      { body: 'something happened', resource: { host: 'web-1' } },
    ],
    ['with neither', '<13>May  1 10:00:00 something happened', { body: 'something happened', resource: {} }],
    [
      'with an IPv6 host',
      '<13>May  1 10:00:00 fe80::1 app: x',
      { body: 'x', resource: { service: 'app', host: 'fe80::1' } },
    ],
    [
      'with a message that begins like a tag',
      '<13>error: disk full',
      { body: 'error: disk full', severityNumber: 17, resource: {} },
    ],
    ['with no head at all', '<13>hello world', { body: 'hello world' }],
    [
      'of the kernel',
      '<4>May  1 10:00:00 h kernel: [ 12.5] Out of memory: Killed process 4',
      {
        body: '[ 12.5] Out of memory: Killed process 4',
        resource: { service: 'kernel', host: 'h' },
        severityNumber: 13,
      },
    ],
  ])('%s', (_rule, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  }); // prettier-ignore

  it.each([
    ['December, seen in January', Date.UTC(2024, 0, 1), 'Dec 31 23:59:00', Date.UTC(2023, 11, 31, 23, 59)],
    ['January, seen in December', Date.UTC(2023, 11, 31), 'Jan  1 00:01:00', Date.UTC(2024, 0, 1, 0, 1)],
  ])('takes the year that is nearest: %s', (_rule, observedAt, time, expected) => {
    expect(recordOfSyslog(`<13>${time} h app: x`, { observedAt })?.timestamp).toBe(expected);
  });
});

describe('recordOfSyslog', () => {
  it.each(['hello', '<192>x', '<>x', '<1234>x', '', '<1', '< 1>x', '<a>x'])('is not for %j', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('lets a level of the message win over the PRI, which counts otherwise', () => {
    expect(read('<13>app: ERROR x')).toMatchObject({ severityNumber: 17, severityText: 'ERROR' });
    expect(read('<11>app: INFO x')).toMatchObject({ severityNumber: 9, severityText: 'INFO' });
    expect(read('<11>app: x')).toMatchObject({ severityNumber: 17, severityText: 'err' });
  });

  it('never throws, and its record is well-formed', () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom(
          '<13>',
          '1 ',
          '- ',
          'May  1 10:00:00 ',
          '2024-05-01T10:00:00Z ',
          '[a@1 ',
          'b="',
          '\\',
          '"',
          ']',
          ' ',
          'app[1]: ',
          '{"level":50}',
        ),
        fc.string({ unit: 'binary' }),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 191 }), (parts, pri) => {
        const record = read(`<${pri}>${parts.join('')}`);
        expect(record).toBeDefined();
        expect(JSON.stringify(record).isWellFormed()).toBe(true);
        expect(record?.body.isWellFormed()).toBe(true);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1000) },
    );
  });

  it.each(['[a@1 b="c"]', '[', 'a ', 'May  1 ', '\\"', ' x="'])(
    'takes linear time for 64 KB of %j',
    (piece) => {
      const start = performance.now();
      read(`<13>1 - h app - - [a@1 x="${piece.repeat(64_000 / piece.length)}`);
      read(`<13>${piece.repeat(64_000 / piece.length)}`);
      expect(performance.now() - start).toBeLessThan(5_000);
    },
  );
});
