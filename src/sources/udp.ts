import type { RemoteInfo } from 'node:dgram';
import { DatagramSocket } from './datagram-socket.ts';
import { LineFeed, type LineFeedOptions } from './line-feed.ts';

/** How often the kernel is asked what it dropped. */
const DROPS_EVERY_MS = 5_000;

export interface UdpOptions extends Omit<LineFeedOptions, 'source'> {
  readonly host: string;
  readonly port: number;
  readonly log: { warn(fields: object, message: string): void };
}

/** Takes datagrams: syslog, JSON or plain text. `start` throws ListenError. */
export class UdpSource {
  readonly #socket: DatagramSocket;
  readonly #feed: LineFeed;
  #dropsTimer: NodeJS.Timeout | undefined;

  constructor(options: UdpOptions) {
    this.#feed = new LineFeed({ ...options, source: 'udp' });
    this.#socket = new DatagramSocket({
      ...options,
      setting: 'TOCSIN_UDP',
      onDatagram: (bytes, peer) => this.#take(bytes, peer),
    });
  }

  async start(): Promise<void> {
    await this.#socket.start();
    this.#dropsTimer = setInterval(() => this.#countDrops(), DROPS_EVERY_MS);
  }

  get address(): string {
    return this.#socket.address;
  }

  /** Closes the socket; resolves when all that was received is committed. */
  async stop(): Promise<void> {
    clearInterval(this.#dropsTimer);
    if (this.#dropsTimer !== undefined) this.#countDrops();
    await this.#socket.close();
    await this.#feed.stop();
  }

  #countDrops(): void {
    this.#feed.drop('kernel_buffer_full', this.#socket.takeDrops());
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
