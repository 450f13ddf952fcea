import RE2 from 're2';
import { PATTERN_FLAGS } from './pattern.ts';

type Matcher = (text: Buffer) => readonly number[];

/**
 * Many patterns matched in one linear-time pass (`RE2.Set`). What RE2 cannot compile as one set (its memory is fixed) is
 * split into halves; a line on which a set runs out of memory is matched pattern by pattern, so the answer is always right.
 */
export class PatternSet {
  readonly #match: Matcher;

  /** `patterns` are RE2 sources that each compile (`parsePattern`). Throws what RE2 throws otherwise. */
  constructor(patterns: readonly string[]) {
    this.#match = compile(patterns, 0);
  }

  /** The indices of the patterns that match somewhere in `text` (UTF-8), ascending. */
  match(text: Buffer): readonly number[] {
    return this.#match(text);
  }
}

function compile(patterns: readonly string[], offset: number): Matcher {
  if (patterns.length === 0) return () => [];
  let set: InstanceType<typeof RE2.Set>;
  try {
    set = new RE2.Set(patterns, PATTERN_FLAGS);
  } catch (error) {
    if (patterns.length === 1) throw error;
    const middle = patterns.length >> 1;
    const left = compile(patterns.slice(0, middle), offset);
    const right = compile(patterns.slice(middle), offset + middle);
    return (text) => left(text).concat(right(text));
  }
  return (text) => {
    const hits = matchOrSingly(set, patterns, text);
    if (hits.length > 1) hits.sort((a, b) => a - b);
    return offset === 0 ? hits : hits.map((index) => index + offset);
  };
}

function matchOrSingly(
  set: { match(text: Buffer): number[] },
  patterns: readonly string[],
  text: Buffer,
): number[] {
  try {
    return set.match(text);
  } catch {
    // RE2's lazy DFA ran out of its memory on this very line; the single patterns have their own.
    return patterns.flatMap((pattern, index) => (new RE2(pattern, PATTERN_FLAGS).test(text) ? [index] : []));
  }
}
