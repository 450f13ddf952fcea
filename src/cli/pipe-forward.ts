import { createClassifier } from '../classify/classifier.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { askBot } from '../control.ts';
import type { LogRecord } from '../record/log-record.ts';
import { redactRecord } from '../record/redact.ts';
import { echo } from './echo.ts';
import type { LineSink } from './line-sink.ts';
import { StdinRecords } from './stdin-records.ts';

const RETRY_MS = 500;
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

  const lines = new StdinRecords({ ...settings, now, onRecords: forward });

  async function forward(records: readonly LogRecord[], joined: number): Promise<void> {
    for (let start = 0; start < records.length || start === 0; start += STEP) {
      const part = records.slice(start, start + STEP);
      echoEvents(part);
      await post(JSON.stringify({ records: part, joined: start === 0 ? joined : 0 }));
    }
  }

  /** The bot may be restarting, or overloaded: the program that writes waits, nothing is dropped. */
  async function post(body: string): Promise<void> {
    for (;;) {
      const reply = await askBot(settings.dataDir, 'POST', '/records', body).catch(() => undefined);
      if (reply && reply.status < 429) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
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
    take: (group) => lines.take(group),
    async undelivered() {
      await lines.flush();
      const reply = await askBot(settings.dataDir, 'GET', '/drained').catch(() => undefined);
      return reply ? ((JSON.parse(reply.body) as { waiting: number }).waiting ?? 0) : 0;
    },
    close: async () => {},
  };
}
