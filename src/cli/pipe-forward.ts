import { setTimeout as sleep } from 'node:timers/promises';
import { createClassifier } from '../classify/classifier.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { askBot } from '../control.ts';
import { redactRecord } from '../record/redact.ts';
import { recordOfText } from '../record/text.ts';
import { echo } from './echo.ts';
import type { LineSink } from './line-sink.ts';

const RETRY_MS = 500;
const TELL_EVERY_MS = 10_000;

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

  const post = (lines: readonly string[]): Promise<Taken> =>
    askBot(settings.dataDir, 'POST', '/ingest', `${lines.join('\n')}\n`, 'text/plain').then(
      (reply) => takenBy(reply?.status),
      () => 'later',
    );

  /** Resolves with how many lines were not taken. */
  async function hand(lines: readonly string[], signal: AbortSignal): Promise<number> {
    let toldAt = performance.now();
    for (;;) {
      const taken = await post(lines);
      if (taken === 'all') return 0;
      if (taken === 'too large') {
        if (lines.length === 1) return 1;
        const half = Math.ceil(lines.length / 2);
        return (await hand(lines.slice(0, half), signal)) + (await hand(lines.slice(half), signal));
      }
      if (signal.aborted) return lines.length;
      // The bot may be restarting, or overloaded: the program that writes waits, nothing is dropped.
      if (performance.now() - toldAt > TELL_EVERY_MS) {
        toldAt = performance.now();
        process.stderr.write(
          `tocsin: the bot on ${settings.dataDir} takes no lines: ${lines.length} and what follows wait for it\n`,
        );
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  return {
    take(lines, signal) {
      echoEvents(lines);
      return hand(lines, signal);
    },
    async undelivered() {
      const reply = await askBot(settings.dataDir, 'GET', '/drained').catch(() => undefined);
      return reply?.status === 200 ? (JSON.parse(reply.body) as { waiting: number }).waiting : undefined;
    },
    close: async () => {},
  };
}

type Taken = 'all' | 'too large' | 'later';

/** 400 is for lines that are no lines; the bot has counted them. */
function takenBy(status: number | undefined): Taken {
  if (status === 413) return 'too large';
  return status === 200 || status === 400 ? 'all' : 'later';
}
