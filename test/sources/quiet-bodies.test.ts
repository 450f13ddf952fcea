import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClassifier } from '../../src/classify/classifier.ts';
import { createQuietMarks } from '../../src/classify/quiet-objects.ts';
import type { Ruleset } from '../../src/classify/signature.ts';
import { loopReason } from '../../src/record/loop-guard.ts';
import { redactRecord } from '../../src/record/redact.ts';
import { recordsOfBody } from '../../src/sources/formats/ndjson.ts';
import { anyLines } from '../cli/any-lines.ts';
import { anyObject } from '../cli/any-objects.ts';

/** `FUZZ_RUNS=1000000` counts lines. */
const LINES = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const LINES_A_RUN = 30;
const CONTEXT = { observedAt: 1_700_000_000_000 };
const signature = { category: 'c', severity: 'high', policy: 'notify', summary: '' } as const;
const RULES: Ruleset = {
  signatures: [
    { ...signature, id: 'A', pattern: 'disk .*full' },
    { ...signature, id: 'B', pattern: '(?:^|x )42$' },
  ],
  noise: ['^GET', 'healthz.* 200'],
};
const marks = createQuietMarks(RULES, ['shop']);
const classifier = createClassifier(RULES);

/** What a body is answered with, and what becomes of its lines. */
function answer(body: Buffer, type: string | undefined, fast: boolean) {
  const told: string[] = [];
  const counts = { accepted: 0, rejected: 0, other: 0, quiet: 0 };
  const errors: unknown[] = [];
  const limits = { maxLineBytes: 300, ...(fast ? { marks: () => marks } : {}) };
  for (const piece of recordsOfBody(body, type, CONTEXT, limits)) {
    counts.accepted += piece.records.length + piece.joined + piece.quiet;
    counts.rejected += piece.rejected;
    counts.other += piece.quiet;
    counts.quiet += piece.quiet;
    errors.push(...piece.errors);
    for (const record of piece.records) {
      const verdict = classifier.classify(redactRecord(record));
      const loop = loopReason(record);
      const isOther = !loop && verdict.outcome === 'generic' && !verdict.grouped;
      if (isOther && record.resource.service !== 'shop') counts.other += 1;
      else told.push(JSON.stringify([loop, verdict, record]));
    }
  }
  const { quiet, ...counted } = counts;
  return { quiet, answer: { ...counted, errors, told: told.sort() } };
}

let quiet = 0;
const line = fc.oneof(
  { weight: 20, arbitrary: anyObject.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: anyLines.map((lines) => Buffer.from(lines.slice(0, 5).join('\n'))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('', ' ', '"a"', '5', '\uFEFF{"msg":"a"}', '{"msg":"a","app":"shop"}')
      .map((text) => Buffer.from(text)),
  },
);

it('a body is answered the same, whether its calm lines become records or not', {
  timeout: 3_600_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: LINES_A_RUN, size: 'max' }),
      fc.constantFrom('\n', '\n', '\r\n'),
      fc.constantFrom(
        'application/x-ndjson',
        'application/x-ndjson',
        'text/plain',
        'application/json',
        undefined,
      ),
      (lines, end, type) => {
        const body = Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from(end)]));
        const fast = answer(body, type, true);
        quiet += fast.quiet;
        expect(fast.answer).toEqual(answer(body, type, false).answer);
      },
    ),
    { numRuns: Math.ceil(LINES / LINES_A_RUN) },
  );
  expect(quiet).toBeGreaterThan(LINES / 20);
});
