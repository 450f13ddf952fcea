import { PatternSet } from './pattern-set.ts';
import { patternTokens } from './pattern-syntax.ts';
import type { Ruleset, Signature } from './signature.ts';

/** What signatures cost that are slow on real lines (µs a line), and which of them make it so. */
export interface SlowSignatures {
  readonly usPerLine: number;
  readonly usWithout: number;
  readonly ids: readonly string[];
}

/** A thousand ordinary signatures take about one µs a line, a thousand like `a.*b` up to 40 (measured). */
const SLOW_US = 15;
const ROUNDS = 3;

/**
 * Whether the signatures are slow on these lines, and which to look at: those with a gap of any length (`.*`), if the others alone
 * take less than half the time. `timeOf` runs something and returns how long it took (ms).
 */
export function slowSignatures(
  { signatures }: Ruleset,
  lines: readonly string[],
  timeOf: (run: () => void) => number,
): SlowSignatures | undefined {
  if (lines.length === 0) return undefined;
  const texts = lines.map((line) => Buffer.from(line));
  const usPerLine = costOf(signatures, texts, timeOf);
  if (usPerLine <= SLOW_US) return undefined;
  const gapped = signatures.filter(({ pattern }) => hasGap(pattern));
  const usWithout = costOf(
    signatures.filter((signature) => !gapped.includes(signature)),
    texts,
    timeOf,
  );
  const ids = usWithout < usPerLine / 2 ? gapped.map(({ id }) => id) : [];
  return { usPerLine, usWithout, ids };
}

/** µs a line, of the best round: the first ones build RE2's automaton. */
function costOf(
  signatures: readonly Signature[],
  texts: readonly Buffer[],
  timeOf: (run: () => void) => number,
): number {
  const set = new PatternSet(signatures.map(({ pattern }) => pattern));
  const times = Array.from({ length: ROUNDS }, () =>
    timeOf(() => {
      for (const text of texts) set.match(text);
    }),
  );
  return (Math.min(...times) * 1000) / texts.length;
}

/** `.*`, `.+`, `.{3,}` or a negated class in their place. */
function hasGap(pattern: string): boolean {
  const tokens = patternTokens(pattern).map(({ text }) => text);
  return tokens.some((text, index) => {
    const isWide =
      text === '.' || text.startsWith('[^') || text === '\\S' || text === '\\D' || text === '\\W';
    return isWide && /^(?:[*+]|\{\d+,\})/.test(tokens.slice(index + 1, index + 8).join(''));
  });
}
