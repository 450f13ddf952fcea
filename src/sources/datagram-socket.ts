import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { ListenError } from './listen-error.ts';
import { kernelDrops } from './udp-drops.ts';

/** Asked of the kernel, so that a short stall loses nothing (facts: without it 35 % are lost at 80,000 a second). */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface DatagramSocketOptions {
  readonly host: string;
  readonly port: number;
  /** What the operator sets the address by, for messages. */
  readonly setting: string;
  readonly log: { warn(fields: object, message: string): void };
  readonly onDatagram: (bytes: Buffer, peer: RemoteInfo) => void;
}

/** A UDP socket that listens, with a receive buffer for bursts, and knows what the kernel dropped. */
export class DatagramSocket {
  readonly #options: DatagramSocketOptions;
  readonly #socket: Socket;
  /** What the kernel had dropped when it was asked last. */
  #drops = 0;

  constructor(options: DatagramSocketOptions) {
    this.#options = options;
    this.#socket = createSocket({ type: isIPv6(options.host) ? 'udp6' : 'udp4' });
  }

  /** Throws ListenError. */
  async start(): Promise<void> {
    const { host, port, setting, log, onDatagram } = this.#options;
    const listening = once(this.#socket, 'listening');
    this.#socket.bind({ address: host, port });
    try {
      await listening;
    } catch (error) {
      throw new ListenError(setting, `${host}:${port}`, error as NodeJS.ErrnoException);
    }
    this.#socket.on('error', (error) => log.warn({ err: error, setting }, 'A UDP socket reported an error.'));
    this.#socket.on('message', onDatagram);
    this.#enlargeBuffer();
    this.#drops = kernelDrops(this.#at()) ?? 0;
  }

  get address(): string {
    const { address, port, family } = this.#socket.address();
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Datagrams that the kernel dropped since it was asked last; 0 where it does not tell. */
  takeDrops(): number {
    const drops = kernelDrops(this.#at());
    if (drops === undefined) return 0;
    const more = drops - this.#drops;
    this.#drops = drops;
    return more;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #at(): { host: string; port: number } {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  #enlargeBuffer(): void {
    this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    // Linux reports twice what it grants; less than asked means that net.core.rmem_max is in the way.
    const granted = this.#socket.getRecvBufferSize() / 2;
    if (granted >= RECEIVE_BUFFER_BYTES) return;
    const { setting, log } = this.#options;
    log.warn(
      { setting, grantedBytes: granted, wantedBytes: RECEIVE_BUFFER_BYTES },
      'The UDP receive buffer is small: bursts may be lost. Raise net.core.rmem_max.',
    );
  }
}
