import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FluentClient, FluentSocketEvent } from '@fluent-org/logger';
import gelf from 'gelf-pro';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotProcess, cleanUp, eventually, startBot, tempDir } from './bot-process.ts';
import { errorOf } from './error-of.ts';

afterAll(cleanUp);

const TOKEN = 'let_me_in_please';
const TRACE = '5b8efff798038103d269b633813fc60c';
/** 2025-11-21T04:26:40.123Z */
const AT = 1_763_699_200_123;

async function startWith(config: object): Promise<BotProcess> {
  const file = join(tempDir(), 'tocsin.yml');
  writeFileSync(file, JSON.stringify(config));
  return startBot({ TOCSIN_CONFIG: file, TOCSIN_INGEST_TOKEN: TOKEN });
}

/** The port that a listener really took, from the banner. */
async function portOf(bot: BotProcess, name: string): Promise<number> {
  const port = await eventually(
    () => new RegExp(`${name.replace('+', '\\+')}://[\\d.]+:(\\d+)`).exec(bot.output())?.[1],
  );
  return Number(port);
}

let bot: BotProcess;
beforeAll(async () => {
  bot = await startWith({ gelf: { udp: '127.0.0.1:0', tcp: '127.0.0.1:0' }, fluent: '127.0.0.1:0' });
});
afterAll(() => bot.kill('SIGTERM'));

describe('gelf-pro', () => {
  const send = (message: string, fields: object) =>
    new Promise<void>((resolve, reject) =>
      // Its types know no levels: syslog's error is 3.
      gelf.message(message, 3, fields, (error?: Error) => (error ? reject(error) : resolve())),
    );

  it.each([
    ['udp', 'in a datagram', 'x'],
    ['udp', 'in chunks', Array.from({ length: 2_000 }, (_, index) => index.toString(36)).join('-')],
    ['tcp', 'that ends with a NUL', 'x'],
  ] as const)('sends an error over %s, %s', async (adapterName, how, blob) => {
    const service = `gelf-${adapterName}-${blob.length}`;
    gelf.setConfig({
      adapterName,
      adapterOptions: { host: '127.0.0.1', port: await portOf(bot, `gelf+${adapterName}`) },
    });
    await send(`Ledger is locked ${how}`, { service, trace_id: TRACE, timestamp: AT / 1000, blob });
    const { row, sample } = await errorOf(bot, service);
    expect(row).toMatchObject({ count: 1, services: [service] });
    expect(sample).toMatchObject({ traceId: TRACE });
    expect(sample.text).toContain(`Ledger is locked ${how}`);
  });
});

describe('@fluent-org/logger', () => {
  it.each(['Message', 'Forward', 'PackedForward', 'CompressedPackedForward'] as const)(
    'sends an error in %s mode, and has it acknowledged',
    async (eventMode) => {
      const service = `fluent-${eventMode.toLowerCase()}`;
      const client = new FluentClient(service, {
        socket: { host: '127.0.0.1', port: await portOf(bot, 'fluent'), timeout: 3_000 },
        ack: { ackTimeout: 5_000 },
        eventMode,
      });
      await client.emit('web', { level: 'error', message: 'Queue is full', trace_id: TRACE }, new Date(AT));
      const { row, sample } = await errorOf(bot, service);
      expect(row).toMatchObject({ count: 1, services: [service] });
      expect(sample).toMatchObject({ traceId: TRACE });
      await client.disconnect();
    },
  );

  it('must know the shared key where others can reach the listener', async () => {
    const open = await startWith({ fluent: '0.0.0.0:0' });
    const socket = { host: '127.0.0.1', port: await portOf(open, 'fluent'), timeout: 3_000 };
    const client = (sharedKey: string) =>
      new FluentClient('keyed', {
        socket,
        ack: { ackTimeout: 5_000 },
        security: { clientHostname: 'web1', sharedKey },
      });
    const good = client(TOKEN);
    await good.emit('web', { level: 'error', message: 'Queue is full behind a key' });
    expect((await errorOf(open, 'keyed')).row).toMatchObject({ count: 1 });
    await good.disconnect();
    const wrong = client('wrong');
    wrong.socketOn(FluentSocketEvent.ERROR, () => {});
    wrong.emit('web', { level: 'error', message: 'Never seen' }).catch(() => {});
    const counted = /source="fluent",outcome="dropped:unauthorized"\} [1-9]/;
    await eventually(async () => counted.test((await open.get('/metrics')).text));
    await wrong.shutdown().catch(() => {});
    await open.kill('SIGTERM');
  });
});
