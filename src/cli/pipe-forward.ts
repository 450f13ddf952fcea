import { setTimeout as sleep } from 'node:timers/promises';
import { createClassifier } from '../classify/classifier.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { askBot, RECORDS } from '../control.ts';
import type { LogRecord } from '../record/log-record.ts';
import { redactRecord } from '../record/redact.ts';
import { echo } from './echo.ts';
import type { LineSink } from './line-sink.ts';
import { StdinRecords } from './stdin-records.ts';

const RETRY_MS = 500;
const TELL_EVERY_MS = 10_000;
/** Records in one request, so that it stays below the limit of a body. */
const STEP = 1_000;

/** Hands the lines to the bot that runs on the same data directory: one writer, one chat, one engine. */
export function forwardToBot(options: {
  readonly settings: Settings;
  readonly inForce: RulesInForce;
  readonly now: () => number;
}): LineSink {
  const { settings, inForce, now } = options;
  const classifier = settings.echo ? createClassifier(inForce.rules) : undefined;
  let stopping: AbortSignal | undefined;
  let notTaken = 0;
  /** Lines that waited for the rest of their trace are handed over by a timer: one request after the other. */
  let handed: Promise<void> = Promise.resolve();
  const lines = new StdinRecords({
    ...settings,
    now,
    onRecords: ({ records, joined }) => {
      echoEvents(records);
      handed = handed.then(() => forward(records, joined));
      return handed;
    },
  });

  async function forward(records: readonly LogRecord[], joined: number): Promise<void> {
    for (let start = 0; start < records.length || start === 0; start += STEP) {
      const part = { records: records.slice(start, start + STEP), joined: start === 0 ? joined : 0 };
      await hand(part);
    }
  }

  async function hand(part: Part): Promise<void> {
    const { records, joined } = part;
    let toldAt = performance.now();
    for (;;) {
      const taken = await post(settings.dataDir, part);
      if (taken === 'all') return;
      if (taken === 'too large' && records.length > 1) {
        const half = Math.ceil(records.length / 2);
        await hand({ records: records.slice(0, half), joined });
        return hand({ records: records.slice(half), joined: 0 });
      }
      if (taken === 'too large' || stopping?.aborted) {
        notTaken += records.length + joined;
        return;
      }
      // The bot may be restarting, or overloaded: the program that writes waits, nothing is dropped.
      if (performance.now() - toldAt > TELL_EVERY_MS) {
        toldAt = performance.now();
        process.stderr.write(
          `tocsin: the bot on ${settings.dataDir} takes no lines: ${records.length + joined} and what follows wait for it\n`,
        );
      }
      await sleep(RETRY_MS, undefined, stopping ? { signal: stopping } : {}).catch(() => {});
    }
  }

  function echoEvents(records: readonly LogRecord[]): void {
    if (!classifier) return;
    for (const original of records) {
      const record = redactRecord(original);
      const verdict = classifier.classify(record);
      if (verdict.outcome === 'match' || (verdict.outcome === 'generic' && verdict.grouped)) echo(record);
    }
  }

  return {
    async take(chunk, signal) {
      stopping = signal;
      await lines.take(chunk, 0, chunk.starts.length);
      await handed;
    },
    get notTaken() {
      return notTaken;
    },
    async undelivered() {
      void lines.flush();
      await handed;
      const reply = await askBot(settings.dataDir, 'GET', '/drained').catch(() => undefined);
      return reply?.status === 200 ? (JSON.parse(reply.body) as { waiting: number }).waiting : undefined;
    },
    close: async () => {},
  };
}

/** What one request hands over. */
interface Part {
  readonly records: readonly LogRecord[];
  /** Lines that are part of the record of another line. */
  readonly joined: number;
}

type Taken = 'all' | 'too large' | 'later';

/** 400 is for records that are none; the bot has counted them. */
async function post(dataDir: string, part: Part): Promise<Taken> {
  const reply = await askBot(dataDir, 'POST', RECORDS, JSON.stringify(part)).catch(() => undefined);
  if (reply?.status === 413) return 'too large';
  return reply?.status === 200 || reply?.status === 400 ? 'all' : 'later';
}
