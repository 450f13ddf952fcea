import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOfObject } from '../../src/record/structured.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
const read = (object: object) => recordOfObject(object, CONTEXT);
const AT = Date.UTC(2024, 4, 1, 10);

describe('recordOfObject understands', () => {
  const TRACE = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: bad';
  it.each([
    [
      'pino',
      {
        level: 50,
        time: AT,
        pid: 7,
        hostname: 'h',
        name: 'api',
        msg: 'failed',
        err: { type: 'TypeError', message: 'x', stack: 'TypeError: x\n    at f (a.js:1:1)', code: 'E1' },
      },
      {
        severityNumber: 17,
        timestamp: AT,
        body: 'failed',
        error: 'x',
        resource: { host: 'h' },
        exception: { type: 'TypeError', message: 'x', stacktrace: 'TypeError: x\n    at f (a.js:1:1)' },
        attributes: { pid: 7, name: 'api', err: { code: 'E1' } },
      },
    ],
    [
      'bunyan',
      { v: 0, level: 60, msg: 'm', err: { name: 'E', message: 'x' } },
      { severityNumber: 21, body: 'm', exception: { type: 'E', message: 'x' } },
    ],
    [
      'winston',
      { level: 'error', message: 'm', stack: 'Error: m\n    at f', timestamp: '2024-05-01T10:00:00Z' },
      { severityNumber: 17, timestamp: AT, body: 'm', exception: { type: 'Error', message: 'm' } },
    ],
    [
      'structlog',
      { event: 'db_failed', level: 'error', exception: TRACE, user: 1 },
      {
        event: 'db_failed',
        body: 'db_failed',
        exception: { type: 'ValueError', message: 'bad' },
        attributes: { user: 1 },
      },
    ],
    [
      'python-json-logger',
      { asctime: '2024-05-01 10:00:00,000', levelname: 'ERROR', message: 'm', exc_info: TRACE },
      {
        timestamp: AT,
        severityNumber: 17,
        body: 'm',
        exception: { type: 'ValueError', message: 'bad', stacktrace: TRACE },
      },
    ],
    [
      'log4j',
      {
        instant: { epochSecond: AT / 1000, nanoOfSecond: 5e6 },
        level: 'ERROR',
        message: 'm',
        thrown: { name: 'java.lang.E', message: 'x' },
      },
      { timestamp: AT + 5, severityNumber: 17, exception: { type: 'java.lang.E', message: 'x' } },
    ],
    [
      'logback',
      {
        '@timestamp': '2024-05-01T10:00:00Z',
        level: 'WARN',
        level_value: 30000,
        message: 'm',
        stack_trace: 'a.BException: x\n\tat y',
      },
      { severityNumber: 13, exception: { type: 'a.BException', message: 'x' } },
    ],
    [
      'zap',
      { level: 'error', ts: AT / 1000, msg: 'm', error: 'dial: refused', stacktrace: 'main.f\n\t/a.go:1' },
      { timestamp: AT, body: 'm', error: 'dial: refused', exception: { stacktrace: 'main.f\n\t/a.go:1' } },
    ],
    [
      'logrus',
      { level: 'fatal', time: '2024-05-01T10:00:00Z', msg: 'm', error: 'e' },
      { severityNumber: 21, error: 'e' },
    ],
    [
      'ECS, nested',
      {
        log: { level: 'error', logger: 'x' },
        error: { type: 'E', message: 'x', stack_trace: 's' },
        service: { name: 'api', version: '1' },
        host: { name: 'h' },
        trace: { id: 't' },
        message: 'm',
      },
      {
        severityNumber: 17,
        resource: { service: 'api', host: 'h' },
        traceId: 't',
        exception: { type: 'E', message: 'x', stacktrace: 's' },
        attributes: { log: { logger: 'x' }, service: { version: '1' } },
      },
    ],
    [
      'ECS, dotted',
      { 'log.level': 'error', 'error.message': 'x', 'service.name': 'api', message: 'm' },
      { severityNumber: 17, error: 'x', resource: { service: 'api' } },
    ],
    [
      'OpenTelemetry',
      {
        Timestamp: '2024-05-01T10:00:00Z',
        SeverityText: 'ERROR',
        SeverityNumber: 18,
        Body: 'm',
        TraceId: 't',
        SpanId: 's',
        Resource: { 'service.name': 'api', zone: 'z' },
        Attributes: { 'exception.type': 'E', a: 1 },
      },
      {
        severityNumber: 18,
        severityText: 'ERROR',
        body: 'm',
        traceId: 't',
        spanId: 's',
        resource: { service: 'api' },
        exception: { type: 'E' },
        attributes: { a: 1, Resource: { zone: 'z' } },
      },
    ],
    [
      'journald',
      {
        MESSAGE: 'm',
        PRIORITY: '3',
        SYSLOG_IDENTIFIER: 'sshd',
        _HOSTNAME: 'h',
        __REALTIME_TIMESTAMP: `${AT}000`,
      },
      { severityNumber: 17, timestamp: AT, body: 'm', resource: { service: 'sshd', host: 'h' } },
    ],
    ['journald with bytes', { MESSAGE: [104, 105] }, { body: 'hi' }],
    [
      'GELF',
      { version: '1.1', host: 'h', short_message: 'm', level: 3 },
      { severityNumber: 17, body: 'm', resource: { host: 'h' } },
    ],
    [
      'monolog',
      { message: 'm', level: 400, level_name: 'ERROR' },
      { severityNumber: 17, attributes: { level: 400 } },
    ],
    ['monolog with a number only', { message: 'm', level: 400 }, { severityNumber: 17 }],
    [
      'Serilog',
      { '@t': '2024-05-01T10:00:00Z', '@l': 'Error', '@m': 'm', '@x': 'System.AException: x\n   at b' },
      { severityNumber: 17, body: 'm', exception: { type: 'System.AException', message: 'x' } },
    ],
    [
      'Docker around a line of text',
      { log: 'ERROR x\n', stream: 'stderr' },
      { severityNumber: 17, body: 'ERROR x\n', attributes: { stream: 'stderr' } },
    ],
    [
      'Docker around JSON',
      { log: '{"level":"error","msg":"x","service":"api"}\n', stream: 'stderr', app: 'box' },
      { severityNumber: 17, body: 'x', resource: { service: 'api' }, attributes: { stream: 'stderr' } },
    ],
    [
      'MongoDB',
      { t: { $date: '2024-05-01T10:00:00Z' }, s: 'E', c: 'NET', msg: 'm' },
      { timestamp: AT, severityNumber: 17 },
    ],
    [
      'Datadog',
      { message: 'm', 'dd.trace_id': 12, dd: { service: 'api' } },
      { traceId: '12', resource: { service: 'api' } },
    ],
    [
      'traceparent',
      { msg: 'm', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      { traceId: '0af7651916cd43dd8448eb211c80319c' },
    ],
  ] as const)('%s', (_rule, object, expected) => {
    expect(read(object)).toMatchObject(expected);
  }); // prettier-ignore

  it.each([
    [1_714_557_600],
    [1_714_557_600_000],
    [1_714_557_600_000_000],
    [1_714_557_600_000_000_000],
    ['1714557600.5'],
  ])('the epoch in any unit: %s', (time) => {
    expect(Math.floor((read({ time }).timestamp ?? 0) / 1000)).toBe(1_714_557_600);
  });

  it('a duration is no time', () => {
    expect(read({ time: 12.5, msg: 'x' })).toMatchObject({ attributes: { time: 12.5 } });
  });
});

describe('recordOfObject', () => {
  it('leaves what cannot mean its name an attribute', () => {
    const object = { level: 'high', msg: 'm', error: true, event: { id: 1 }, service: 5, time: 'noon' };
    const { msg: _, ...attributes } = object;
    expect(read(object)).toMatchObject({ severityNumber: 0, body: 'm', attributes });
  });

  it('has an empty body when there is nothing to say', () => {
    expect(read({ a: 1 })).toMatchObject({ body: '', attributes: { a: 1 }, raw: '{"a":1}' });
  });

  it("keeps the context's service only if the record has none", () => {
    const context = { ...CONTEXT, service: 'c', host: 'h' };
    expect(recordOfObject({ service: 'own' }, context).resource).toEqual({ service: 'own', host: 'h' });
    expect(recordOfObject({}, context).resource).toEqual({ service: 'c', host: 'h' });
  });

  it('keeps the loser of two fields', () => {
    expect(read({ msg: 'b', message: 'a' })).toMatchObject({ body: 'a', attributes: { msg: 'b' } });
  });

  it('takes an Error as it is thrown', () => {
    const record = read(Object.assign(new TypeError('x'), { code: 'E1' }));
    expect(record).toMatchObject({
      body: 'x',
      exception: { type: 'TypeError', message: 'x' },
      attributes: { err: { code: 'E1' } },
    });
  });

  it('cuts what is too deep or too much, says so, and loses no message', () => {
    let deep: object = {};
    for (let level = 0; level < 50_000; level++) deep = { a: deep };
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
    const start = performance.now();
    const record = read({ ...many, deep, msg: 'm', level: 'error' });
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(record).toMatchObject({ body: 'm', severityNumber: 17 });
    expect(record.attributes['tocsin.cut']).toBeTypeOf('string');
    expect(Object.keys(record.attributes).length).toBeLessThan(1100);
    expect(read({ deep }).attributes['tocsin.cut']).toBeTypeOf('string');
  });

  it('takes cycles, getters that throw, and the key __proto__', () => {
    const object: Record<string, unknown> = { big: 1n, when: new Date(0), f: () => 1 };
    object['self'] = object;
    Object.defineProperty(object, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    }); // prettier-ignore
    expect(read(object).attributes).toMatchObject({ big: '1', when: '1970-01-01T00:00:00.000Z' });
    const record = read(JSON.parse('{"__proto__":{"polluted":1},"msg":"m"}'));
    expect(Object.keys(record.attributes)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never throws, and gives plain well-formed data', () => {
    const names = fc.constantFrom(
      'level',
      'msg',
      'err',
      'error',
      'exception',
      'stack',
      'log',
      'service',
      'attributes',
      'time',
      'trace',
      'event',
      'PRIORITY',
      '__proto__',
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.string({ unit: 'binary' }),
      fc.date(),
      fc.bigInt(),
      fc.double(),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(names, fc.string()), fc.oneof(value, fc.dictionary(names, value))),
        (object) => {
          const record = read(object);
          expect(typeof record.body).toBe('string');
          expect(JSON.stringify(record).isWellFormed()).toBe(true);
          expect(JSON.parse(JSON.stringify(record))).toEqual(JSON.parse(JSON.stringify(record)));
          expect(record.severityNumber >= 0 && record.severityNumber <= 24).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
