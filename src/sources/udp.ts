import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { LineFeed, type LineFeedOptions } from './line-feed.ts';
import { ListenError } from './listen-error.ts';
import { kernelDrops } from './udp-drops.ts';

/** Asked of the kernel, so that a short stall loses nothing (facts: without it 35 % are lost at 80,000 a second). */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** How often the kernel is asked what it dropped. */
const DROPS_EVERY_MS = 5_000;

export interface UdpOptions extends Omit<LineFeedOptions, 'source'> {
  readonly host: string;
  readonly port: number;
  readonly log: { warn(fields: object, message: string): void };
}

/** Takes datagrams: syslog, JSON or plain text. `start` throws ListenError. */
export class UdpSource {
  readonly #options: UdpOptions;
  readonly #socket: Socket;
  readonly #feed: LineFeed;
  #drops = 0;
  #dropsTimer: NodeJS.Timeout | undefined;

  constructor(options: UdpOptions) {
    this.#options = options;
    this.#socket = createSocket({ type: isIPv6(options.host) ? 'udp6' : 'udp4' });
    this.#feed = new LineFeed({ ...options, source: 'udp' });
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
    this.#socket.on('message', (bytes, peer) => this.#take(bytes, peer));
    this.#enlargeBuffer();
    this.#drops = kernelDrops(this.#at()) ?? 0;
    this.#dropsTimer = setInterval(() => this.#countDrops(), DROPS_EVERY_MS);
  }

  get address(): string {
    const { address, port, family } = this.#socket.address();
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Closes the socket; resolves when all that was received is committed. */
  async stop(): Promise<void> {
    clearInterval(this.#dropsTimer);
    if (this.#dropsTimer !== undefined) this.#countDrops();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
    await this.#feed.stop();
  }

  #at(): { host: string; port: number } {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  #countDrops(): void {
    const drops = kernelDrops(this.#at());
    if (drops === undefined) return;
    this.#feed.drop('kernel_buffer_full', drops - this.#drops);
    this.#drops = drops;
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

  #take(bytes: Buffer, peer: RemoteInfo): void {
    if (this.#feed.overloaded) {
      this.#feed.drop('overloaded');
      return;
    }
    // A relay sends for many programs, which syslog names; of plain text only the sending socket tells them apart.
    const syslog = bytes[0] === 60; /* < */
    const stream = syslog ? peer.address : `${peer.address}:${peer.port}`;
    this.#feed.takeDatagram(stream, bytes);
  }
}
