import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { takeLines } from './corpus.mjs';
import { startBot, usageOf } from './process.mjs';
import { emptyConfig } from './rows-pipe.mjs';

/** Requests under way at a time: enough that the bot is never idle, few enough that a batch of 1000 is not queued for long. */
const CONNECTIONS = { 1000: 4, 100: 16, 1: 128 };
const LINES = 50_000;

/** NDJSON batches by keep-alive connections; each answered after the commit, then the next one is sent. */
export function httpRow({ batch, corpus, signatures, seconds }) {
  let requests;
  return {
    name: `http json batch ${batch}, ${signatures} signatures, ${corpus.errors * 100} %`,
    async warmUp() {
      const lines = takeLines(corpus, 'json', Math.min(LINES, batch * 500));
      requests = Array.from({ length: Math.floor(lines.length / batch) }, (_, n) =>
        requestOf(lines.slice(n * batch, (n + 1) * batch)),
      );
    },
    async run({ dir, rulesOf }) {
      const data = mkdtempSync(join(dir, 'data-'));
      const bot = await startBot({
        TOCSIN_DATA: data,
        TOCSIN_CONFIG: emptyConfig(dir),
        ERROR_SIGNATURES_PATH: rulesOf(signatures).file,
        LOG_AGGREGATOR_SHADOW: '1',
      });
      const before = usageOf(bot.pid);
      const sent = await load({ port: bot.http, requests, connections: CONNECTIONS[batch], seconds });
      const after = usageOf(bot.pid);
      await bot.stop();
      rmSync(data, { recursive: true });
      const lines = sent.answers * batch;
      return {
        linesPerS: (lines / sent.ms) * 1000,
        cpuUs: (after.cpuUs - before.cpuUs) / lines,
        rssMb: after.rssKb === undefined ? undefined : after.rssKb / 1024,
        note: `p99 ${sent.p99Ms.toFixed(0)} ms${sent.refused > 0 ? `, ${sent.refused} refused` : ''}`,
        lines,
      };
    },
  };
}

export function requestOf(lines) {
  const body = Buffer.from(`${lines.join('\n')}\n`);
  const head = `POST /ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Node's own client would need more CPU than the bot. */
function load({ port, requests, connections, seconds }) {
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;
  const times = [];
  let next = 0;
  let refused = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.setNoDelay(true);
      let sentAt = 0;
      let text = '';
      const send = () => {
        if (performance.now() >= endAt) {
          socket.end();
          return resolve();
        }
        sentAt = performance.now();
        socket.write(requests[next % requests.length]);
        next += 1;
      };
      socket.on('error', reject);
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        // Every answer ends with the brace of its JSON and a line break.
        if (!text.endsWith('}\n') && !text.endsWith('\r\n0\r\n\r\n')) return;
        if (text.startsWith('HTTP/1.1 200')) times.push(performance.now() - sentAt);
        else refused += 1;
        text = '';
        send();
      });
    });
  return Promise.all(Array.from({ length: connections }, one)).then(() => {
    const ms = performance.now() - startedAt;
    if (times.length === 0) throw new Error('the bot accepted no batch');
    const sorted = times.sort((a, b) => a - b);
    return { answers: times.length, refused, ms, p99Ms: sorted[Math.floor(sorted.length * 0.99)] };
  });
}
