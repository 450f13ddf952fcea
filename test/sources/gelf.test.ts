import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGelf } from '../../src/sources/formats/gelf.ts';
import { createGelfChunks } from '../../src/sources/formats/gelf-chunks.ts';
import { createHarvest } from '../../src/sources/formats/harvest.ts';
import { createNulSplitter } from '../../src/sources/formats/nul-frames.ts';
import { CONTEXT, expectAccounted, FUZZ_RUNS, fuzz, hostileBytes } from './fuzz.ts';

const FULL = {
  version: '1.1',
  host: 'web1',
  short_message: 'Payment refused',
  full_message: 'Payment refused\nTypeError: x is undefined\n    at f (a.js:1:1)',
  timestamp: 1_763_699_990.123,
  level: 3,
  _service: 'shop',
  _trace_id: '5b8efff798038103d269b633813fc60c',
  _order: 7,
};
const bytes = (message: object) => Buffer.from(JSON.stringify(message));
const record = (message: object) => {
  const result = decodeGelf(bytes(message), CONTEXT);
  return 'record' in result ? result.record : undefined;
};

describe('a GELF message', () => {
  it.each([
    ['plain', bytes(FULL)],
    ['under gzip', gzipSync(bytes(FULL))],
    ['under zlib', deflateSync(bytes(FULL))],
    ['under zlib, fast', deflateSync(bytes(FULL), { level: 1 })],
  ])('%s has host, service, level, time, trace and stack', (_, input) => {
    expect(decodeGelf(input, CONTEXT)).toMatchObject({
      record: {
        timestamp: 1_763_699_990_123,
        severityNumber: 17,
        body: 'Payment refused',
        exception: { type: 'TypeError', message: 'x is undefined' },
        resource: { service: 'shop', host: 'web1' },
        traceId: FULL._trace_id,
        attributes: { order: 7 },
      },
    });
  });

  it.each([
    ['of Docker', { short_message: 'x', _container_name: 'shop' }, { resource: { service: 'shop' } }],
    ['of GELF 1.0', { short_message: 'x', facility: 'shop' }, { resource: { service: 'shop' } }],
    [
      'with a long message',
      { short_message: 'x', full_message: 'x y z' },
      { attributes: { full_message: 'x y z' } },
    ],
    [
      'with a line of JSON',
      { short_message: '{"level":"fatal","msg":"m"}' },
      { severityNumber: 21, body: 'm' },
    ],
    ['with its own message field', { short_message: 'x', _message: 'y' }, { body: 'x' }],
  ])('%s', (_, message, expected) => {
    expect(record(message)).toMatchObject(expected);
  });

  it.each([
    ['no JSON', Buffer.from('nope'), 'malformed'],
    ['no object', Buffer.from('[]'), 'malformed'],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 1, 2]), 'malformed'],
    ['a gzip bomb', gzipSync(Buffer.alloc(1_000_000)), 'too_large'],
    ['a zlib bomb', deflateSync(Buffer.alloc(1_000_000)), 'too_large'],
    ['nothing', Buffer.alloc(0), 'malformed'],
  ])('is dropped: %s', (_, input, dropped) => {
    expect(decodeGelf(input, CONTEXT)).toEqual({ dropped });
  });
});

/** A message in chunks of `size`, as GELF cuts it. */
function chunked(message: Buffer, size: number, id = 1): Buffer[] {
  const count = Math.ceil(message.length / size);
  return Array.from({ length: count }, (_, number) =>
    Buffer.concat([
      Buffer.from([0x1e, 0x0f, 0, 0, 0, 0, 0, 0, id >> 8, id & 255, number, count]),
      message.subarray(number * size, (number + 1) * size),
    ]),
  );
}

describe('chunks', () => {
  const LIMITS = { maxBytes: 10_000, timeoutMs: 5_000 };

  it('in any order, doubled and interleaved, make their messages', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 30, maxLength: 300 }),
        fc.infiniteStream(fc.nat()),
        (content, random) => {
          const message = Buffer.from(content);
          const all = [...chunked(message, 7, 1), ...chunked(message, 7, 2)]
            .map((chunk) => ({ chunk, order: random.next().value as number }))
            .sort((a, b) => a.order - b.order)
            .flatMap(({ chunk }, index) => (index % 3 === 0 ? [chunk, chunk] : [chunk]));
          const chunks = createGelfChunks({ maxBytes: 100_000, timeoutMs: 5_000 });
          const found = all
            .map((chunk) => chunks.add(chunk, 'a', 0))
            .filter(({ state }) => state === 'message');
          expect(found).toHaveLength(2);
          for (const result of found) expect('bytes' in result && Buffer.from(result.bytes)).toEqual(message);
        },
      ),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('of two senders with the same id stay apart', () => {
    const chunks = createGelfChunks(LIMITS);
    const [first, second] = chunked(Buffer.from('abcdef'), 3);
    expect(chunks.add(first as Buffer, 'a', 0).state).toBe('waiting');
    expect(chunks.add(second as Buffer, 'b', 0).state).toBe('waiting');
    expect(chunks.add(second as Buffer, 'a', 0).state).toBe('message');
  });

  it('are given up after five seconds, and counted', () => {
    const chunks = createGelfChunks(LIMITS);
    const [first, second] = chunked(Buffer.from('abcdef'), 3);
    chunks.add(first as Buffer, 'a', 1_000);
    expect(chunks.expire(5_999)).toBe(0);
    expect(chunks.expire(6_000)).toBe(1);
    expect(chunks.held).toBe(0);
    expect(chunks.add(second as Buffer, 'a', 6_001).state).toBe('waiting');
  });

  it('hold bounded memory: the oldest gives way', () => {
    const chunks = createGelfChunks(LIMITS);
    for (let id = 0; id < 1000; id++) {
      chunks.add(chunked(Buffer.alloc(200), 100, id)[0] as Buffer, 'a', 0);
      expect(chunks.held).toBeLessThanOrEqual(LIMITS.maxBytes);
    }
    const waiting = 1000 - chunks.expire(0);
    expect(waiting).toBeGreaterThan(10);
    expect(chunks.expire(10_000)).toBe(waiting);
  });

  it.each([
    ['no content', [0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]],
    ['a number beyond the count', [0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 1]],
    ['more than 128', [0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 129, 1]],
    ['a count of none', [0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])('are malformed: %s', (_, datagram) => {
    expect(createGelfChunks(LIMITS).add(Buffer.from(datagram), 'a', 0)).toEqual({ state: 'malformed' });
  });
});

describe('messages that end with a NUL', () => {
  it('are the same however the stream is cut', () => {
    const stream = Buffer.from('one\0two\0\0three\0tail');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const splitter = createNulSplitter(100);
        const found: string[] = [];
        let at = 0;
        for (let index = 0; at < stream.length; index++) {
          const size = sizes[index % sizes.length] as number;
          for (const frame of splitter.push(stream.subarray(at, at + size)).frames)
            found.push(Buffer.from(frame).toString());
          at += size;
        }
        for (const frame of splitter.end().frames) found.push(Buffer.from(frame).toString());
        expect(found).toEqual(['one', 'two', 'three', 'tail']);
        expect(splitter.held).toBe(0);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('are passed over when they are too long', () => {
    const splitter = createNulSplitter(5);
    expect(splitter.push(Buffer.from('123456789'))).toEqual({ frames: [], tooLarge: 1 });
    expect(splitter.push(Buffer.from('more'))).toEqual({ frames: [], tooLarge: 0 });
    const { frames, tooLarge } = splitter.push(Buffer.from('end\0abc\x00123456\0'));
    expect(frames.map((frame) => Buffer.from(frame).toString())).toEqual(['abc']);
    expect(tooLarge).toBe(1);
    expect(splitter.held).toBe(0);
  });
});

describe('hostile bytes', () => {
  const decode = (input: Buffer) => {
    const harvest = createHarvest(CONTEXT);
    const message = decodeGelf(input, CONTEXT);
    if ('dropped' in message) harvest.drop(message.dropped);
    else harvest.add(message.record);
    expect(harvest.records.length + harvest.dropped.size).toBe(1);
    return harvest;
  };
  it('as messages', () => fuzz(decode, bytes(FULL), gzipSync(bytes(FULL)), deflateSync(bytes(FULL))));

  it('as chunks', () => {
    fc.assert(
      fc.property(fc.array(hostileBytes(...chunked(bytes(FULL), 50)), { maxLength: 10 }), (datagrams) => {
        const chunks = createGelfChunks({ maxBytes: 5_000, timeoutMs: 5_000 });
        let counted = 0;
        for (const [index, datagram] of datagrams.entries()) {
          const found = chunks.add(datagram, 'a', index);
          if (found.state === 'message') expectAccounted(decode(Buffer.from(found.bytes)));
          if (found.state !== 'waiting') counted += 1;
          expect(chunks.held).toBeLessThanOrEqual(5_000);
        }
        expect(counted + chunks.expire(1e9)).toBeLessThanOrEqual(datagrams.length);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
