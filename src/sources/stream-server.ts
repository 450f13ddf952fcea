import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { ListenError } from './listen-error.ts';

export interface StreamServerOptions {
  readonly host: string;
  readonly port: number;
  /** The setting that says where to listen, for the message when that fails. */
  readonly setting: string;
  /** Reads a connection to its end. What it throws ends the connection. */
  readonly serve: (socket: Socket) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
}

/** More are refused: each costs memory. */
const MAX_CONNECTIONS = 1_000;
/** A sender that says nothing for so long is gone; a living one connects again. */
const IDLE_MS = 10 * 60_000;
/** What is being read when the bot ends has this long. */
const GRACE_MS = 1_000;

/** One TCP listener, whose connections are read by `serve`. `start` throws ListenError. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Promise<void>>();

  constructor(options: StreamServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  async start(): Promise<void> {
    const { host, port, setting, log } = this.#options;
    const listening = once(this.#server, 'listening');
    this.#server.listen({ host, port });
    try {
      await listening;
    } catch (error) {
      throw new ListenError(setting, `${host}:${port}`, error as NodeJS.ErrnoException);
    }
    this.#server.on('error', (error) => log.warn({ err: error, setting }, 'A listener reported an error.'));
    this.#server.on('drop', () => log.warn({ setting, limit: MAX_CONNECTIONS }, 'A connection was refused.'));
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return 'not listening';
    return address.family === 'IPv6'
      ? `[${address.address}]:${address.port}`
      : `${address.address}:${address.port}`;
  }

  /** Takes no new connection; resolves when what was received on the others is committed. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#connections.keys()) socket.end();
    const timer = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.destroy();
    }, GRACE_MS);
    await Promise.all([closed, ...this.#connections.values()]);
    clearTimeout(timer);
  }

  #accept(socket: Socket): void {
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // A connection that breaks is told by the end of its stream.
    socket.on('error', () => socket.destroy());
    const served = this.#options
      .serve(socket)
      .catch(() => undefined)
      .then(() => {
        // Answers that are on their way are still written.
        socket.destroySoon();
        this.#connections.delete(socket);
      });
    this.#connections.set(socket, served);
  }
}
