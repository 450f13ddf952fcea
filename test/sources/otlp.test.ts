import { describe, expect, it } from 'vitest';
import { decodeOtlp, type OtlpEncoding } from '../../src/sources/formats/otlp.ts';
import { CONTEXT, fuzz } from './fuzz.ts';
import { bytesField, doubleField, fixed64Field, message, varintField } from './protobuf-writer.ts';

const AT = 1_763_699_990_123;
const NANOS = BigInt(AT) * 1_000_000n;
const TRACE = '5b8efff798038103d269b633813fc60c';
const SPAN = 'eee19b7ec3c1b174';

const pair = (key: string, value: object) => ({ key, value });
const text = (stringValue: string) => ({ stringValue });
const request = (log: object, resource: object[] = [pair('service.name', text('checkout'))]) => ({
  resourceLogs: [
    { resource: { attributes: resource }, scopeLogs: [{ scope: { name: 'app' }, logRecords: [log] }] },
  ],
});
const decode = (value: unknown, encoding: OtlpEncoding = 'json') => {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  const result = decodeOtlp(bytes, encoding, CONTEXT);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};
const one = (value: unknown, encoding?: OtlpEncoding) => decode(value, encoding).records[0];

const FULL_JSON = request(
  {
    timeUnixNano: String(NANOS),
    severityNumber: 17,
    severityText: 'ERROR',
    body: text('boom'),
    traceId: TRACE,
    spanId: SPAN,
    attributes: [
      pair('message', text('not the body')),
      pair('level', text('info')),
      pair('service', text('not the service')),
      pair('exception.type', text('TypeError')),
      pair('exception.message', text('x is undefined')),
      pair('exception.stacktrace', text('TypeError: x is undefined\n    at f (a.js:1:1)')),
      pair('http.status', { intValue: '500' }),
      pair('ratio', { doubleValue: 0.5 }),
      pair('cached', { boolValue: false }),
      pair('tags', { arrayValue: { values: [text('a'), { intValue: 2 }] } }),
      pair('user', { kvlistValue: { values: [pair('id', { intValue: '7' })] } }),
    ],
  },
  [
    pair('service.name', text('checkout')),
    pair('host.name', text('web1')),
    pair('deployment.environment', text('prod')),
  ],
);

const keyValue = (key: string, ...value: Buffer[]) =>
  message(bytesField(1, key), bytesField(2, message(...value)));
const FULL_PROTOBUF = bytesField(
  1,
  message(
    bytesField(
      2,
      message(
        bytesField(1, bytesField(1, 'app')),
        bytesField(
          2,
          message(
            fixed64Field(1, NANOS),
            varintField(2, 17),
            bytesField(3, 'ERROR'),
            bytesField(5, bytesField(1, 'boom')),
            bytesField(9, Buffer.from(TRACE, 'hex')),
            bytesField(10, Buffer.from(SPAN, 'hex')),
            bytesField(6, keyValue('message', bytesField(1, 'not the body'))),
            bytesField(6, keyValue('level', bytesField(1, 'info'))),
            bytesField(6, keyValue('service', bytesField(1, 'not the service'))),
            bytesField(6, keyValue('exception.type', bytesField(1, 'TypeError'))),
            bytesField(6, keyValue('exception.message', bytesField(1, 'x is undefined'))),
            bytesField(
              6,
              keyValue(
                'exception.stacktrace',
                bytesField(1, 'TypeError: x is undefined\n    at f (a.js:1:1)'),
              ),
            ),
            bytesField(6, keyValue('http.status', varintField(3, 500))),
            bytesField(6, keyValue('ratio', doubleField(4, 0.5))),
            bytesField(6, keyValue('cached', varintField(2, 0))),
            bytesField(
              6,
              keyValue(
                'tags',
                bytesField(5, message(bytesField(1, bytesField(1, 'a')), bytesField(1, varintField(3, 2)))),
              ),
            ),
            bytesField(6, keyValue('user', bytesField(6, bytesField(1, keyValue('id', varintField(3, 7)))))),
          ),
        ),
      ),
    ),
    // The resource may stand behind its logs.
    bytesField(
      1,
      message(
        bytesField(1, keyValue('service.name', bytesField(1, 'checkout'))),
        bytesField(1, keyValue('host.name', bytesField(1, 'web1'))),
        bytesField(1, keyValue('deployment.environment', bytesField(1, 'prod'))),
      ),
    ),
  ),
);

describe('an OTLP log', () => {
  it.each([
    ['json', FULL_JSON],
    ['protobuf', FULL_PROTOBUF],
  ] as const)(
    'in %s has body, severity, time, ids, exception, attributes and resource',
    (encoding, input) => {
      const record = one(input, encoding);
      expect(record).toMatchObject({
        observedAt: CONTEXT.observedAt,
        timestamp: AT,
        severityNumber: 17,
        severityText: 'ERROR',
        body: 'boom',
        exception: { type: 'TypeError', message: 'x is undefined' },
        resource: { service: 'checkout', host: 'web1' },
        traceId: TRACE,
        spanId: SPAN,
      });
      expect(record?.exception?.stacktrace).toContain('at f (a.js');
      expect(record?.attributes).toMatchObject({
        message: 'not the body',
        'http.status': 500,
        ratio: 0.5,
        cached: false,
        tags: ['a', 2],
        user: { id: 7 },
        scope: 'app',
      });
      expect(record?.attributes['resource']).toMatchObject({ 'deployment.environment': 'prod' });
    },
  );

  it.each([
    ['the observed time when there is none', { observedTimeUnixNano: String(NANOS) }, { timestamp: AT }],
    ['a negative number', { body: { intValue: '-5' } }, { body: '-5' }],
    [
      'a body that is a line of JSON',
      { body: text('{"level":"error","msg":"inner"}') },
      { body: 'inner', severityNumber: 17 },
    ],
    [
      'a body with members, whose fields count',
      { body: { kvlistValue: { values: [pair('msg', text('inner')), pair('level', text('fatal'))] } } },
      { body: 'inner', severityNumber: 21 },
    ],
    ['an event name', { eventName: 'device.crash' }, { event: 'device.crash', body: 'device.crash' }],
    ['ids in base64', { traceId: Buffer.from(TRACE, 'hex').toString('base64') }, { traceId: TRACE }],
    ['a level in words only', { severityText: 'Warning', body: text('x') }, { severityNumber: 13 }],
  ])('takes %s', (_, log, expected) => {
    expect(one(request(log))).toMatchObject(expected);
  });

  it('of zeros has no trace', () => {
    expect(
      one(request({ body: text('x'), traceId: '0'.repeat(32), spanId: '0'.repeat(16) })),
    ).not.toHaveProperty('traceId');
  });

  it('is named after its Kubernetes container when it names no service', () => {
    const resource = [pair('k8s.container.name', text('api')), pair('k8s.pod.name', text('api-7f'))];
    expect(one(request({ body: text('x') }, resource))?.resource).toEqual({ service: 'api', host: 'api-7f' });
  });
});

describe('what cannot be read', () => {
  it('is rejected alone when it is a single log', () => {
    const logs = [{ body: text('a') }, 5, { body: text('b') }];
    const result = decode({ resourceLogs: [{ scopeLogs: [{ logRecords: logs }] }] });
    expect(result.records).toHaveLength(2);
    expect(result.dropped).toEqual(new Map([['malformed', 1]]));
    const broken = message(
      bytesField(2, Buffer.from([0xff])),
      bytesField(2, bytesField(5, bytesField(1, 'b'))),
    );
    const protobuf = decode(bytesField(1, bytesField(2, broken)), 'protobuf');
    expect(protobuf.records.map(({ body }) => body)).toEqual(['b']);
    expect(protobuf.dropped).toEqual(new Map([['malformed', 1]]));
  });

  it.each([
    ['json', 'nope'],
    ['json', '[]'],
    ['json', '{"resourceLogs":5}'],
    ['protobuf', Buffer.from([0xff])],
    ['protobuf', FULL_PROTOBUF.subarray(0, -3)],
  ] as const)('is unreadable as a whole (%s)', (encoding, input) => {
    expect(decodeOtlp(Buffer.from(input as string), encoding, CONTEXT)).toHaveProperty('unreadable');
  });

  it('does not break on nesting without end', () => {
    let value = bytesField(1, 'deep');
    for (let depth = 0; depth < 5000; depth++) value = bytesField(5, bytesField(1, value));
    const log = bytesField(1, bytesField(2, bytesField(2, bytesField(5, value))));
    expect(decode(log, 'protobuf').dropped).toEqual(new Map([['malformed', 1]]));
  });

  it('keeps a bounded part of a million tiny values', () => {
    const tiny = Buffer.concat(Array.from({ length: 200_000 }, () => bytesField(1, '')));
    const log = bytesField(1, bytesField(2, bytesField(2, bytesField(5, bytesField(5, tiny)))));
    expect(decode(log, 'protobuf').records[0]?.attributes).toHaveProperty(['tocsin.cut']);
  });
});

describe('hostile bytes', () => {
  it('in protobuf', () => fuzz((bytes) => decodeOtlp(bytes, 'protobuf', CONTEXT), FULL_PROTOBUF));
  it('in JSON', () => fuzz((bytes) => decodeOtlp(bytes, 'json', CONTEXT), JSON.stringify(FULL_JSON)));
});
