import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, eventually, startBot, tempDir } from './bot-process.ts';
import { errorOf } from './error-of.ts';

/** Debian's package, or the binary that ALERTMANAGER names; without one these tests are passed over. */
const BINARY = process.env['ALERTMANAGER'] ?? '/usr/bin/prometheus-alertmanager';
const TOKEN = 'let_me_in_please';

let alertmanager: ChildProcess | undefined;
afterAll(async () => {
  alertmanager?.kill('SIGKILL');
  await cleanUp();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startAlertmanager(webhook: string): Promise<string> {
  const dir = tempDir();
  const at = `127.0.0.1:${await freePort()}`;
  const config = {
    route: { receiver: 'tocsin', group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'tocsin',
        webhook_configs: [{ url: webhook, http_config: { authorization: { credentials: TOKEN } } }],
      },
    ],
  };
  writeFileSync(join(dir, 'config.yml'), JSON.stringify(config));
  const args = [
    `--config.file=${join(dir, 'config.yml')}`,
    `--storage.path=${dir}`,
    `--web.listen-address=${at}`,
    '--cluster.listen-address=',
  ];
  alertmanager = spawn(BINARY, args, { stdio: 'ignore' });
  await eventually(
    () =>
      fetch(`http://${at}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    15_000,
  );
  return `http://${at}`;
}

describe.skipIf(!existsSync(BINARY))("Debian's Alertmanager", () => {
  it('sends an alert that fires, and that it is resolved', async () => {
    const bot = await startBot({ TOCSIN_INGEST_TOKEN: TOKEN });
    const address = await startAlertmanager(`${bot.http}/alertmanager`);
    const send = (alert: object) =>
      fetch(`${address}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([
          {
            labels: {
              alertname: 'DiskNearlyFull',
              service: 'billing',
              severity: 'critical',
              instance: 'db1',
            },
            annotations: { summary: 'The disk of the ledger fills up' },
            generatorURL: 'http://prometheus.example/graph',
            ...alert,
          },
        ]),
      });
    await send({});
    const { row, sample } = await errorOf(bot, 'billing');
    expect(row).toMatchObject({ count: 1, services: ['billing'] });
    expect(JSON.parse(sample.text)).toMatchObject({
      message: 'DiskNearlyFull: The disk of the ledger fills up',
      level_name: 'critical',
      status: 'firing',
      generatorURL: 'http://prometheus.example/graph',
    });
    await send({ endsAt: new Date().toISOString() });
    const received = /tocsin_lines_total\{source="alertmanager",outcome="received"\} 2/;
    await eventually(async () => received.test((await bot.get('/metrics')).text), 15_000);
    expect((await errorOf(bot, 'billing')).row.count).toBe(1);
    await bot.kill('SIGTERM');
  });
});
