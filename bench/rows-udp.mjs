import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLines } from './corpus.mjs';
import { startBot, usageOf } from './process.mjs';
import { emptyConfig } from './rows-pipe.mjs';

const RATES = [5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100].map((thousand) => thousand * 1000);
const SLICE_MS = 2;
/** A stall would show only later: the queue of the kernel takes some time to fill. */
const SECONDS = 2;

/** The highest rate of syslog datagrams at which none is lost: the rates are gone up until one is. */
export function udpRow({ corpus, signatures }) {
  let packets;
  /** Where the next round begins: one step below what the last one found. */
  let first = 0;
  return {
    name: `udp syslog without loss, ${signatures} signatures, ${corpus.errors * 100} %`,
    async warmUp() {
      packets = takeLines(corpus, 'syslog', 20_000).map((line) => Buffer.from(line));
    },
    async run({ dir, rulesOf }) {
      let best = { rate: 0, cpuUs: Number.NaN, rssKb: undefined };
      let note = '';
      // Up to the first loss; where there is one at once, down to the first rate without.
      for (let step = first, isRising = true; RATES[step] !== undefined; step += isRising ? 1 : -1) {
        const tried = await attempt(dir, rulesOf(signatures).file, packets, RATES[step]);
        if (tried.lost === 0 && tried.rate >= RATES[step] * 0.9) {
          best = tried;
          first = Math.max(0, step - 1);
          if (!isRising) break;
        } else {
          const why =
            tried.lost > 0 ? `lost ${(tried.lostShare * 100).toFixed(1)} %` : 'the sender could not';
          note = `at ${RATES[step] / 1000}k/s: ${why}`;
          if (best.rate > 0) break;
          isRising = false;
        }
      }
      return {
        linesPerS: best.rate,
        cpuUs: best.cpuUs,
        rssMb: best.rssKb === undefined ? undefined : best.rssKb / 1024,
        note,
      };
    },
  };
}

async function attempt(dir, rules, packets, rate) {
  const data = mkdtempSync(join(dir, 'data-'));
  const bot = await startBot({
    TOCSIN_DATA: data,
    TOCSIN_CONFIG: emptyConfig(dir),
    ERROR_SIGNATURES_PATH: rules,
    LOG_AGGREGATOR_SHADOW: '1',
  });
  const before = usageOf(bot.pid);
  const sent = await sendAt(bot.udp, packets, rate);
  const received = await settled(bot.http);
  const after = usageOf(bot.pid);
  await bot.stop();
  rmSync(data, { recursive: true });
  const lost = sent.count - received;
  return {
    rate: (sent.count / sent.ms) * 1000,
    lost,
    lostShare: lost / sent.count,
    cpuUs: (after.cpuUs - before.cpuUs) / sent.count,
    rssKb: after.rssKb,
  };
}

async function sendAt(port, packets, rate) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.connect(port, '127.0.0.1', resolve));
  const startedAt = performance.now();
  const total = rate * SECONDS;
  let count = 0;
  while (count < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * rate));
    for (; count < due; count += 1) socket.send(packets[count % packets.length]);
    await sleep(SLICE_MS);
  }
  const ms = performance.now() - startedAt;
  await sleep(50);
  socket.close();
  return { count, ms };
}

/** How many datagrams the bot has counted, once that no longer grows. */
async function settled(port) {
  let before = -1;
  for (;;) {
    await sleep(400);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const counts = text.matchAll(/^tocsin_lines_total\{source="udp",outcome="received"\} (\d+)/gm);
    const received = [...counts].reduce((sum, [, n]) => sum + Number(n), 0);
    if (received === before) return received;
    before = received;
  }
}
