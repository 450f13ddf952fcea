import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { LineFeed, type LineFeedOptions } from './line-feed.ts';
import { ListenError } from './listen-error.ts';
import { Room, TcpConnection } from './tcp-connection.ts';
import { differ, readTlsFiles, type TlsContents, type TlsPaths } from './tls-files.ts';

/** A sender has this long for its handshake, and for each message once it has begun. */
const HANDSHAKE_MS = 10_000;
const MESSAGE_MS = 60_000;
/** Connections are looked over so many times in that time. */
const SWEEPS = 10;
/** Dead peers are found by the kernel. */
const KEEP_ALIVE_MS = 60_000;
/** What unfinished messages of all connections may take beyond the 8 KiB that each may have anyway. */
const ROOM_BYTES = 16 * 1024 * 1024;
/** How long connections may still send when the listener ends. */
const LINGER_MS = 200;

export interface TcpOptions extends LineFeedOptions {
  readonly host: string;
  readonly port: number;
  /** With it, the listener speaks TLS. */
  readonly tls?: TlsPaths;
  /** Has to stand in the head of a connection's first message. */
  readonly token: string | undefined;
  readonly maxConnections: number;
  /** A connection without any data for so long is ended (ms). */
  readonly idleMs: number;
  /** How long one message may take once it has begun (ms). */
  readonly messageMs?: number;
  /** How often the certificate's files are read again (ms); 0: never. */
  readonly reloadMs: number;
  /** The variable that says where to listen, for the message when that fails. */
  readonly setting: string;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

interface Peer {
  /** The raw socket, after a handshake the one over it. */
  socket: Socket;
  connection?: TcpConnection;
}

/** Takes streams over TCP or TLS: syslog in both framings, JSON lines, text lines. `start` throws ListenError and TlsFilesError. */
export class TcpSource {
  readonly #options: TcpOptions;
  readonly #feed: LineFeed;
  readonly #messageMs: number;
  readonly #room = new Room(ROOM_BYTES);
  /** Every connection by its peer, those within their handshake too; oldest first. */
  readonly #peers = new Map<string, Peer>();
  #server: Server | undefined;
  #tls: TlsContents | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #reloadTimer: NodeJS.Timeout | undefined;
  #ids = 0;
  #told = new Set<string>();

  constructor(options: TcpOptions) {
    this.#options = options;
    this.#messageMs = options.messageMs ?? MESSAGE_MS;
    this.#feed = new LineFeed(options);
  }

  async start(): Promise<void> {
    const { host, port, setting, log, reloadMs, tls } = this.#options;
    this.#server = tls ? this.#createTls(tls) : createTcpServer((socket) => this.#accept(socket));
    const server = this.#server;
    // Before anybody else sees it.
    server.prependListener('connection', (socket: Socket) => this.#track(socket));
    const listening = once(server, 'listening');
    server.listen({ host, port, backlog: 1024 });
    try {
      await listening;
    } catch (error) {
      throw new ListenError(setting, `${host}:${port}`, error as NodeJS.ErrnoException);
    }
    server.on('error', (error) => log.warn({ err: error }, 'A syslog listener reported an error.'));
    this.#sweepTimer = setInterval(() => this.#sweep(performance.now()), this.#messageMs / SWEEPS);
    if (tls && reloadMs > 0) this.#reloadTimer = setInterval(() => this.reload(), reloadMs);
  }

  get address(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) return 'not listening';
    return address.family === 'IPv6'
      ? `[${address.address}]:${address.port}`
      : `${address.address}:${address.port}`;
  }

  get connections(): number {
    return this.#peers.size;
  }

  /** Takes no new connection, ends the others after what is on its way, and resolves when all of it is committed. */
  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer);
    clearInterval(this.#reloadTimer);
    if (this.#server?.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      for (const { socket } of this.#peers.values()) socket.end();
      const timer = setTimeout(() => {
        for (const { socket } of this.#peers.values()) socket.destroy();
      }, LINGER_MS);
      await closed;
      clearTimeout(timer);
      // The last connections have told what they held.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#feed.stop();
  }

  /** Reads the certificate's files again, and uses them when they changed and are good. */
  reload(): void {
    const { tls, log } = this.#options;
    if (!tls || !this.#tls) return;
    try {
      const next = readTlsFiles(tls);
      if (!differ(next, this.#tls)) return;
      this.#tls = next;
      (this.#server as TlsServer).setSecureContext(next);
      log.info({ cert: tls.cert }, 'The TLS certificate changed; new connections use it.');
    } catch (error) {
      log.error({ err: error }, 'The changed TLS certificate cannot be used; the last good one stays.');
    }
  }

  #createTls(paths: TlsPaths): Server {
    this.#tls = readTlsFiles(paths);
    const mutual = paths.clientCa !== undefined;
    const server = createTlsServer(
      {
        ...this.#tls,
        requestCert: mutual,
        rejectUnauthorized: mutual,
        handshakeTimeout: HANDSHAKE_MS,
        minVersion: 'TLSv1.2',
      },
      (socket) => this.#accept(socket),
    );
    server.on('tlsClientError', (error, socket) => {
      this.#feed.drop('tls_handshake');
      this.#tellOnce('handshake', { err: error }, 'A TLS handshake failed; further ones are only counted.');
      socket.destroy();
    });
    return server;
  }

  /** The raw connection, before any handshake. */
  #track(socket: Socket): void {
    if (this.#peers.size >= this.#options.maxConnections && !this.#makeRoom()) {
      this.#feed.drop('too_many_connections');
      const { maxConnections } = this.#options;
      this.#tellOnce(
        'connections',
        { maxConnections },
        'A syslog listener is full; connections are refused.',
      );
      socket.destroy();
      return;
    }
    const peer: Peer = { socket };
    const name = nameOf(socket);
    this.#peers.set(name, peer);
    socket.once('close', () => {
      if (this.#peers.get(name) === peer) this.#peers.delete(name);
    });
    socket.on('error', () => socket.destroy());
  }

  /** Who has not said anything yet gives way to a new connection, the oldest first. */
  #makeRoom(): boolean {
    for (const [name, { socket, connection }] of this.#peers) {
      if (connection && connection.messages > 0) continue;
      this.#peers.delete(name);
      this.#feed.drop('gave_way');
      socket.destroy();
      return true;
    }
    return false;
  }

  /** A connection that may send: for TLS after its handshake. */
  #accept(socket: Socket): void {
    const { maxLineBytes, token, tls, idleMs } = this.#options;
    const peer = this.#peers.get(nameOf(socket));
    if (!peer || socket.destroyed) return void socket.destroy();
    this.#ids += 1;
    const { remoteAddress } = socket;
    const connection = new TcpConnection(socket, this.#ids, {
      feed: this.#feed,
      maxLineBytes,
      token,
      encrypted: tls !== undefined,
      room: this.#room,
      onUnauthorized: () =>
        this.#tellOnce(
          'token',
          { peer: remoteAddress },
          'A sender has not the token; its messages are dropped.',
        ),
    });
    peer.socket = socket;
    peer.connection = connection;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => connection.take(chunk, performance.now()));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => connection.end());
  }

  /** Ends who does not end its message: bytes that trickle in keep a connection from being idle. */
  #sweep(now: number): void {
    for (const { socket, connection } of this.#peers.values()) {
      if (connection?.begunAt === undefined || now - connection.begunAt < this.#messageMs) continue;
      this.#feed.drop('too_slow');
      socket.destroy();
    }
  }

  #tellOnce(what: string, fields: object, message: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#options.log.warn({ setting: this.#options.setting, ...fields }, message);
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
