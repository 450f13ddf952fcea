import { describe, expect, it } from 'vitest';
import { decodeLogplex } from '../../src/sources/formats/logplex.ts';
import { splitOctetFrames } from '../../src/sources/formats/octet-frames.ts';
import { CONTEXT, counted, fuzz } from './fuzz.ts';

const DRAIN = { count: undefined, token: 'd.73ea7440', service: undefined };
const frames = (...messages: string[]) =>
  Buffer.from(messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join(''));
const decode = (body: Buffer, drain = {}) => {
  const result = decodeLogplex(body, { ...DRAIN, ...drain }, CONTEXT);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};

/** As Heroku's documentation has them. */
const STATE = '<40>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed from starting to up\n';
const ROUTER =
  '<158>1 2012-11-30T06:45:26+00:00 host heroku router - at=error code=H12 desc="Request timeout" method=GET path="/" status=503\n';
const L10 =
  '<172>1 2012-11-30T06:45:30+00:00 host heroku logplex - Error L10 (output buffer overflow): 500 messages dropped since 2012-11-30T06:44:00+00:00.';

describe('octet counting', () => {
  const split = (text: string) => {
    const { frames: found, rest } = splitOctetFrames(Buffer.from(text), 10);
    return [found.map((frame) => Buffer.from(frame).toString()), Buffer.from(rest).toString()];
  };
  it.each([
    ['one', '3 abc', ['abc'], ''],
    ['two', '3 abc2 de', ['abc', 'de'], ''],
    ['bytes, not characters', '3 a\u00e92 de', ['aé', 'de'], ''],
    ['with line feeds between', '3 abc\n2 de\n', ['abc', 'de'], ''],
    ['cut off', '3 abc5 de', ['abc'], '5 de'],
    ['no count', '3 abcxyz', ['abc'], 'xyz'],
    ['a count of zero', '0 abc', [], '0 abc'],
    ['a count without end', '99999999999999999999 a', [], '99999999999999999999 a'],
    ['more than ten', '1 a'.repeat(11), 'aaaaaaaaaa'.split(''), '1 a'],
    ['nothing', '', [], ''],
  ])('%s', (_, text, found, rest) => {
    expect(split(text)).toEqual([found, rest]);
  });
});

describe('a Heroku drain', () => {
  it('gives service, process, time and drain', () => {
    expect(decode(frames(STATE, ROUTER)).records).toMatchObject([
      {
        timestamp: Date.parse('2012-11-30T06:45:29Z'),
        severityNumber: 0,
        body: 'State changed from starting to up',
        resource: { service: 'app' },
        attributes: { pid: 'web.3', drain: 'd.73ea7440' },
      },
      { severityNumber: 17, resource: { service: 'heroku' }, body: expect.stringContaining('code=H12') },
    ]);
  });

  it('is named by its address', () => {
    const [record] = decode(frames(ROUTER), { service: 'shop' }).records;
    expect(record).toMatchObject({
      resource: { service: 'shop' },
      attributes: { app: 'heroku', pid: 'router' },
    });
  });

  it("counts what Heroku dropped as the sender's losses", () => {
    const { records, dropped } = decode(frames(STATE, L10));
    expect(records).toHaveLength(2);
    expect(dropped).toEqual(new Map([['sender_lost', 500]]));
  });

  it('counts what is missing of what was announced', () => {
    const body = frames(STATE, ROUTER).subarray(0, -5);
    expect(decode(body, { count: 4 }).dropped).toEqual(new Map([['malformed', 3]]));
    expect(decode(body).dropped).toEqual(new Map([['malformed', 1]]));
  });

  it('that sends something else is unreadable', () => {
    expect(decodeLogplex(Buffer.from('hello'), DRAIN, CONTEXT)).toHaveProperty('unreadable');
    expect(decodeLogplex(Buffer.alloc(0), DRAIN, CONTEXT)).toHaveProperty('unreadable');
  });

  it('takes hostile bytes', () =>
    fuzz(
      counted((bytes) => decodeLogplex(bytes, DRAIN, CONTEXT)),
      frames(STATE, ROUTER, L10),
    ));
});
