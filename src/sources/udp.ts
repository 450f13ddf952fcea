import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { LogRecord } from '../record/log-record.ts';
import { recordsOfDatagram } from './formats/datagram.ts';
import { ListenError } from './listen-error.ts';

/** Asked of the kernel, so that a short stall loses nothing (facts: without it 35 % are lost at 80,000 a second). */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Datagrams are handed on together this often (ms); the pipeline commits them within its own short wait. */
const HAND_ON_MS = 10;

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly maxLineBytes: number;
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** Takes datagrams: syslog, JSON or plain text. `start` throws ListenError. */
export class UdpSource {
  readonly #options: UdpOptions;
  readonly #socket: Socket;
  #records: LogRecord[] = [];
  #dropped = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #pending = new Set<Promise<void>>();

  constructor(options: UdpOptions) {
    this.#options = options;
    this.#socket = createSocket({ type: isIPv6(options.host) ? 'udp6' : 'udp4' });
  }

  async start(): Promise<void> {
    const { host, port, log } = this.#options;
    const listening = once(this.#socket, 'listening');
    this.#socket.bind({ address: host, port });
    try {
      await listening;
    } catch (error) {
      throw new ListenError('TOCSIN_UDP', `${host}:${port}`, error as NodeJS.ErrnoException);
    }
    this.#socket.on('error', (error) => log.warn({ err: error }, 'The UDP socket reported an error.'));
    this.#socket.on('message', (bytes) => this.#take(bytes));
    this.#enlargeBuffer();
  }

  get address(): string {
    const { address, port, family } = this.#socket.address();
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Closes the socket; resolves when all that was received is committed. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
    this.#handOn();
    await Promise.allSettled(this.#pending);
  }

  #enlargeBuffer(): void {
    this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    // Linux reports twice what it grants; less than asked means that net.core.rmem_max is in the way.
    const granted = this.#socket.getRecvBufferSize() / 2;
    if (granted < RECEIVE_BUFFER_BYTES) {
      const fields = { grantedBytes: granted, wantedBytes: RECEIVE_BUFFER_BYTES };
      this.#options.log.warn(
        fields,
        'The UDP receive buffer is small: bursts may be lost. Raise net.core.rmem_max.',
      );
    }
  }

  #take(bytes: Buffer): void {
    if (this.#options.pipeline.overloaded) {
      this.#dropped.set('overloaded', (this.#dropped.get('overloaded') ?? 0) + 1);
    } else {
      const context = { observedAt: this.#options.now() };
      for (const record of recordsOfDatagram(bytes, context, this.#options)) this.#records.push(record);
    }
    this.#timer ??= setTimeout(() => this.#handOn(), HAND_ON_MS);
  }

  #handOn(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#records.length === 0 && this.#dropped.size === 0) return;
    const submission = { source: 'udp', records: this.#records, dropped: this.#dropped };
    this.#records = [];
    this.#dropped = new Map();
    // A batch that cannot be stored is counted by the pipeline; there is no sender to tell.
    const done: Promise<void> = this.#options.pipeline.submit(submission).then(
      () => void this.#pending.delete(done),
      () => void this.#pending.delete(done),
    );
    this.#pending.add(done);
  }
}
