import fc from 'fast-check';
import { expect } from 'vitest';
import type { DecodeContext, Decoded, Unreadable } from '../../src/sources/formats/harvest.ts';

/** `FUZZ_RUNS=100000 npx vitest run test/sources` is the long run; the default keeps the suite fast. */
export const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

export const CONTEXT: DecodeContext = {
  observedAt: 1_763_700_000_000,
  maxLineBytes: 4096,
  maxBodyBytes: 65_536,
};

/** Random bytes, and good inputs with bytes changed, removed, doubled or cut off. */
export function hostileBytes(...good: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const seed = fc.constantFrom(...good);
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'remove', 'insert', 'cut', 'double'),
    bytes: fc.uint8Array({ maxLength: 8, minLength: 1 }),
  });
  const mutated = fc.tuple(seed, fc.array(edit, { maxLength: 4 })).map(([bytes, edits]) => {
    let out = Buffer.from(bytes);
    for (const { at, kind, bytes: insert } of edits) {
      const start = out.length === 0 ? 0 : at % out.length;
      const head = out.subarray(0, start);
      const tail = out.subarray(start);
      if (kind === 'set') out = Buffer.concat([head, insert, tail.subarray(insert.length)]);
      else if (kind === 'remove') out = Buffer.concat([head, tail.subarray(insert.length)]);
      else if (kind === 'insert') out = Buffer.concat([head, insert, tail]);
      else if (kind === 'cut') out = head;
      else out = Buffer.concat([head, tail, tail]);
    }
    return out;
  });
  const random = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ arbitrary: mutated, weight: 4 }, { arbitrary: random, weight: 1 });
}

/** What a decoder gives is well-formed: records with a body, bounded; reasons with a count. */
export function expectAccounted(result: Decoded | Unreadable): void {
  if ('unreadable' in result) {
    expect(result.unreadable).not.toBe('');
    return;
  }
  for (const record of result.records) {
    expect(record.observedAt).toBe(CONTEXT.observedAt);
    expect(typeof record.body).toBe('string');
    expect(Buffer.byteLength(record.raw)).toBeLessThanOrEqual(CONTEXT.maxLineBytes);
  }
  for (const [reason, count] of result.dropped) {
    expect(reason).toMatch(/^[a-z_]+$/);
    expect(count).toBeGreaterThan(0);
  }
}

/** Checks a decoder with hostile variants of good inputs. */
export function fuzz(
  decode: (bytes: Buffer) => Decoded | Unreadable,
  ...good: readonly (Uint8Array | string)[]
): void {
  const seeds = good.map((input) => Buffer.from(input as string));
  fc.assert(
    fc.property(hostileBytes(...seeds), (bytes) => expectAccounted(decode(bytes))),
    { numRuns: FUZZ_RUNS },
  );
}

/** A decoder of inputs that hold at least one item, whatever they are: a record, or a reason. Nothing vanishes. */
export function counted(
  decode: (bytes: Buffer) => Decoded | Unreadable,
): (bytes: Buffer) => Decoded | Unreadable {
  return (bytes) => {
    const result = decode(bytes);
    if ('records' in result) expect(result.records.length + result.dropped.size).toBeGreaterThan(0);
    return result;
  };
}
