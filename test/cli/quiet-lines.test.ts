import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../../src/classify/classifier.ts';
import { createQuietLines } from '../../src/classify/quiet-lines.ts';
import { createQuietMarks } from '../../src/classify/quiet-objects.ts';
import type { Ruleset, Signature } from '../../src/classify/signature.ts';
import { StdinRecords } from '../../src/cli/stdin-records.ts';
import type { LogRecord } from '../../src/record/log-record.ts';
import { loopReason } from '../../src/record/loop-guard.ts';
import { redactRecord } from '../../src/record/redact.ts';
import { lineChunks } from '../../src/sources/lines.ts';
import { anyLines } from './any-lines.ts';
import { anyObject } from './any-objects.ts';

/** `FUZZ_RUNS=1000000` counts lines. */
const LINES = Number(process.env['FUZZ_RUNS'] ?? 20_000);
const LINES_A_RUN = 40;

const signature = (id: string, pattern: string): Signature => ({
  id,
  category: 'c',
  pattern,
  severity: 'high',
  policy: 'notify',
  summary: '',
});

/** Anchors in every place, classes that hold them, quotes, flags: what is weakened must not get stronger. */
const RULES: readonly Ruleset[] = [
  {
    signatures: [
      signature('A', 'disk .*full'),
      signature('B', '(?:^|x )42'),
      signature('C', 'user\\Q.$^\\E|done$'),
    ],
    noise: ['^GET', 'healthz.* 200'],
  },
  {
    signatures: [
      signature('A', '^[^$a]*\\bready\\b.*end\\z'),
      signature('B', '(?i)^job of'),
      signature('C', '^^the'),
    ],
    noise: ['^\\s*$', '\\[REDACTED\\]', '(^a )+done', '\\Bx=1', 'café'],
  },
  { signatures: [], noise: ['^$', 'took 3ms$'] },
];

/** How many lines were passed over in all: a test that takes every line the plain way proves nothing. */
let quietLines = 0;

interface Answer {
  readonly counts: Readonly<Record<string, number>>;
  /** What is more than counted, whole. */
  readonly told: readonly string[];
}

/** What becomes of lines, with and without the way around for quiet ones. */
async function answer(
  bytes: Buffer,
  cuts: readonly number[],
  rules: Ruleset,
  fast: boolean,
): Promise<Answer> {
  const classifier = createClassifier(rules);
  const counts: Record<string, number> = {};
  const told: string[] = [];
  const count = (what: string, by = 1) => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  const tell = (record: LogRecord) => {
    const loop = loopReason(record);
    const verdict = classifier.classify(redactRecord(record));
    const what = loop ?? (verdict.outcome === 'generic' && !verdict.grouped ? 'other' : verdict.outcome);
    count(what);
    if (what !== 'other') told.push(JSON.stringify([what, verdict, record]));
  };
  const mark = fast ? createQuietMarks(rules, [])?.texts : undefined;
  if (fast) expect(mark).toBeDefined();
  const lines = new StdinRecords({
    maxLineBytes: 2000,
    stackTraceMs: 60_000,
    now: () => 1_000,
    onRecords: async ({ records, joined, quiet }) => {
      for (const record of records) tell(record);
      count('joined', joined);
      count('other', quiet);
      quietLines += quiet;
    },
  });
  const pieces = async function* () {
    let start = 0;
    for (const cut of cuts) {
      yield bytes.subarray(start, start + cut);
      start = Math.min(bytes.length, start + cut);
    }
    yield bytes.subarray(start);
  };
  for await (const chunk of lineChunks(pieces(), 2000)) {
    const count = chunk.starts.length;
    await lines.take(chunk, 0, count, mark?.(chunk, 0, count));
  }
  await lines.flush();
  return { counts: { other: 0, joined: 0, ...counts }, told: told.sort() };
}

describe('a line that is passed over', () => {
  it('would have been counted only, whatever the lines and the rules', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLines,
        fc.constantFrom('\n', '\n', '\r\n'),
        fc.array(fc.nat(3000), { maxLength: 4 }),
        fc.constantFrom(...RULES),
        async (texts, end, cuts, rules) => {
          const bytes = Buffer.from(texts.join(end));
          expect(await answer(bytes, cuts, rules, true)).toEqual(await answer(bytes, cuts, rules, false));
        },
      ),
      { numRuns: Math.ceil(LINES / LINES_A_RUN) },
    );
    expect(quietLines).toBeGreaterThan(LINES / 10);
  });

  it('would have been counted only, whatever the objects', { timeout: 3_600_000 }, async () => {
    const before = quietLines;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 19, arbitrary: anyObject },
            anyLines.map((lines) => lines.join('\n')),
          ),
          {
            minLength: 1,
            maxLength: LINES_A_RUN,
            size: 'max',
          },
        ),
        fc.constantFrom('\n', '\n', '\r\n'),
        fc.array(fc.nat(3000), { maxLength: 4 }),
        fc.constantFrom(...RULES),
        async (texts, end, cuts, rules) => {
          const bytes = Buffer.from(texts.join(end));
          expect(await answer(bytes, cuts, rules, true)).toEqual(await answer(bytes, cuts, rules, false));
        },
      ),
      { numRuns: Math.ceil(LINES / LINES_A_RUN) },
    );
    expect(quietLines - before).toBeGreaterThan(LINES / 20);
  });

  it('leads no trace of which a line of colours alone hides the blank', async () => {
    const bytes = Buffer.from('error\n2024-05-01T10:00:00.1Z host app[1]: x\nx\n\u001b[31m\nStack trace:\nx');
    const rules = RULES[0] as Ruleset;
    expect(await answer(bytes, [], rules, true)).toEqual(await answer(bytes, [], rules, false));
  });

  it('leads a trace behind many chunks of other lines', async () => {
    const lead = 'api-1  | 2024-05-01 10:00:00 WARN the job is slow';
    const noise = Array.from({ length: 200 }, (_, n) => `web-1  | ERROR disk ${n} is full`);
    const trace = ['Traceback (most recent call last):', '  File "a.py", line 1, in f', 'KeyError: 1'];
    const lines = [lead, ...noise, ...trace.map((line) => `api-1  | ${line}`)].map((line) => `${line}\n`);
    const rules = RULES[0] as Ruleset;
    const cuts = lines.map((line) => line.length);
    const plain = await answer(Buffer.from(lines.join('')), cuts, rules, false);
    expect(await answer(Buffer.from(lines.join('')), cuts, rules, true)).toEqual(plain);
    expect(plain.counts['joined']).toBe(3);
  });

  it.each([['<3>done'], ['E0501 10:00:00.000 x'], ['E/Tag (12) x'], ['at=crit x'], ['[{"pass":"x"}]']])(
    'has no body that tells behind an event: %s',
    async (msg) => {
      const bytes = Buffer.from(JSON.stringify({ event: 'boot', msg }));
      const rules = { signatures: [signature('A', '\\[REDACTED\\]')], noise: [] };
      const plain = await answer(bytes, [], rules, false);
      expect(await answer(bytes, [], rules, true)).toEqual(plain);
      expect(plain.counts['other']).toBe(0);
    },
  );

  it('matches nothing where it is cut', async () => {
    const bytes = Buffer.from(`a\n${'x'.repeat(1996)}done and more\nb\n`);
    const rules = { signatures: [signature('A', 'xdone$')], noise: [] };
    const plain = await answer(bytes, [], rules, false);
    expect(await answer(bytes, [], rules, true)).toEqual(plain);
    expect(plain.counts['match']).toBe(1);
  });

  it('is most lines of an ordinary log', () => {
    const mark = createQuietLines(RULES[0] as Ruleset);
    const texts = [
      '10.0.3.4 - - "POST /cart HTTP/1.1" 201 12 "-" "okhttp/4.12.0" rt=0.012',
      '2024-05-01T10:00:00.1Z host app[1]: INFO checkpoint complete: wrote 12 buffers (0.1%); sync=0.01 s',
      'May  1 10:00:00 host sshd[12]: Accepted publickey for deploy from 10.0.0.1 port 22 ssh2',
      '[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties',
      'api-1  | request completed method=GET path=/search status=200 duration_ms=12',
    ];
    const bytes = Buffer.from(texts.join('\n'));
    const ends: number[] = [];
    for (const text of texts) ends.push((ends.at(-1) ?? -1) + 1 + text.length);
    const starts = [0, ...ends.slice(0, -1).map((end) => end + 1)];
    expect([...(mark?.({ bytes, starts, ends }, 0, texts.length) ?? [])]).toEqual(texts.map(() => 0));
  });
});
