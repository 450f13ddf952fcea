import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { decode as decodeReference, ExtData, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFluent as decodeMessage } from '../../src/sources/formats/fluent.ts';
import { answerPing } from '../../src/sources/formats/fluent-handshake.ts';
import { decodeMsgpack, plainValue } from '../../src/sources/formats/msgpack.ts';
import { createMsgpackSplitter } from '../../src/sources/formats/msgpack-frames.ts';
import { valueEnd } from '../../src/sources/formats/msgpack-scan.ts';
import { encodeMsgpack } from '../../src/sources/formats/msgpack-write.ts';
import { CONTEXT, counted, FUZZ_RUNS, fuzz, hostileBytes } from './fuzz.ts';

const AT = 1_763_699_990_123;
const EVENT_TIME = new ExtData(0, eventTime(Math.floor(AT / 1000), 123_000_000));
const RECORD = { message: 'Payment refused', level: 'error', hostname: 'web1', trace_id: 'abc' };
function eventTime(seconds: number, nanos: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, seconds);
  view.setUint32(4, nanos);
  return new Uint8Array(view.buffer);
}
const entry = (record: unknown = RECORD) => encode([EVENT_TIME, record]);
const joined = (...parts: Uint8Array[]) => Buffer.concat(parts);
/** All batches of a message together. */
function decodeFluent(bytes: Uint8Array, context = CONTEXT) {
  const { chunk, batches } = decodeMessage(bytes, context);
  const all = [...batches];
  const dropped = new Map<string, number>();
  for (const batch of all) {
    for (const [reason, count] of batch.dropped) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  }
  return { chunk, records: all.flatMap(({ records }) => records), dropped };
}
const decode = (message: unknown) => decodeFluent(encode(message));

describe('a Fluent message', () => {
  it.each([
    ['Message mode', ['shop.web', EVENT_TIME, RECORD, { chunk: 'c1' }]],
    ['Forward mode', ['shop.web', [[EVENT_TIME, RECORD]], { chunk: 'c1' }]],
    ['Forward mode of Fluent Bit 2', ['shop.web', [[[EVENT_TIME, {}], RECORD]], { chunk: 'c1' }]],
    ['PackedForward mode', ['shop.web', entry(), { chunk: 'c1', size: 1 }]],
    ['CompressedPackedForward mode', ['shop.web', gzipSync(entry()), { chunk: 'c1', compressed: 'gzip' }]],
  ])('in %s has time, severity, service, host and chunk', (_, message) => {
    expect(decode(message)).toMatchObject({
      chunk: 'c1',
      records: [
        {
          timestamp: AT,
          severityNumber: 17,
          body: 'Payment refused',
          resource: { service: 'shop', host: 'web1' },
          traceId: 'abc',
          attributes: { 'fluent.tag': 'shop.web' },
        },
      ],
      dropped: new Map(),
    });
  });

  it.each([
    ['a time in seconds', ['t', 1_763_699_990, RECORD], { timestamp: 1_763_699_990_000 }],
    ['its own time', ['t', 5, { ...RECORD, time: '2025-11-21T04:26:40Z' }], { timestamp: 1_763_699_200_000 }],
    [
      "Docker's record",
      ['0123456789ab', 1_763_699_990, { container_name: '/shop', source: 'stderr', log: 'ERROR x' }],
      { resource: { service: 'shop' }, severityNumber: 17, body: 'ERROR x' },
    ],
    ['text as bytes', ['t', 1_763_699_990, { log: Buffer.from('ERROR x') }], { body: 'ERROR x' }],
    [
      'a line of JSON',
      ['t', 1_763_699_990, { log: '{"level":"fatal","msg":"m"}' }],
      { severityNumber: 21, body: 'm' },
    ],
  ])('takes %s', (_, message, expected) => {
    expect(decode(message).records[0]).toMatchObject(expected);
  });

  it.each([
    ['a record that is none', ['t', 5, 'text'], 'malformed'],
    ['no tag', [5, 5, RECORD], 'malformed'],
    ['no array', { a: 1 }, 'malformed'],
    ['an empty array', [], 'malformed'],
    ['broken gzip', ['t', Buffer.from('nope'), { compressed: 'gzip' }], 'malformed'],
    ['another compression', ['t', entry(), { compressed: 'zstd' }], 'malformed'],
    ['a gzip bomb', ['t', gzipSync(Buffer.alloc(1_000_000)), { compressed: 'gzip' }], 'too_large'],
    ['metrics of Fluent Bit', ['t', entry(), { fluent_signal: 1 }], 'not_a_log'],
  ])('drops %s', (_, message, reason) => {
    expect(decode(message)).toMatchObject({ records: [], dropped: new Map([[reason, 1]]) });
  });

  it('drops what it cannot read alone', () => {
    const { records, dropped } = decode(['t', joined(entry(), encode('no entry'), entry('no map'), entry())]);
    expect(records).toHaveLength(2);
    expect(dropped).toEqual(new Map([['malformed', 2]]));
  });

  it('of many entries is decoded in batches', () => {
    const packed = joined(...Array.from({ length: 12_000 }, () => entry({ log: 'x' })));
    const sizes = [...decodeMessage(encode(['t', packed]), CONTEXT).batches].map(
      ({ records }) => records.length,
    );
    expect(sizes).toEqual([5_000, 5_000, 2_000]);
  });

  it('that is nil is a heartbeat', () => {
    expect(decode(null)).toMatchObject({ records: [], dropped: new Map() });
  });
});

describe('MessagePack', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ maxLength: 80, unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 20 }),
    ),
  })).value;

  it('is read as the reference library reads it, and its end is found', () => {
    fc.assert(
      fc.property(value, (original) => {
        const bytes = encode(original);
        const decoded = decodeMsgpack(bytes);
        expect(decoded).not.toBeUndefined();
        expect(plainValue(decoded as never)).toEqual(decodeReference(bytes));
        expect(valueEnd(joined(bytes, Buffer.from([1, 2, 3])), 0)).toBe(bytes.length);
        expect(valueEnd(bytes.subarray(0, -1), 0)).toBeUndefined();
      }),
      {
        numRuns: FUZZ_RUNS,
        examples: [[-0], [2 ** 53 - 1]].map(([example]) => [example === 0 ? 0 : example]) as never,
      },
    );
  });

  it('is split the same however the stream is cut', () => {
    const values = [1, 'two', { three: [4, 'x'.repeat(300)] }, Buffer.alloc(3_000), null];
    const stream = joined(...values.map((item) => encode(item)));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }), (sizes) => {
        const splitter = createMsgpackSplitter(10_000);
        const frames: Uint8Array[] = [];
        for (let at = 0, index = 0; at < stream.length; index++) {
          const size = sizes[index % sizes.length] as number;
          const found = splitter.push(stream.subarray(at, at + size));
          expect(found.broken).toBe(false);
          frames.push(...found.frames);
          at += size;
        }
        expect(joined(...frames)).toEqual(stream);
        expect(frames).toHaveLength(values.length);
        expect(splitter.held).toBe(0);
      }),
      { numRuns: Math.min(FUZZ_RUNS, 200) },
    );
  });

  it.each([
    ['a length beyond the limit', [0xc6, 0x7f, 0xff, 0xff, 0xff]],
    ['more members than the limit has bytes', [0xdd, 0x7f, 0xff, 0xff, 0xff]],
    ['a byte that is never used', [0xc1]],
  ])('is broken at once: %s', (_, bytes) => {
    expect(createMsgpackSplitter(1000).push(Buffer.from(bytes))).toEqual({ frames: [], broken: true });
  });

  it('nested without end holds nothing and is not decoded', () => {
    const deep = joined(Buffer.alloc(50_000, 0x91), Buffer.from([0xc0]));
    expect(valueEnd(deep, 0)).toBe(deep.length);
    expect(decodeMsgpack(deep)).toBeUndefined();
    expect(decodeFluent(deep, CONTEXT).dropped).toEqual(new Map([['malformed', 1]]));
  });
});

describe('the handshake', () => {
  const nonce = Buffer.alloc(16, 7);
  const salt = Buffer.from([0xff, 0, 0x80, 1]);
  const digest = (key: string) =>
    createHash('sha512').update(salt).update('client').update(nonce).update(key).digest('hex');

  it('knows a client that knows the key', () => {
    const { ok, pong } = answerPing(encode(['PING', 'client', salt, digest('key'), '', '']), nonce, 'key');
    expect(ok).toBe(true);
    expect(decodeReference(pong as Buffer)).toMatchObject([
      'PONG',
      true,
      '',
      'tocsin',
      expect.stringMatching(/^\w{128}$/),
    ]);
  });

  it.each([
    ['another key', encode(['PING', 'client', salt, digest('other'), '', ''])],
    ['something else', encode(['t', 5, RECORD])],
    ['no array', encode('PING')],
    ['rubbish', Buffer.from([0xc1])],
  ])('refuses %s', (_, ping) => {
    expect(answerPing(ping, nonce, 'key').ok).toBe(false);
  });
});

it('answers are what the reference library reads', () => {
  const answer = { ack: 'x'.repeat(500), list: [true, false, 'short'] };
  expect(decodeReference(encodeMsgpack(answer))).toEqual(answer);
  expect([...(decodeReference(encodeMsgpack(new Uint8Array([1, 2]))) as Uint8Array)]).toEqual([1, 2]);
});

describe('hostile bytes', () => {
  const good = [
    encode(['shop.web', EVENT_TIME, RECORD, { chunk: 'c1' }]),
    encode(['shop.web', [[EVENT_TIME, RECORD]], { chunk: 'c1' }]),
    encode(['shop.web', entry(), { chunk: 'c1' }]),
    encode(['shop.web', gzipSync(entry()), { compressed: 'gzip' }]),
  ];
  it('as messages', () =>
    fuzz((bytes) => (bytes[0] === 0xc0 ? decodeFluent(bytes) : counted(decodeFluent)(bytes)), ...good));
  it('as PING', () => {
    fc.assert(
      fc.property(hostileBytes(encode(['PING', 'c', 's', 'd', '', ''])), (bytes) => {
        expect(answerPing(bytes, Buffer.alloc(16), 'key').ok).toBe(false);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
  it('as a stream', () => {
    fc.assert(
      fc.property(hostileBytes(joined(...good)), (bytes) => {
        const splitter = createMsgpackSplitter(4096);
        const { frames } = splitter.push(bytes);
        expect(splitter.held).toBeLessThanOrEqual(8192);
        for (const frame of frames) decodeFluent(frame, CONTEXT);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
