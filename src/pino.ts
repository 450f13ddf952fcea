import { writeSync } from 'node:fs';
import build from 'pino-abstract-transport';
import { LineSender } from './line-sender.ts';

export interface TransportOptions {
  /** Where the bot takes lines; default `http://127.0.0.1:8790/ingest`. */
  readonly url?: string;
  /** `TOCSIN_INGEST_TOKEN`, when the bot has one. */
  readonly token?: string;
}

/**
 * A pino transport (`transport: { target: 'tocsin/pino' }`): sends each line to the bot, in batches. While the bot is away 16 MB
 * of lines wait, then the oldest go. At its end the program waits 5 s at most; what was lost is told on stderr.
 */
export default function transport(options: TransportOptions = {}) {
  const sender = new LineSender({
    url: options.url ?? 'http://127.0.0.1:8790/ingest',
    token: options.token,
    tell: (text) => tell(`tocsin/pino: ${text}\n`),
  });

  async function run(source: AsyncIterable<unknown>): Promise<void> {
    // Reads without ever waiting: the end of the stream is behind its last line.
    for await (const line of source) sender.add(line as string);
    await sender.end();
  }

  // The worker may only end when the last lines are with the bot: `close` is what pino waits for.
  let finished: Promise<void> = Promise.resolve();
  return build(
    (source) => {
      finished = run(source);
      return finished;
    },
    { parse: 'lines', close: () => finished },
  );
}

/** Straight to the file: a worker's `process.stderr` goes through the main thread, which does not read any more at its end. */
function tell(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // A stderr that is closed or full has no reader.
  }
}
