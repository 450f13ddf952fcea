import { CHUNKS_KEPT, CHUNKS_UNDER_WAY, type LineChunk, textOfLine } from '../record/line-chunk.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** What is read at once and the rest of a line mostly fit into so many bytes; more gets a buffer of its own. */
const BUFFER_BYTES = 128 * 1024;
/** One more is the chunk itself behind which those kept stand, and one that comes before the next is taken. */
const BUFFERS = CHUNKS_KEPT + CHUNKS_UNDER_WAY + 2;

/**
 * Splits a byte stream into lines (without `\n` and `\r`), in groups of what came together. A line longer than `maxBytes` is
 * cut there, and what follows up to its end is left out. Pulls only as fast as it is consumed, and keeps nothing of a piece behind the
 * next pull. The bytes of a chunk are shared with other threads, and are `fleeting`: a stream of many GB takes the same few
 * buffers.
 */
export async function* lineChunks(
  input: AsyncIterable<unknown>,
  maxBytes: number,
): AsyncGenerator<LineChunk> {
  const ring = new BufferRing();
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  for await (const piece of input) {
    const read: Buffer = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    const bytes = ring.join(rest, read);
    const lines = new LineCutter(bytes, maxBytes);
    // In what is left of the last one there is no line end.
    let searched = rest.length;
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED, searched); end >= 0; end = bytes.indexOf(LINE_FEED, searched)) {
      if (!skipping) lines.add(start, end);
      skipping = false;
      start = end + 1;
      searched = start;
    }
    rest = skipping ? bytes.subarray(bytes.length) : bytes.subarray(start);
    if (rest.length > maxBytes) {
      lines.add(start, bytes.length);
      rest = bytes.subarray(bytes.length);
      skipping = true;
    }
    if (lines.starts.length > 0) {
      ring.turn();
      yield lines;
    }
  }
  if (!skipping && rest.length > 0) {
    const lines = new LineCutter(rest, maxBytes);
    lines.add(0, rest.length);
    yield lines;
  }
}

/** Buffers that are filled one after the other, and then from the first again. */
class BufferRing {
  readonly #buffers: Buffer[] = [];
  #next = 0;

  /** Two pieces, one behind the other. The first may stand in the same buffer. */
  join(first: Buffer, second: Buffer): Buffer {
    const length = first.length + second.length;
    const bytes = length > BUFFER_BYTES ? sharedBuffer(length) : this.#current().subarray(0, length);
    first.copy(bytes);
    second.copy(bytes, first.length);
    return bytes;
  }

  /** What was joined last is a chunk: only then it takes the place of another one. Pieces of a line come in any number. */
  turn(): void {
    this.#next = (this.#next + 1) % BUFFERS;
  }

  #current(): Buffer {
    this.#buffers[this.#next] ??= sharedBuffer(BUFFER_BYTES);
    return this.#buffers[this.#next] as Buffer;
  }
}

function sharedBuffer(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

/** The same lines as texts. */
export async function* lineGroups(input: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string[]> {
  for await (const chunk of lineChunks(input, maxBytes))
    yield Array.from(chunk.starts, (_, line) => textOfLine(chunk, line));
}

class LineCutter implements LineChunk {
  readonly bytes: Buffer;
  readonly fleeting = true;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #maxBytes: number;

  constructor(bytes: Buffer, maxBytes: number) {
    this.bytes = bytes;
    this.#maxBytes = maxBytes;
  }

  add(start: number, lineEnd: number): void {
    const end = Math.min(lineEnd, start + this.#maxBytes);
    this.starts.push(start);
    this.ends.push(end > start && this.bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
  }
}
