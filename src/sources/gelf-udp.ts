import type { Pipeline } from '../pipeline/pipeline.ts';
import { DatagramSocket } from './datagram-socket.ts';
import { decodeGelf } from './formats/gelf.ts';
import { createGelfChunks } from './formats/gelf-chunks.ts';
import { cutRecord } from './formats/line-limits.ts';
import { createHandOn, type HandOn } from './hand-on.ts';

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

/** GELF over UDP: plain, gzip, zlib, chunked. `start` throws ListenError. */
export class GelfUdpSource {
  readonly #options: GelfUdpOptions;
  readonly #socket: DatagramSocket;
  readonly #chunks = createGelfChunks({ maxBytes: CHUNK_BYTES, timeoutMs: CHUNK_TIMEOUT_MS });
  readonly #handOn: HandOn;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GelfUdpOptions) {
    this.#options = options;
    this.#handOn = createHandOn({ ...options, source: 'gelf' });
    this.#socket = new DatagramSocket({
      ...options,
      setting: 'gelf.udp',
      onDatagram: (bytes, { address, port }) => this.#take(bytes, `${address}:${port}`),
    });
  }

  async start(): Promise<void> {
    await this.#socket.start();
    this.#timer = setInterval(() => this.#expire(), EXPIRE_EVERY_MS);
  }

  get address(): string {
    return this.#socket.address;
  }

  /** Closes the socket; resolves when all that was received is committed. */
  async stop(): Promise<void> {
    // Without a timer it never listened.
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#expire(Number.POSITIVE_INFINITY);
    await this.#socket.close();
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

  #expire(now = this.#options.now()): void {
    this.#handOn.drop('incomplete', this.#chunks.expire(now));
    this.#handOn.drop('kernel_buffer_full', this.#socket.takeDrops());
  }
}
