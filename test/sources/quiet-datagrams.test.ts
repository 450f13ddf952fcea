import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClassifier } from '../../src/classify/classifier.ts';
import { createQuietMarks } from '../../src/classify/quiet-objects.ts';
import type { Ruleset } from '../../src/classify/signature.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { loopReason } from '../../src/record/loop-guard.ts';
import { redactRecord } from '../../src/record/redact.ts';
import { LineFeed } from '../../src/sources/line-feed.ts';
import { anyLines } from '../cli/any-lines.ts';
import { anyObject } from '../cli/any-objects.ts';

/** `FUZZ_RUNS=1000000` counts datagrams. */
const LINES = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const LINES_A_RUN = 40;
const signature = { category: 'c', severity: 'high', policy: 'notify', summary: '' } as const;
const RULES: Ruleset = {
  signatures: [
    { ...signature, id: 'A', pattern: 'disk .*full' },
    { ...signature, id: 'B', pattern: '(?:^|x )42$' },
  ],
  noise: ['^GET', 'healthz.* 200'],
};
const classifier = createClassifier(RULES);

/** What becomes of datagrams of some senders. */
async function answer(datagrams: readonly (readonly [string, Buffer])[], fast: boolean) {
  const told: string[] = [];
  const counts: Record<string, number> = {};
  const count = (what: string, by: number) => {
    if (by > 0) counts[what] = (counts[what] ?? 0) + by;
  };
  let quiet = 0;
  const take = (submission: Submission) => {
    count('joined', submission.joined ?? 0);
    count('other', submission.quiet ?? 0);
    quiet += submission.quiet ?? 0;
    for (const [reason, by] of submission.dropped ?? []) count(reason, by);
    for (const record of submission.records) {
      const verdict = classifier.classify(redactRecord(record));
      const loop = loopReason(record);
      const isOther = !loop && verdict.outcome === 'generic' && !verdict.grouped;
      count(isOther ? 'other' : 'told', 1);
      if (!isOther || record.resource.service === 'shop') told.push(JSON.stringify([loop, verdict, record]));
    }
  };
  const marks = fast ? createQuietMarks(RULES, ['shop']) : undefined;
  const feed = new LineFeed({
    source: 'udp',
    pipeline: { overloaded: false, submit: async (submission) => take(submission) },
    maxLineBytes: 2000,
    stackTraceMs: 60_000,
    now: () => 1_700_000_000_000,
    marks: () => marks,
  });
  for (const [source, bytes] of datagrams) feed.takeDatagram(source, bytes);
  await feed.stop();
  return { quiet, answer: { counts, told: told.sort() } };
}

const HEADS = [
  ...[
    '<14>Nov 21 10:00:07 web-2 app[12]: ',
    '<14>Nov 21 10:00:07 web-2 app[13]: ',
    '<13>May  1 10:00:00 h cron: ',
  ],
  ...['<14>2026-11-21T10:00:07.123+01:00 web-2 app[12]: ', '<12>2026-11-21T10:00:07Z 10.0.0.1 a/b.c: '],
  ...[
    '<14>1 2026-11-21T10:00:07.1Z web-2 app 12 id - ',
    '<14>1 - - app - - - ',
    '<14>1 2026-11-21T10:00:07Z h shop - - - ',
  ],
  ...['<14>1 2026-11-21T10:00:07Z h app - - [a b="c"] ', '<14>1 2026-11-21T10:00:07Z h app web.1 - '],
  ...[
    '<11>Nov 21 10:00:07 web-2 app[12]: ',
    '<192>Nov 21 10:00:07 web-2 app[12]: ',
    '<8>Nov 21 10:00:07 web-2 app[12]: ',
  ],
  ...[
    '<14>Nov 21 10:00:07 web-2 tocsin[12]: ',
    '<14>Nov 21 10:00:07 tocsin app: ',
    '<14>Nov 21 10:00:07 h shop[1]: ',
  ],
  ...[
    '<14>Nov 21 10:00:07 2024 app: ',
    '<14>Nov 21 10:00:07 UTC app: ',
    '<14>Nov 21 10:00:07 Zeus app: ',
    '<14>Nov 21 10:00:07 h info: ',
  ],
  ...[
    '<14>1 2026-13-21T10:00:07Z h app - - - ',
    '<14>Nov 21 10:00:07 h 12: ',
    '<14>',
    '<14>app: ',
    '<14>Foo 21 10:00:07 h app: ',
    '',
  ],
  ...[
    '<14>1 2026-11-21T10:00:07Z api cron-12 1 cron-12 - ',
    '<14>Nov 21 10:00:07.123 h app: ',
    '<14>Nov 21 10:00:07 h app:',
  ],
];
const calm = fc
  .tuple(
    fc.constantFrom(...HEADS),
    fc.constantFrom('done', 'the job is ready', 'cache hit', 'user=1', '{"msg":"done"}'),
  )
  .map(([head, text]) => head + text);
const any = fc
  .tuple(
    fc.constantFrom(...HEADS),
    fc.oneof(
      anyObject,
      anyLines.map((lines) => lines[0] ?? ''),
      anyLines.map((lines) => lines.slice(0, 2).join('\n')),
      fc.constantFrom(
        '    at f (a.js:1:1)',
        'a#012    at f (a.js:1:1)',
        'Traceback (most recent call last):',
        '',
        ' ',
      ),
    ),
    fc.constantFrom('', '', '', '\n', '\r\n', '\0', ' \t'),
  )
  .map(([head, text, end]) => head + text + end);
const edited = fc
  .tuple(calm, fc.nat(60), fc.string({ unit: 'binary-ascii', maxLength: 2 }))
  .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + 1));
const datagram = fc.tuple(
  fc.constantFrom('10.0.0.1', '10.0.0.2'),
  fc
    .oneof({ weight: 12, arbitrary: calm }, { weight: 4, arbitrary: any }, { weight: 2, arbitrary: edited })
    .map((text) => Buffer.from(text)),
);

it('datagrams become the same, whether calm ones become records or not', { timeout: 3_600_000 }, async () => {
  let quiet = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(datagram, { maxLength: LINES_A_RUN, size: 'max' }), async (datagrams) => {
      const fast = await answer(datagrams, true);
      quiet += fast.quiet;
      expect(fast.answer).toEqual((await answer(datagrams, false)).answer);
    }),
    { numRuns: Math.ceil(LINES / LINES_A_RUN) },
  );
  expect(quiet).toBeGreaterThan(LINES / 20);
});

it('an object in which rsyslog escaped a line break is a text', async () => {
  const calm = Array.from({ length: 10 }, () => ['10.0.0.1', Buffer.from('done')] as const);
  const text = '<14>Nov 21 10:00:07 h app: {"msg":"done","path":"#012 disk is full"}';
  const datagrams = [...calm, ['10.0.0.1', Buffer.from(text)] as const];
  const plain = await answer(datagrams, false);
  expect((await answer(datagrams, true)).answer).toEqual(plain.answer);
  expect(plain.answer.counts['told']).toBe(1);
});
