import { slowSignatures } from './classify/match-cost.ts';
import type { Ruleset } from './classify/signature.ts';

/** Lines that the signatures are tried on: enough to tell, few enough not to hold anything up. */
const LINES = 200;
const NAMED = 10;

export interface RuleSelfTest {
  readonly rules: Ruleset;
  /** How many times each line is read for the signatures. */
  readonly passes: number;
  /** The newest lines of errors, at most so many. */
  readonly recentLines: (limit: number) => readonly string[];
  readonly warn: (fields: object, message: string) => void;
}

/** Tells the operator when the signatures in force are slow on the lines that came last, and which of them to look at. */
export function testRules({ rules, passes, recentLines, warn }: RuleSelfTest): void {
  if (passes > 1)
    warn({ passes }, `The signatures are too many for one pass of RE2: each line is read ${passes} times.`);
  const slow = slowSignatures(rules, recentLines(LINES), timeOf);
  if (!slow) return;
  const { usPerLine, usWithout, ids } = slow;
  const named = `${ids.slice(0, NAMED).join(', ')}${ids.length > NAMED ? ' and others' : ''}`;
  const why =
    ids.length === 0
      ? 'no part of them is to blame'
      : `without ${ids.length} that have a gap of any length (such as .*) it would take ${Math.round(usWithout)}: ${named}. Write what stands in the gaps more exactly`;
  warn(
    { usPerLine: Math.round(usPerLine), signatures: ids.length },
    `The signatures take ${Math.round(usPerLine)} µs a line; ${why}.`,
  );
}

function timeOf(run: () => void): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}
