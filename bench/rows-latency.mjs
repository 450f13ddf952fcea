import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChatServer } from './chat-server.mjs';
import { takeLines } from './corpus.mjs';
import { startBot, usageOf } from './process.mjs';
import { emptyConfig } from './rows-pipe.mjs';

/** Fewer than the ten groups a minute that a chat takes before a storm is told as one, and further apart than a message a second. */
const PROBES = 8;
const PROBE_EVERY_MS = 1_150;
const GIVE_UP_MS = 10_000;
const SLICE_MS = 10;
const PROBE = `  probes:
    default_policy: notify
    default_severity: critical
    signatures:
      - { id: PROBE, pattern: 'bench probe [a-z]+ marker' }
`;

/** From the moment a line is written to the bot's HTTP port to the moment a chat has accepted the message about it. */
export function latencyRow({ linesPerS, corpus, signatures }) {
  const found = [];
  return {
    name: `latency line to chat, ${linesPerS === 0 ? 'idle' : `at ${linesPerS} lines/s`}`,
    isLatency: true,
    found,
    async warmUp() {},
    async run({ dir, rulesOf }) {
      const data = mkdtempSync(join(dir, 'data-'));
      const waiting = new Map();
      const chat = await startChatServer((text) => {
        const marker = /bench probe ([a-z]+) marker/.exec(text)?.[1];
        waiting.get(marker)?.(performance.now());
      });
      const alerts = join(dir, 'alerts.yml');
      // What the other lines ring about is not asked: only the probes ring.
      writeFileSync(alerts, 'min_count_default: 1000000\nimmediate_categories: ["probes"]\n');
      const bot = await startBot({
        TOCSIN_DATA: data,
        TOCSIN_CONFIG: emptyConfig(dir),
        ALERTS_GROUPING_CONFIG: alerts,
        ERROR_SIGNATURES_PATH: rulesOf(signatures, PROBE).file,
        ALERT_TELEGRAM_BOT_TOKEN: '1:bench',
        ALERT_TELEGRAM_CHAT_ID: '4242',
        TELEGRAM_API_ROOT: chat.apiRoot,
      });
      const load = backgroundLoad(bot.http, takeLines(corpus, 'json', 10_000), linesPerS);
      await sleep(1_000);
      for (let n = 0; n < PROBES; n += 1) {
        const startedAt = performance.now();
        found.push(await probe(bot.http, waiting, wordOf(n)));
        await sleep(Math.max(0, PROBE_EVERY_MS + Math.random() * 50 - (performance.now() - startedAt)));
      }
      const sent = await load.stop();
      const { rssKb } = usageOf(bot.pid);
      await bot.stop();
      chat.stop();
      rmSync(data, { recursive: true });
      return { rssMb: rssKb === undefined ? undefined : rssKb / 1024, note: load.tell(sent) };
    },
  };
}

/** Letters only: digits would be masked, and all probes be one group. */
const wordOf = (n) => `x${'abcdefghijklmnop'[n]}q`;
/** Texts that differ in one word become one group, too: these differ in two. */
const textOf = (word) => `bench probe ${word} marker: it rings for ${word}`;

async function probe(port, waiting, word) {
  const startedAt = performance.now();
  const accepted = new Promise((resolve, reject) => {
    waiting.set(word, (at) => resolve(at - startedAt));
    setTimeout(() => reject(new Error(`no message within ${GIVE_UP_MS} ms`)), GIVE_UP_MS).unref();
  });
  const msg = textOf(word);
  await post(port, JSON.stringify({ level: 'error', service: 'bench', msg }));
  return accepted;
}

async function post(port, body) {
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await fetch(`http://127.0.0.1:${port}/ingest`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.ok;
}

/** Small batches all the time, so that the rate holds also when one answer is late. */
function backgroundLoad(port, lines, linesPerS) {
  let isOn = linesPerS > 0;
  let sent = 0;
  let refused = 0;
  const startedAt = performance.now();
  const running = (async () => {
    while (isOn) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * linesPerS) - sent;
      if (due > 0) {
        const batch = Array.from({ length: due }, (_, n) => lines[(sent + n) % lines.length]);
        sent += due;
        post(port, batch.join('\n')).then(
          (ok) => {
            if (!ok) refused += due;
          },
          () => {
            refused += due;
          },
        );
      }
      await sleep(SLICE_MS);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await running;
      return (sent / (performance.now() - startedAt)) * 1000;
    },
    tell: (rate) =>
      linesPerS === 0 ? '' : `${Math.round(rate)} lines/s sent${refused > 0 ? `, ${refused} refused` : ''}`,
  };
}
