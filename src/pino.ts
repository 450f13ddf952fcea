import { setTimeout as sleep } from 'node:timers/promises';
import build from 'pino-abstract-transport';

export interface TransportOptions {
  /** Where the bot takes lines; default `http://127.0.0.1:8790/ingest`. */
  readonly url?: string;
  /** `TOCSIN_INGEST_TOKEN`, when the bot has one. */
  readonly token?: string;
}

const BATCH_LINES = 500;
const COLLECT_MS = 100;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** At the end of the program, lines that the bot does not take are given up after this long. */
const GIVE_UP_AFTER_END_MS = 5_000;

/**
 * A pino transport (`transport: { target: 'tocsin/pino' }`): sends each line to the bot, in batches. While the bot is away the
 * lines wait in pino's own buffer; nothing is dropped as long as the program runs.
 */
export default function transport(options: TransportOptions = {}) {
  const url = options.url ?? 'http://127.0.0.1:8790/ingest';
  const headers = {
    'content-type': 'application/x-ndjson',
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  };
  let endedAt: number | undefined;

  async function post(lines: readonly string[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const status = await fetch(url, { method: 'POST', headers, body: `${lines.join('\n')}\n` }).then(
        (response) => response.status,
        () => 0,
      );
      // Refused for good (a wrong token, a wrong address): waiting would not help, and the program must not stall.
      if (status !== 0 && status !== 429 && status < 500) return;
      if (endedAt !== undefined && performance.now() - endedAt > GIVE_UP_AFTER_END_MS) return;
      await sleep(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt), undefined, { ref: true });
    }
  }

  async function run(source: NodeJS.EventEmitter & AsyncIterable<unknown>): Promise<void> {
    let lines: string[] = [];
    let sending: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      clearTimeout(timer);
      timer = undefined;
      const batch = lines;
      lines = [];
      if (batch.length > 0) sending = sending.then(() => post(batch));
      return sending;
    };
    source.on('end', () => {
      endedAt = performance.now();
    });
    for await (const line of source) {
      lines.push(line as string);
      if (lines.length >= BATCH_LINES) await send();
      else timer ??= setTimeout(() => void send(), COLLECT_MS);
    }
    await send();
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
