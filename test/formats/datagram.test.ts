import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOfDatagram } from '../../src/sources/formats/datagram.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
const LIMITS = { maxLineBytes: 1000 };
const read = (bytes: string | Uint8Array) =>
  recordsOfDatagram(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, CONTEXT, LIMITS);
const bodies = (bytes: string | Uint8Array) => read(bytes).map((record) => record.body);

describe('recordsOfDatagram', () => {
  it.each([
    ['text', 'hello', ['hello']],
    ['text lines, without the blank ones', 'a\r\n\nb\n', ['a', 'b']],
    ['a trailing NUL', 'a\n\0', ['a']],
    ['a JSON object', '{"msg":"x"}', ['x']],
    ['a JSON object over several lines', '{\n  "msg": "x"\n}\n', ['x']],
    ['NDJSON', '{"msg":"x"}\n{"msg":"y"}', ['x', 'y']],
    ['a syslog message of several lines', '<11>app: a\n  b', ['a\n  b']],
    ['nothing', '', []],
    ['blanks', ' \n\0', []],
    ['a BOM', '\uFEFFhello', ['hello']],
  ])('%s', (_rule, text, expected) => {
    expect(bodies(text)).toEqual(expected);
  });

  it('replaces broken UTF-8', () => {
    expect(bodies(Uint8Array.from([97, 0xff, 98]))).toEqual(['a\ufffdb']);
  });

  it('redacts before it cuts, and says that it cut', () => {
    const [record] = read(`${'é'.repeat(490)} password=hunter2hunter2hunter2hunter2`);
    expect(Buffer.byteLength(record?.raw ?? '')).toBeLessThanOrEqual(1000);
    expect(record?.raw).not.toContain('hunter');
    expect(record?.body).not.toContain('\ufffd');
    expect(record?.attributes['tocsin.cut']).toBe('1018 bytes, cut to 1000');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '<13>', '{', '\0'),
        (bytes, start) => {
          for (const record of read(Buffer.concat([Buffer.from(start), bytes]))) {
            expect(JSON.stringify(record).isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });
});
