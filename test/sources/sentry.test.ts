import { describe, expect, it } from 'vitest';
import { decodeEnvelope, decodeStore } from '../../src/sources/formats/sentry.ts';
import { CONTEXT, counted, fuzz } from './fuzz.ts';

const AT = 1_763_699_990.123;
const TRACE = '5b8efff798038103d269b633813fc60c';
const context = { ...CONTEXT, maxLineBytes: 16_384, project: '1' };

const frame = (name: string, lineno: number) => ({ function: name, filename: 'app.js', lineno, colno: 3 });
const EVENT = {
  event_id: '0123456789abcdef0123456789abcdef',
  timestamp: AT,
  platform: 'node',
  level: 'error',
  server_name: 'web1',
  release: 'shop@1.2.3',
  environment: 'production',
  transaction: 'GET /cart',
  tags: { team: 'payments' },
  contexts: { trace: { trace_id: TRACE, span_id: 'eee19b7ec3c1b174' } },
  exception: {
    values: [
      { type: 'Error', value: 'socket closed', stacktrace: { frames: [frame('read', 9)] } },
      {
        type: 'TypeError',
        value: 'x is undefined',
        stacktrace: { frames: [frame('main', 1), frame('pay', 5)] },
      },
    ],
  },
  breadcrumbs: {
    values: [{ timestamp: AT, category: 'http', message: 'GET /stock', data: { status: 200 } }],
  },
  request: { url: 'https://shop.example/cart', method: 'GET', headers: { cookie: 'c' } },
};
const envelope = (...items: (string | object)[]) =>
  [{ event_id: EVENT.event_id }, ...items]
    .map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
    .join('\n');
const decode = (text: string) => {
  const result = decodeEnvelope(Buffer.from(text), context);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};

describe('a Sentry event', () => {
  it('has exception, stack, release, environment, host, trace and breadcrumbs', () => {
    const { records, eventId, dropped } = decode(envelope({ type: 'event' }, EVENT));
    expect(eventId).toBe(EVENT.event_id);
    expect(dropped.size).toBe(0);
    expect(records).toMatchObject([
      {
        timestamp: Math.floor(AT * 1000),
        severityNumber: 17,
        body: 'TypeError: x is undefined',
        exception: { type: 'TypeError', message: 'x is undefined' },
        resource: { service: 'shop', host: 'web1' },
        traceId: TRACE,
        attributes: {
          release: 'shop@1.2.3',
          environment: 'production',
          transaction: 'GET /cart',
          tags: { team: 'payments' },
          request: { url: 'https://shop.example/cart', method: 'GET' },
          breadcrumbs: [{ category: 'http', message: 'GET /stock', data: { status: 200 } }],
        },
      },
    ]);
    expect(records[0]?.exception?.stacktrace).toBe(
      [
        'TypeError: x is undefined',
        '    at pay (app.js:5:3)',
        '    at main (app.js:1:3)',
        'Caused by: Error: socket closed',
        '    at read (app.js:9:3)',
      ].join('\n'),
    );
  });

  it('of Python has the traceback that Python prints', () => {
    const values = [
      {
        type: 'ValueError',
        value: 'bad',
        stacktrace: { frames: [{ ...frame('pay', 5), context_line: '  x()' }] },
      },
    ];
    const { records } = decode(envelope({ type: 'event' }, { platform: 'python', exception: { values } }));
    expect(records[0]?.exception?.stacktrace).toBe(
      'Traceback (most recent call last):\n  File "app.js", line 5, in pay\n    x()\nValueError: bad',
    );
  });

  it.each([
    ['a message', { message: 'hello', level: 'info' }, { body: 'hello', severityNumber: 9 }],
    [
      'a formatted message',
      { logentry: { message: 'a %s', formatted: 'a b' } },
      { body: 'a b', severityNumber: 17 },
    ],
    ['a message beside an exception', { ...EVENT, message: 'Could not pay' }, { body: 'Could not pay' }],
    ['the tag service', { ...EVENT, tags: [['service', 'cart']] }, { resource: { service: 'cart' } }],
    ['no name at all', { message: 'x' }, { resource: { service: 'sentry-project-1' } }],
    ['an exception that is no list', { exception: { type: 'E', value: 'v' } }, { body: 'E: v' }],
    [
      'a time in words',
      { message: 'x', timestamp: '2025-11-21T04:39:50.123Z' },
      { timestamp: 1_763_699_990_123 },
    ],
    ['a fatal one', { message: 'x', level: 'fatal' }, { severityNumber: 21 }],
  ])('takes %s', (_, event, expected) => {
    expect(decode(envelope({ type: 'event' }, event)).records[0]).toMatchObject(expected);
    const stored = decodeStore(Buffer.from(JSON.stringify(event)), context);
    expect('records' in stored && stored.records[0]).toMatchObject(expected);
  });
});

describe('an envelope', () => {
  it('takes items by length, whatever is in them, and counts what is no error', () => {
    const attachment = 'line\nline';
    const text = envelope(
      { type: 'attachment', length: attachment.length },
      attachment,
      { type: 'session' },
      {},
      { type: 'event', length: JSON.stringify(EVENT).length },
      EVENT,
    );
    const { records, dropped } = decode(text);
    expect(records).toHaveLength(1);
    expect(dropped).toEqual(new Map([['not_an_error', 2]]));
  });

  it("takes Sentry's logs", () => {
    const items = [
      {
        timestamp: AT,
        level: 'error',
        body: 'stock is empty',
        trace_id: TRACE,
        attributes: {
          sku: { value: 'a-1', type: 'string' },
          'server.address': { value: 'web1', type: 'string' },
        },
      },
      5,
    ];
    const { records, dropped } = decode(envelope({ type: 'log', item_count: 2 }, { items }));
    expect(records).toMatchObject([
      {
        body: 'stock is empty',
        severityNumber: 17,
        traceId: TRACE,
        attributes: { sku: 'a-1' },
        resource: { host: 'web1' },
      },
    ]);
    expect(dropped).toEqual(new Map([['malformed', 1]]));
  });

  it("counts what the SDK itself lost as the sender's loss", () => {
    const discarded_events = [
      { reason: 'queue_overflow', category: 'error', quantity: 3 },
      { reason: 'sample_rate', category: 'transaction', quantity: 9 },
    ];
    const { dropped } = decode(envelope({ type: 'client_report' }, { discarded_events }));
    expect(dropped).toEqual(
      new Map([
        ['not_an_error', 1],
        ['sender_lost', 3],
      ]),
    );
  });

  it.each([
    ['an item that is cut off', envelope({ type: 'event', length: 500 }, 'x')],
    ['an item without a head', envelope('nope')],
    ['an event that is no object', envelope({ type: 'event' }, '[]')],
  ])('drops %s', (_, text) => {
    expect(decode(text).dropped).toEqual(new Map([['malformed', 1]]));
  });

  it.each(['', 'nope', '[]'])('is none: %s', (text) => {
    expect(decodeEnvelope(Buffer.from(text), context)).toHaveProperty('unreadable');
  });
});

describe('hostile bytes', () => {
  const narrow = { ...CONTEXT, project: '1' };
  it('as an envelope', () =>
    fuzz(
      (bytes) => decodeEnvelope(bytes, narrow),
      envelope({ type: 'event' }, EVENT, { type: 'log' }, { items: [{ body: 'x' }] }),
    ));
  it('as an event', () =>
    fuzz(
      counted((bytes) => decodeStore(bytes, narrow)),
      JSON.stringify(EVENT),
    ));
});
