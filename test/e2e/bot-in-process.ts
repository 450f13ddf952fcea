import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Bot } from '../../src/bot.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { loadInForce } from '../../src/config/rule-files.ts';
import { askBot } from '../../src/control.ts';
import { createLog } from '../../src/log.ts';
import { tempDir } from './bot-process.ts';

export interface InProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  /** `config/tocsin.yml`. */
  readonly config?: string;
  readonly signatures?: string;
  readonly alerts?: string;
}

/** A critical signature, so that each group rings at its first event. */
const SIGNATURES = `
categories:
  critical:
    default_policy: notify
    signatures:
      - {id: BOOM, pattern: "boom [a-z]+", severity: critical, summary: "Boom"}
  plain:
    default_policy: notify
    signatures:
      - {id: FIZZ, pattern: "fizz [a-z]+", severity: high, summary: "Fizz"}
`;
const ALERTS = 'fingerprint: seed\nmin_count_default: 1\n';

/** The bot of src/bot.ts in this process, on free ports and a real database: for tests that start many. */
export async function startBotHere(options: InProcessOptions) {
  const dir = options.env['TOCSIN_DATA'] ?? tempDir();
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const env = {
    TOCSIN_HTTP: '127.0.0.1:0',
    TOCSIN_UDP: 'off',
    TOCSIN_DATA: dir,
    TOCSIN_CONFIG: file('tocsin.yml', options.config ?? ''),
    ERROR_SIGNATURES_PATH: file('signatures.yml', options.signatures ?? SIGNATURES),
    ALERTS_GROUPING_CONFIG: file('alerts.yml', options.alerts ?? ALERTS),
    ...options.env,
  };
  const settings = loadSettings({ env });
  let output = '';
  const write = (line: string) => {
    output += line;
  };
  const log = createLog({ level: 'info', secrets: settings.secrets, human: false, write });
  const bot = new Bot({ settings, inForce: loadInForce(settings).inForce, log });
  await bot.start();
  const db = new Database(join(dir, 'tocsin.db'), { readonly: true });
  const http = `http://${bot.httpAddress}`;
  return {
    http,
    dir,
    db,
    output: () => output,
    /** Sends lines, and resolves after their commit. */
    async ring(...lines: string[]): Promise<void> {
      const body = lines.map((msg) => JSON.stringify({ level: 'error', msg, service: 'api' })).join('\n');
      const answer = await fetch(`${http}/ingest`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-ndjson' },
      });
      if (answer.status !== 200) throw new Error(`ingest answered ${answer.status}`);
    },
    waiting(): number {
      return (db.prepare('SELECT count(*) AS n FROM outbox WHERE done_at IS NULL').get() as { n: number }).n;
    },
    /** A command as the terminal would ask it. */
    async ask(...words: string[]): Promise<string> {
      const reply = await askBot(dir, 'POST', '/command', JSON.stringify(words));
      return reply?.body ?? '';
    },
    async stop(): Promise<void> {
      db.close();
      await bot.stop();
    },
  };
}

export type BotHere = Awaited<ReturnType<typeof startBotHere>>;

/** `boom aab`: a name without digits, so that every number is a group of its own. */
export function nameOf(n: number): string {
  return [...n.toString(26).padStart(3, '0')]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .join('');
}

/** A generator with a seed, so that a failing run can be repeated. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
