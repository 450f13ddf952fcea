import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Submission } from '../../src/pipeline/submission.ts';
import type { LogRecord } from '../../src/record/log-record.ts';
import { type TcpOptions, TcpSource } from '../../src/sources/tcp.ts';

export const certFile = (name: string) => join(import.meta.dirname, 'certs', name);

/** A listener over a pipeline that only collects. */
export async function listen(options: Partial<TcpOptions> = {}) {
  const records: LogRecord[] = [];
  const dropped = new Map<string, number>();
  const told: string[] = [];
  const state = { overloaded: false, received: 0, block: undefined as Promise<void> | undefined };
  const log = {
    info: (_: object, message: string) => void told.push(message),
    warn: (_: object, message: string) => void told.push(message),
    error: (_: object, message: string) => void told.push(message),
  };
  const pipeline = {
    get overloaded() {
      return state.overloaded;
    },
    async submit(submission: Submission): Promise<void> {
      records.push(...submission.records);
      state.received += submission.records.length + (submission.joined ?? 0);
      for (const [reason, count] of submission.dropped ?? []) {
        dropped.set(reason, (dropped.get(reason) ?? 0) + count);
        state.received += count;
      }
      await state.block;
    },
  };
  const source = new TcpSource({
    host: '127.0.0.1',
    port: 0,
    source: 'tcp',
    setting: 'TOCSIN_SYSLOG_TCP',
    pipeline,
    maxLineBytes: 64 * 1024,
    stackTraceMs: 20,
    token: undefined,
    maxConnections: 2_000,
    idleMs: 60_000,
    reloadMs: 0,
    now: () => Date.now(),
    log,
    ...options,
  });
  await source.start();
  const port = Number(source.address.split(':').at(-1));
  return { source, port, records, dropped, told, state };
}

export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

export async function openTls(port: number, options: ConnectionOptions = {}): Promise<Socket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}
