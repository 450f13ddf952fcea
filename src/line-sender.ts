import { setTimeout as sleep } from 'node:timers/promises';

export interface LineSenderOptions {
  readonly url: string;
  /** `TOCSIN_INGEST_TOKEN`, when the bot has one. */
  readonly token: string | undefined;
  /** What a person must know: one sentence, without a line end. */
  readonly tell: (text: string) => void;
}

const BATCH_LINES = 500;
const BATCH_CHARACTERS = 1024 * 1024;
const COLLECT_MS = 100;
/** What waits while the bot is away; above it the oldest lines go. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;
const ANSWER_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** At the end of the program, lines that the bot does not take are given up after this long. */
const GIVE_UP_AFTER_END_MS = 5_000;

type Outcome = 'taken' | 'later' | 'too large' | { readonly refused: string };

/** Brings lines of NDJSON to a bot over HTTP, in batches and in their order. Waits for a bot that is away, in bounded memory. */
export class LineSender {
  readonly #options: LineSenderOptions;
  readonly #headers: Record<string, string>;
  #waiting: string[] = [];
  #characters = 0;
  /** Taken out of `#waiting`, but not by the bot yet. */
  #underWay = 0;
  #lost = 0;
  #refusalTold = false;
  #awayTold = false;
  #sending: Promise<void> | undefined;
  #ending = false;
  /** Ends the current wait. */
  #wake = new AbortController();
  readonly #givenUp = new AbortController();

  /** Throws for an address that is none. */
  constructor(options: LineSenderOptions) {
    new URL(options.url);
    this.#options = options;
    this.#headers = {
      'content-type': 'application/x-ndjson',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    };
  }

  add(line: string): void {
    this.#waiting.push(line);
    this.#characters += line.length;
    if (this.#characters > MAX_WAITING_CHARACTERS) this.#dropOldest();
    this.#sending ??= this.#sendAll();
  }

  /** Sends what waits, for 5 s at most, and tells how many lines were lost. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#wake.abort();
    const timer = setTimeout(() => this.#givenUp.abort(), GIVE_UP_AFTER_END_MS);
    await this.#sending;
    clearTimeout(timer);
    this.#lost += this.#waiting.length + this.#underWay;
    if (this.#lost > 0)
      this.#options.tell(`${this.#lost} log lines were lost: ${this.#options.url} did not take them`);
  }

  /** A quarter at once, so that a bot that is away costs nothing for each line. */
  #dropOldest(): void {
    let dropped = 0;
    while (this.#characters > MAX_WAITING_CHARACTERS * 0.75 && dropped < this.#waiting.length) {
      this.#characters -= (this.#waiting[dropped] as string).length;
      dropped += 1;
    }
    this.#waiting = this.#waiting.slice(dropped);
    this.#lost += dropped;
    if (!this.#awayTold)
      this.#options.tell(`${this.#options.url} does not take log lines; the oldest are being dropped`);
    this.#awayTold = true;
  }

  async #sendAll(): Promise<void> {
    await this.#pause(COLLECT_MS);
    while (this.#waiting.length > 0 && !this.#givenUp.signal.aborted) {
      const batch = this.#takeBatch();
      this.#underWay = batch.length;
      await this.#deliver(batch);
    }
    this.#sending = undefined;
  }

  #takeBatch(): string[] {
    let count = 0;
    let characters = 0;
    while (count < this.#waiting.length && count < BATCH_LINES) {
      const { length } = this.#waiting[count] as string;
      if (count > 0 && characters + length > BATCH_CHARACTERS) break;
      characters += length;
      count += 1;
    }
    this.#characters -= characters;
    return this.#waiting.splice(0, count);
  }

  /** Until the bot has the lines, or has refused them, or time is up. */
  async #deliver(lines: readonly string[]): Promise<void> {
    for (let attempt = 0; !this.#givenUp.signal.aborted; attempt += 1) {
      const outcome = await this.#post(lines);
      if (outcome === 'later') {
        await this.#pause(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt));
        continue;
      }
      if (outcome === 'too large' && lines.length > 1) {
        const half = Math.ceil(lines.length / 2);
        await this.#deliver(lines.slice(0, half));
        await this.#deliver(lines.slice(half));
        return;
      }
      this.#underWay -= lines.length;
      if (outcome === 'taken') return;
      this.#lost += lines.length;
      if (outcome !== 'too large') this.#tellRefusal(outcome.refused);
      return;
    }
  }

  async #post(lines: readonly string[]): Promise<Outcome> {
    const { url } = this.#options;
    const body = `${lines.join('\n')}\n`;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), ANSWER_TIMEOUT_MS);
    const abort = () => limit.abort();
    this.#givenUp.signal.addEventListener('abort', abort);
    try {
      const answer = await fetch(url, { method: 'POST', headers: this.#headers, body, signal: limit.signal });
      const text = await answer.text();
      if (answer.ok) {
        this.#awayTold = false;
        return 'taken';
      }
      if (answer.status === 413) return 'too large';
      if (answer.status === 429 || answer.status >= 500) return 'later';
      return { refused: `${answer.status} ${text.trim().slice(0, 200)}` };
    } catch {
      return 'later';
    } finally {
      clearTimeout(timer);
      this.#givenUp.signal.removeEventListener('abort', abort);
    }
  }

  /** Waiting would not help against a wrong token or a wrong address, and the program must not stall. */
  #tellRefusal(reason: string): void {
    if (this.#refusalTold) return;
    this.#refusalTold = true;
    this.#options.tell(`${this.#options.url} refuses log lines: ${reason}`);
  }

  /** At the end of the program only short waits are left, so that there are some attempts. */
  async #pause(ms: number): Promise<void> {
    if (!this.#ending) {
      this.#wake = new AbortController();
      await sleep(ms, undefined, { signal: this.#wake.signal }).catch(() => {});
    } else if (ms > COLLECT_MS) {
      await sleep(FIRST_RETRY_MS);
    }
  }
}
