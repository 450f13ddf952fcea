import type { Socket } from 'node:net';
import { linesOfDatagram } from './formats/datagram.ts';
import { StreamFramer } from './formats/stream-frames.ts';
import type { LineFeed } from './line-feed.ts';
import { hasToken, withoutToken } from './stream-token.ts';

/** A message may always be so long (RFC 5425 section 4.3.1: receivers should take 8192 bytes); more comes out of the common room. */
const OWN_ROOM_BYTES = 8 * 1024;
/** Kept beyond the limit: a secret at the cut is whole when it is redacted. */
const MARGIN_BYTES = 4 * 1024;
/** Bytes of one connection that may be on their way to the database before it is paused. */
const MAX_UNSETTLED_BYTES = 256 * 1024;
/** Messages without the token after which a connection is ended. */
const MAX_UNAUTHORIZED = 10;
/** How often a paused connection is looked at again while the pipeline is overloaded. */
const LOOK_AGAIN_MS = 50;
/** The first byte of a TLS handshake (RFC 8446 section 5.1), and the major version. */
const TLS_HANDSHAKE = [22, 3];

/** What all connections of a listener share. */
export interface Shared {
  readonly feed: LineFeed;
  readonly maxLineBytes: number;
  readonly token: string | undefined;
  readonly encrypted: boolean;
  readonly room: Room;
  readonly onUnauthorized: () => void;
}

/** Bytes that the unfinished messages of all connections may take together. */
export class Room {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get left(): number {
    return this.#left;
  }

  change(bytes: number): void {
    this.#left -= bytes;
  }
}

/** One connection: frames, trust, back-pressure. */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  readonly #stream: string;
  readonly #framer = new StreamFramer();
  #trusted: boolean;
  #unauthorized = 0;
  #unsettled = 0;
  /** Room taken out of what all share. */
  #taken = 0;
  #messages = 0;
  /** When the unfinished message began; undefined between messages. */
  #begunAt: number | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(socket: Socket, id: number, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    this.#stream = `#${id}`;
    this.#trusted = shared.token === undefined;
  }

  /** Messages that were complete so far. */
  get messages(): number {
    return this.#messages;
  }

  /** When the message that is not complete began (ms of the monotonic clock). */
  get begunAt(): number | undefined {
    return this.#begunAt;
  }

  take(chunk: Buffer, at: number): void {
    const { feed, encrypted } = this.#shared;
    if (!this.#started) {
      this.#started = true;
      if (!encrypted && chunk[0] === TLS_HANDSHAKE[0] && chunk[1] === TLS_HANDSHAKE[1]) {
        feed.drop('tls_on_plain_port');
        this.#socket.destroy();
        return;
      }
    }
    const limit = this.#limit();
    for (const { bytes, cutBytes } of this.#framer.feed(chunk, limit)) this.#message(bytes, cutBytes);
    feed.drop('broken_framing', this.#framer.takeLost());
    this.#begunAt = this.#framer.within ? (this.#begunAt ?? at) : undefined;
    this.#shareRoom();
    this.#holdBack(chunk.length);
  }

  /** The stream is over: what is held is a message of its own. */
  end(): void {
    for (const { bytes, cutBytes } of this.#framer.end(this.#limit())) this.#message(bytes, cutBytes);
    this.#shared.feed.drop('broken_framing', this.#framer.takeLost());
    this.#shared.room.change(-this.#taken);
    this.#taken = 0;
    this.#begunAt = undefined;
    clearTimeout(this.#lookTimer);
  }

  #limit(): number {
    const { maxLineBytes, room } = this.#shared;
    return Math.min(maxLineBytes + MARGIN_BYTES, OWN_ROOM_BYTES + this.#taken + Math.max(0, room.left));
  }

  #shareRoom(): void {
    const wanted = Math.max(0, this.#framer.held - OWN_ROOM_BYTES);
    this.#shared.room.change(wanted - this.#taken);
    this.#taken = wanted;
  }

  #message(bytes: Buffer, cutBytes: number): void {
    const { feed, token } = this.#shared;
    this.#messages += 1;
    const whole = cutBytes === 0 || bytes.length > this.#shared.maxLineBytes;
    const message = whole ? bytes : lessLastWord(bytes, cutBytes);
    if (token === undefined) {
      // A copy: the framer goes on with these bytes.
      feed.takeDatagram(this.#stream, Buffer.from(message));
      return;
    }
    const lines = linesOfDatagram(message);
    if (lines.length === 0) feed.drop('empty');
    for (const line of lines)
      if (this.#mayEnter(line, token)) feed.take(this.#stream, withoutToken(line, token));
  }

  /** Who showed the token once is trusted until the connection ends. */
  #mayEnter(line: string, token: string): boolean {
    this.#trusted ||= hasToken(line, token);
    if (this.#trusted) return true;
    this.#shared.feed.drop('unauthorized');
    this.#unauthorized += 1;
    if (this.#unauthorized === 1) this.#shared.onUnauthorized();
    if (this.#unauthorized >= MAX_UNAUTHORIZED) this.#socket.destroy();
    return false;
  }

  /** Reads on when what was read is in the database: TCP tells the sender to wait. */
  #holdBack(bytes: number): void {
    const { feed } = this.#shared;
    this.#unsettled += bytes;
    feed.whenSettled(() => {
      this.#unsettled -= bytes;
      this.#readOn();
    });
    if (this.#unsettled > MAX_UNSETTLED_BYTES || feed.overloaded) this.#socket.pause();
  }

  #readOn(): void {
    if (this.#socket.destroyed || !this.#socket.isPaused()) return;
    if (this.#shared.feed.overloaded) {
      clearTimeout(this.#lookTimer);
      this.#lookTimer = setTimeout(() => this.#readOn(), LOOK_AGAIN_MS);
    } else if (this.#unsettled <= MAX_UNSETTLED_BYTES / 2) this.#socket.resume();
  }
}

/** There was no room for the whole message: what may be half a secret goes, too. */
function lessLastWord(bytes: Buffer, cutBytes: number): Buffer {
  const end = Math.max(bytes.lastIndexOf(32), 0);
  return Buffer.concat([
    bytes.subarray(0, end),
    Buffer.from(` [… ${cutBytes + bytes.length - end} bytes left out]`),
  ]);
}
