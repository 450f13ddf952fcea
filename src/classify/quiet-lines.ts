import { isAscii } from 'node:buffer';
import { type LineChunk, MARK, type MarkLines } from '../record/line-chunk.ts';
import { TELLING, TRACES } from '../record/telling-patterns.ts';
import { SAYS_ERROR } from './error-words.ts';
import { PatternSet } from './pattern-set.ts';
import type { Ruleset } from './signature.ts';
import { weakPattern } from './weak-pattern.ts';

/** Lines matched together: most lines tell nothing, and a call costs as much as some of them. */
const BLOCK = 8;
/** A longer line goes the plain way: what is cut of long texts is not looked at here. */
const LONGEST = 16 * 1024;
/** Where more than this share of the lines tells something, the way around them costs more than it saves. */
const WORTHWHILE = 0.5;
/** Chunks that then go the plain way, before another try. */
const REST_CHUNKS = 16;

/**
 * Tells lines that are only counted (`other`) from those that may be more, on their bytes: one pass of RE2 over patterns that match
 * at least what any signature, noise pattern, level, error word, secret, trace or envelope does. A line that none of them matches
 * needs no text, no record and no redaction; its answer is that of the plain way. A line that has one of `words` in it is not passed
 * over. Undefined if RE2 does not take the patterns.
 */
export function createQuietLines(rules: Ruleset, words: readonly string[] = []): MarkLines | undefined {
  const literals = words.map((word) =>
    word.replace(/[^A-Za-z0-9]/gu, (sign) => `\\x{${sign.codePointAt(0)?.toString(16)}}`),
  );
  const own = [...rules.signatures.map((signature) => signature.pattern), ...rules.noise, ...literals];
  let patterns: PatternSet;
  try {
    patterns = new PatternSet([...TRACES, ...TELLING, SAYS_ERROR.source, ...own.map(weakPattern)]);
  } catch {
    return undefined;
  }
  const markOf = (bytes: Buffer) => {
    const [first] = patterns.match(bytes);
    if (first === undefined) return MARK.QUIET;
    return first < TRACES.length ? MARK.TRACE : MARK.TELLING;
  };
  let rest = 0;

  return (chunk, from, to) => {
    const marks = new Uint8Array(to - from).fill(MARK.TRACE);
    if (rest > 0) {
      rest -= 1;
      return marks;
    }
    const ascii = isAscii(chunk.bytes);
    let telling = 0;
    for (let start = from; start < to; start += BLOCK) {
      const end = Math.min(start + BLOCK, to);
      if (ascii && isQuietBlock(chunk, start, end, patterns))
        marks.fill(MARK.QUIET, start - from, end - from);
      else {
        for (let line = start; line < end; line++) {
          const bytes = bytesOf(chunk, line);
          const plain = bytes.length > LONGEST || !(ascii || isAscii(bytes));
          const mark = plain ? MARK.TRACE : markOf(bytes);
          marks[line - from] = mark;
          if (mark !== MARK.QUIET) telling += 1;
        }
      }
    }
    if (telling > (to - from) * WORTHWHILE) rest = REST_CHUNKS;
    return marks;
  };
}

function isQuietBlock(chunk: LineChunk, from: number, to: number, patterns: PatternSet): boolean {
  const { bytes, starts, ends } = chunk;
  const start = starts[from] as number;
  const end = ends[to - 1] as number;
  if (end - start > LONGEST || !isUnbroken(chunk, from, to)) return false;
  return patterns.match(bytes.subarray(start, end)).length === 0;
}

/** Whether nothing but a line end stands between the lines: what is cut of a long line would hide where it ends. */
function isUnbroken({ starts, ends }: LineChunk, from: number, to: number): boolean {
  for (let line = from + 1; line < to; line++)
    if (starts[line] !== (ends[line - 1] as number) + 1) return false;
  return true;
}

function bytesOf({ bytes, starts, ends }: LineChunk, line: number): Buffer {
  return bytes.subarray(starts[line], ends[line]);
}
