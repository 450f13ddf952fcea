import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/record/log-record.ts';
import { linesOfDatagram } from '../../src/sources/formats/datagram.ts';
import { TextStreams } from '../../src/sources/formats/text-streams.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
function read(bytes: string | Uint8Array): LogRecord[] {
  const streams = new TextStreams({ stackTraceMs: 250, maxLineBytes: 1000, syslog: true });
  const records: LogRecord[] = [];
  for (const line of linesOfDatagram(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)) {
    streams.take('', line, CONTEXT, records);
  }
  streams.flush(records);
  return records;
}
const bodies = (bytes: string | Uint8Array) => read(bytes).map((record) => record.body);

describe('the lines of a datagram', () => {
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
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
    );
  });
});
