import RE2 from 're2';
import { PATTERN_FLAGS } from './pattern.ts';

type Matcher = (text: Buffer) => readonly number[];

/**
 * Many patterns matched in one linear-time pass (`RE2.Set`). What RE2 cannot compile as one set (its memory is fixed) is
 * split into halves; a line on which a set runs out of memory is matched pattern by pattern, so the answer is always right.
 */
export class PatternSet {
  readonly #match: Matcher;
  #passes = 0;
  #singly = 0;

  /** `patterns` are RE2 sources that each compile (`parsePattern`). Throws what RE2 throws otherwise. */
  constructor(patterns: readonly string[]) {
    this.#match = this.#compile(patterns, 0);
  }

  /** The indices of the patterns that match somewhere in `text` (UTF-8), ascending. */
  match(text: Buffer): readonly number[] {
    return this.#match(text);
  }

  /** How many sets RE2 needs for the patterns: each line is read so many times. */
  get passes(): number {
    return this.#passes;
  }

  /** Texts so far on which a set ran out of memory. */
  get singly(): number {
    return this.#singly;
  }

  #compile(patterns: readonly string[], offset: number): Matcher {
    if (patterns.length === 0) return () => [];
    let set: InstanceType<typeof RE2.Set>;
    try {
      set = new RE2.Set(patterns, PATTERN_FLAGS);
    } catch (error) {
      if (patterns.length === 1) throw error;
      const middle = patterns.length >> 1;
      const left = this.#compile(patterns.slice(0, middle), offset);
      const right = this.#compile(patterns.slice(middle), offset + middle);
      return (text) => left(text).concat(right(text));
    }
    this.#passes += 1;
    const matchSingly = this.#singlyBy(patterns);
    return (text) => {
      const hits = matchAtOnce(set, text) ?? matchSingly(text);
      if (hits.length > 1) hits.sort((a, b) => a - b);
      return offset === 0 ? hits : hits.map((index) => index + offset);
    };
  }

  #singlyBy(patterns: readonly string[]): (text: Buffer) => number[] {
    let single: readonly RE2[] | undefined;
    return (text) => {
      single ??= patterns.map((pattern) => new RE2(pattern, PATTERN_FLAGS));
      this.#singly += 1;
      return single.flatMap((pattern, index) => (pattern.test(text) ? [index] : []));
    };
  }
}

/** Undefined when RE2's lazy DFA runs out of its memory on this very text; single patterns have their own. */
function matchAtOnce(set: { match(text: Buffer): number[] }, text: Buffer): number[] | undefined {
  try {
    return set.match(text);
  } catch {
    return undefined;
  }
}
