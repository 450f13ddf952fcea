import { createClassifier } from '../classify/classifier.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { askBot } from '../control.ts';
import { redactRecord } from '../record/redact.ts';
import { recordOfText } from '../record/text.ts';
import { echo } from './echo.ts';
import type { LineSink } from './line-sink.ts';

const RETRY_MS = 500;

/** Hands the lines to the bot that runs on the same data directory: one writer, one chat, one engine. */
export function forwardToBot(options: {
  readonly settings: Settings;
  readonly inForce: RulesInForce;
  readonly now: () => number;
}): LineSink {
  const { settings, inForce, now } = options;
  const classifier = settings.echo ? createClassifier(inForce.rules) : undefined;

  function echoEvents(lines: readonly string[]): void {
    if (!classifier) return;
    for (const line of lines) {
      const record = redactRecord(recordOfText(line, { observedAt: now() }));
      const verdict = classifier.classify(record);
      if (verdict.outcome === 'match' || (verdict.outcome === 'generic' && verdict.grouped)) echo(record);
    }
  }

  return {
    async take(lines) {
      echoEvents(lines);
      const body = `${lines.join('\n')}\n`;
      // The bot may be restarting, or overloaded: the program that writes waits, nothing is dropped.
      for (;;) {
        const reply = await askBot(settings.dataDir, 'POST', '/ingest', body, 'text/plain').catch(
          () => undefined,
        );
        if (reply && reply.status < 429) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    },
    async undelivered() {
      const reply = await askBot(settings.dataDir, 'GET', '/drained').catch(() => undefined);
      return reply ? ((JSON.parse(reply.body) as { waiting: number }).waiting ?? 0) : 0;
    },
    close: async () => {},
  };
}
