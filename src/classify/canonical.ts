import { parsePattern } from './pattern.ts';
import { PatternSet } from './pattern-set.ts';

/** The canonical patterns in their order (product.md section 4); the first that matches gives its label. */
export const CANONICAL_PATTERNS: readonly (readonly [label: string, pattern: string])[] = [
  ['out of memory', 'Out of memory|OOMKilled'],
  ['gunicorn worker timeout', 'gunicorn.*worker timeout'],
  ['tls certificate', 'certificate verify failed|x509: .* expired'],
  ['network reset', 'ECONNRESET|ETIMEDOUT|EAI_AGAIN|socket hang up'],
  ['too many open files', 'Too many open files|ENFILE|EMFILE'],
  ['no space left', 'No space left on device|ENOSPC'],
  ['unhandled exception', 'Traceback \\(|UnhandledPromiseRejection|TypeError:|ReferenceError:'],
  ['non-zero exit', 'Exited with code (?!0)\\d+'],
];

const LABELS = new PatternSet(
  CANONICAL_PATTERNS.map(([, pattern]) => {
    const parsed = parsePattern(pattern);
    if (!parsed.ok) throw new Error(`canonical pattern ${pattern}: ${parsed.reason}`);
    return parsed.source;
  }),
);

/** Code points that the general form keeps. */
const GENERAL_LENGTH = 200;

const HEX = /0x[0-9a-fA-F]+/g;
/** A number that is a word of its own, in any script: neither a letter, a digit nor `_` touches it. */
const WHOLE_NUMBER = /(?<![\p{L}\p{N}_])\p{Nd}+(?![\p{L}\p{N}_])/gu;

/** A text's bytes are only read while it is matched: one buffer serves for all that fit. */
const SCRATCH = Buffer.allocUnsafeSlow(32 * 1024);

function bytesOf(text: string): Buffer {
  if (3 * text.length > SCRATCH.length) return Buffer.from(text, 'utf8');
  return SCRATCH.subarray(0, SCRATCH.write(text, 'utf8'));
}

/** The label of the first canonical pattern that matches. */
export function labelOf(text: string): string | undefined {
  const [first] = LABELS.match(bytesOf(text));
  return first === undefined ? undefined : CANONICAL_PATTERNS[first]?.[0];
}

/** The canonical text of the `seed` form: a label, or the general form (hex, numbers, cut, lower case, in that order). */
export function canonicalSeed(text: string): string {
  return labelOf(text) ?? generalForm(text);
}

function generalForm(text: string): string {
  const masked = text.replace(HEX, '0x?').replace(WHOLE_NUMBER, '#');
  // 200 code points are at most 400 UTF-16 units: a cheap first cut keeps the spread of a long line off the hot path.
  return Array.from(masked.slice(0, 2 * GENERAL_LENGTH))
    .slice(0, GENERAL_LENGTH)
    .join('')
    .toLowerCase();
}
