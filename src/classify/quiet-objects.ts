import { type LineChunk, MARK, type MarkLines, type QuietMarks } from '../record/line-chunk.ts';
import { ObjectScan, SCANNED } from '../record/object-scan.ts';
import { createQuietLines } from './quiet-lines.ts';
import type { Ruleset } from './signature.ts';

/** A longer line goes the plain way. */
const LONGEST = 16 * 1024;
const OPEN = 123;
const CLOSE = 125;
/** Docker's lines, and journald's: their text is unwrapped first, and may go on a trace (line-envelope.ts). */
const DOCKER = Buffer.from('{"log":"');
const JOURNALD = '__REALTIME_TIMESTAMP';

/**
 * What `createQuietLines` tells, of lines of JSON too: the text of an object that says nothing else is looked for in its bytes, and
 * matched as a text line is. `names` are services whose lines must become records (silence watches).
 */
export function createQuietMarks(rules: Ruleset, names: readonly string[]): QuietMarks | undefined {
  const markTexts = createQuietLines(rules, names);
  if (!markTexts) return undefined;
  const objects = new ObjectMarks(markTexts, names);
  return {
    texts: (chunk, from, to) =>
      hasObjects(chunk, from, to) ? objects.mark(chunk, from, to, 'texts') : markTexts(chunk, from, to),
    objects: (chunk, from, to) => objects.mark(chunk, from, to, 'objects'),
    names: new Set(names),
  };
}

function hasObjects({ bytes, starts }: LineChunk, from: number, to: number): boolean {
  for (let line = from; line < to; line++) if (bytes[starts[line] as number] === OPEN) return true;
  return false;
}

class ObjectMarks {
  readonly #markTexts: MarkLines;
  readonly #scan: ObjectScan;
  /** The texts of some lines, one behind the other. */
  #scratch: Buffer = Buffer.alloc(0);

  constructor(markTexts: MarkLines, names: readonly string[]) {
    this.#markTexts = markTexts;
    this.#scan = new ObjectScan(names);
  }

  mark(chunk: LineChunk, from: number, to: number, others: 'texts' | 'objects'): Uint8Array<ArrayBuffer> {
    const { bytes, starts, ends } = chunk;
    const marks = new Uint8Array(to - from).fill(MARK.TRACE);
    const texts = { starts: [] as number[], ends: [] as number[], lines: [] as number[] };
    const wrapped = others === 'texts' && isJournal(chunk, from, to);
    const scratch = this.#reserve(2 * ((ends[to - 1] as number) - (starts[from] as number) + to - from));
    let at = 0;
    for (let line = from; line < to; line++) {
      const start = starts[line] as number;
      const end = ends[line] as number;
      if (end - start > LONGEST) continue;
      let textEnd = at;
      if (bytes[start] === OPEN && bytes[end - 1] === CLOSE) {
        if (others === 'texts' && (wrapped || isDocker(bytes, start))) continue;
        const scanned = this.#scan.read(bytes, start, end);
        if (scanned === SCANNED.UNKNOWN) continue;
        marks[line - from] = MARK.TELLING;
        if (scanned === SCANNED.TELLING) continue;
        textEnd = this.#scan.write(scratch, at);
      } else {
        if (others === 'objects') continue;
        textEnd += bytes.copy(scratch, at, start, end);
      }
      texts.lines.push(line - from);
      texts.starts.push(at);
      texts.ends.push(textEnd);
      scratch[textEnd] = 10;
      at = textEnd + 1;
    }
    const found = this.#markTexts({ ...texts, bytes: scratch.subarray(0, at) }, 0, texts.lines.length);
    for (const [index, line] of texts.lines.entries()) {
      const mark = found[index] as number;
      // An object goes on no trace, whatever its text.
      if (mark === MARK.QUIET || marks[line] !== MARK.TELLING) marks[line] = mark;
    }
    return marks;
  }

  #reserve(size: number): Buffer {
    if (this.#scratch.length < size) this.#scratch = Buffer.allocUnsafeSlow(2 * size);
    return this.#scratch;
  }
}

function isDocker(bytes: Buffer, start: number): boolean {
  return bytes[start + 3] === DOCKER[3] && DOCKER.equals(bytes.subarray(start, start + DOCKER.length));
}

function isJournal({ bytes, starts, ends }: LineChunk, from: number, to: number): boolean {
  const at = bytes.indexOf(JOURNALD, starts[from]);
  return at >= 0 && at < (ends[to - 1] as number);
}
