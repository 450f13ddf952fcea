import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLokiJson, decodeLokiProtobuf } from '../../src/sources/formats/loki.ts';
import { parseLabels } from '../../src/sources/formats/loki-labels.ts';
import { unsnappy } from '../../src/sources/formats/snappy.ts';
import { CONTEXT, FUZZ_RUNS, fuzz } from './fuzz.ts';
import { bytesField, message, varintField } from './protobuf-writer.ts';
import { snappy } from './snappy-writer.ts';

const AT = 1_763_699_990_123;
const TRACE = '5b8efff798038103d269b633813fc60c';

const json = (value: unknown) => decodeLokiJson(Buffer.from(JSON.stringify(value)), CONTEXT);
const stream = (labels: object, ...values: unknown[]) => ({ streams: [{ stream: labels, values }] });
const records = (result: ReturnType<typeof json>) => {
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result.records;
};
const pair = (name: string, value: string) =>
  bytesField(3, message(bytesField(1, name), bytesField(2, value)));
const PUSH = bytesField(
  1,
  message(
    bytesField(1, '{app="shop", level="error", instance="web1"}'),
    bytesField(
      2,
      message(
        bytesField(1, message(varintField(1, Math.floor(AT / 1000)), varintField(2, 123_000_000))),
        bytesField(2, 'Payment refused'),
        pair('trace_id', TRACE),
      ),
    ),
  ),
);

describe('a Loki entry', () => {
  it.each([
    [
      'JSON',
      json(
        stream({ app: 'shop', level: 'error', instance: 'web1' }, [
          `${AT}000000`,
          'Payment refused',
          { trace_id: TRACE },
        ]),
      ),
    ],
    ['protobuf under snappy', decodeLokiProtobuf(snappy(PUSH), CONTEXT)],
  ])('in %s has its labels', (_, result) => {
    expect(records(result)).toMatchObject([
      {
        timestamp: AT,
        severityNumber: 17,
        body: 'Payment refused',
        raw: 'Payment refused',
        resource: { service: 'shop', host: 'web1' },
        traceId: TRACE,
      },
    ]);
  });

  const at = `${AT}000000`;
  it.each([
    ['service_name before app', { app: 'a', service_name: 'shop' }, 'x', { resource: { service: 'shop' } }],
    ['the container', { container: 'shop', job: 'default/shop' }, 'x', { resource: { service: 'shop' } }],
    ['the job', { job: 'shop' }, 'x', { resource: { service: 'shop' } }],
    ['the level that Loki found', { detected_level: 'error' }, 'x', { severityNumber: 17 }],
    ['the level of the line itself', { level: 'info' }, 'level=error msg=x', { severityNumber: 17 }],
    [
      'a line of JSON',
      { job: 'j' },
      '{"level":50,"msg":"m","name":"api"}',
      { body: 'm', resource: { service: 'api' } },
    ],
    ['the time of the push', {}, '2020-01-01 00:00:00 ERROR x', { timestamp: AT }],
  ])('takes %s', (_, labels, line, expected) => {
    expect(records(json(stream(labels, [at, line])))[0]).toMatchObject(expected);
  });

  it('that cannot be read is dropped alone', () => {
    const result = json({ streams: [{ stream: {}, values: [[at, 'a'], [at, 5], 'x'] }, 5] });
    expect(records(result)).toHaveLength(1);
    expect(result).toMatchObject({ dropped: new Map([['malformed', 3]]) });
  });
});

describe('labels', () => {
  it.each([
    ['{}', {}],
    ['{a="1"}', { a: '1' }],
    ['{ a = "x\\"y\\\\z\\n" , b=`raw` }', { a: 'x"y\\z\n', b: 'raw' }],
    ['{a="\\u00e9", }', { a: 'é' }],
    ['{a="1"', undefined],
    ['a="1"', undefined],
    ['{a=1}', undefined],
  ])('%s', (text, expected) => {
    expect(parseLabels(text)).toEqual(expected);
  });
});

describe('snappy', () => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('abcabc', 'x', 'long long long '), { maxLength: 80 }), (words) => {
        const bytes = Buffer.from(words.join(''));
        expect(unsnappy(snappy(bytes), 10_000)).toEqual(bytes);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('refuses more than the limit, and a length that the bytes cannot have', () => {
    expect(unsnappy(snappy(Buffer.alloc(2000, 'a')), 1999)).toBeUndefined();
    expect(unsnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0]), 2 ** 31)).toBeUndefined();
    expect(unsnappy(Buffer.alloc(0), 10)).toBeUndefined();
  });
});

describe('hostile bytes', () => {
  it('in JSON', () =>
    fuzz(
      (bytes) => decodeLokiJson(bytes, CONTEXT),
      JSON.stringify(stream({ a: 'b' }, [`${AT}000000`, 'x', { y: 'z' }])),
    ));
  it('under snappy', () => fuzz((bytes) => decodeLokiProtobuf(bytes, CONTEXT), snappy(PUSH)));
  it('in protobuf', () => fuzz((bytes) => decodeLokiProtobuf(snappy(bytes), CONTEXT), PUSH));
});
