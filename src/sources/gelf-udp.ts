import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { decodeGelf } from './formats/gelf.ts';
import { createGelfChunks } from './formats/gelf-chunks.ts';
import { cutRecord } from './formats/line-limits.ts';
import { createHandOn, type HandOn } from './hand-on.ts';
import { ListenError } from './listen-error.ts';
import { kernelDrops } from './udp-drops.ts';

export interface GelfUdpOptions {
  readonly host: string;
  readonly port: number;
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly maxLineBytes: number;
  readonly maxBodyBytes: number;
  readonly stackTraceMs: number;
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** What GELF says: chunks that do not all arrive within 5 s are discarded. */
const CHUNK_TIMEOUT_MS = 5_000;
const CHUNK_BYTES = 16 * 1024 ** 2;
const EXPIRE_EVERY_MS = 1_000;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** GELF over UDP: plain, gzip, zlib, chunked. `start` throws ListenError. */
export class GelfUdpSource {
  readonly #options: GelfUdpOptions;
  readonly #socket: Socket;
  readonly #chunks = createGelfChunks({ maxBytes: CHUNK_BYTES, timeoutMs: CHUNK_TIMEOUT_MS });
  readonly #handOn: HandOn;
  #timer: NodeJS.Timeout | undefined;
  /** What the kernel has dropped so far. */
  #drops = 0;

  constructor(options: GelfUdpOptions) {
    this.#options = options;
    this.#handOn = createHandOn({ ...options, source: 'gelf' });
    this.#socket = createSocket({
      type: isIPv6(options.host) ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
  }

  async start(): Promise<void> {
    const { host, port, log } = this.#options;
    const listening = once(this.#socket, 'listening');
    this.#socket.bind({ address: host, port });
    try {
      await listening;
    } catch (error) {
      throw new ListenError('gelf.udp', `${host}:${port}`, error as NodeJS.ErrnoException);
    }
    this.#socket.on('error', (error) => log.warn({ err: error }, 'The GELF socket reported an error.'));
    this.#socket.on('message', (bytes, { address, port: from }) => this.#take(bytes, `${address}:${from}`));
    this.#drops = kernelDrops(this.#at()) ?? 0;
    this.#timer = setInterval(() => this.#expire(), EXPIRE_EVERY_MS);
  }

  get address(): string {
    const { address, port, family } = this.#socket.address();
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Closes the socket; resolves when all that was received is committed. */
  async stop(): Promise<void> {
    // Without a timer it never listened.
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#expire(Number.POSITIVE_INFINITY);
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
    await this.#handOn.finish();
  }

  #take(datagram: Uint8Array, from: string): void {
    const { pipeline, now, maxLineBytes, maxBodyBytes } = this.#options;
    if (pipeline.overloaded) {
      this.#handOn.drop('overloaded');
      return;
    }
    const observedAt = now();
    const found = this.#chunks.add(datagram, from, observedAt);
    if (found.state === 'malformed') this.#handOn.drop('malformed');
    if (found.state !== 'message') return;
    const message = decodeGelf(found.bytes, { observedAt, maxLineBytes, maxBodyBytes });
    if ('dropped' in message) this.#handOn.drop(message.dropped);
    else this.#handOn.add(cutRecord(message.record, this.#options));
  }

  #at(): { host: string; port: number } {
    return { host: this.#options.host, port: this.#socket.address().port };
  }

  #countKernelDrops(): void {
    const drops = kernelDrops(this.#at());
    if (drops === undefined) return;
    this.#handOn.drop('kernel_buffer_full', drops - this.#drops);
    this.#drops = drops;
  }

  #expire(now = this.#options.now()): void {
    this.#handOn.drop('incomplete', this.#chunks.expire(now));
    this.#countKernelDrops();
  }
}
