import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Submission } from '../../src/pipeline/submission.ts';
import { recordOfObject } from '../../src/record/structured.ts';
import type { Decoded, Unreadable } from '../../src/sources/formats/harvest.ts';
import { decodeLogplex } from '../../src/sources/formats/logplex.ts';
import { decodeLokiJson } from '../../src/sources/formats/loki.ts';
import { joinRecords } from '../../src/sources/formats/record-joiner.ts';
import { TraceHold } from '../../src/sources/trace-hold.ts';
import { TRACES } from '../record/traces.ts';
import { CONTEXT } from './fuzz.ts';

const AT = '2025-11-21T04:26:40.123+00:00';
const frame = (text: string) => `${Buffer.byteLength(text)} ${text}`;
const recordsOf = (decoded: Decoded | Unreadable) => ('records' in decoded ? decoded.records : []);

/** Ten traces of a language from each of two processes, line by line in turns. */
function interleaved(make: (typeof TRACES)[number]) {
  const expected: { type: string | undefined; message: string | undefined }[] = [];
  const lines: { line: string; process: number }[] = [];
  for (let n = 0; n < 10; n += 1) {
    const pair = [make(2 * n), make(2 * n + 1)] as const;
    const texts = pair.map(({ text }) => text.split('\n').filter((line) => line !== ''));
    for (const { type, message } of pair) expected.push({ type, message });
    for (let i = 0; i < Math.max(...texts.map((text) => text.length)); i += 1) {
      texts.forEach((text, process) => {
        if (text[i] !== undefined) lines.push({ line: text[i] as string, process });
      });
    }
  }
  return { expected, lines };
}

const LANGUAGES = TRACES.map((make) => [make(1).text.split('\n')[0] ?? '', make] as const);

describe.each(LANGUAGES)('ten traces from two processes, each line by itself: %s', (_, make) => {
  const { expected, lines } = interleaved(make);
  const check = (decoded: Decoded | Unreadable) => {
    const { records, joined } = joinRecords(recordsOf(decoded));
    const traces = records.filter(({ exception }) => exception?.stacktrace !== undefined);
    const types = (of: readonly { type?: string | undefined }[]) => of.map(({ type }) => type).sort();
    expect(types(traces.map(({ exception }) => exception ?? {}))).toEqual(types(expected));
    expect(records.length + joined).toBe(lines.length);
  };

  it('through a Heroku drain', () => {
    const body = lines.map(({ line, process }) => frame(`<190>1 ${AT} host app web.${process} - ${line}`));
    const drain = { count: undefined, token: undefined, service: 'shop' };
    check(decodeLogplex(Buffer.from(body.join('')), drain, CONTEXT));
  });

  it('through Loki', () => {
    const streams = [0, 1].map((process) => ({
      stream: { app: `app${process}` },
      values: lines
        .filter((line) => line.process === process)
        .map(({ line }) => ['1763699990123000000', line]),
    }));
    check(decodeLokiJson(Buffer.from(JSON.stringify({ streams })), CONTEXT));
  });
});

describe('a record', () => {
  const open = (stackTraceMs: number) => {
    const submitted: Submission[] = [];
    const pipeline = { submit: async (submission: Submission) => void submitted.push(submission) };
    return { submitted, hold: new TraceHold({ source: 'gelf', pipeline, stackTraceMs, now: Date.now }) };
  };
  const record = (log: string) =>
    recordOfObject({ log, service: 'api', level: 6 }, { observedAt: Date.now() });

  it('waits a moment for the next line of its trace, and is then submitted', async () => {
    const { submitted, hold } = open(30);
    expect(hold.take([record('TypeError: x is not a function')]).records).toEqual([]);
    expect(hold.take([record('    at load (/app/a.js:1:2)\n')]).records).toEqual([]);
    await sleep(120);
    expect(submitted).toMatchObject([
      { joined: 1, records: [{ exception: { type: 'TypeError' }, resource: { service: 'api' } }] },
    ]);
  });

  it('does not wait when nothing is to be joined', () => {
    const { hold } = open(0);
    expect(hold.take([record('a'), record('b')]).records).toHaveLength(2);
  });
});
