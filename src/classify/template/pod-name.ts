import { classOf, DIGIT, LOWER } from './char-class.ts';

/** Kubernetes leaves vowels, 0, 1 and 3 out of the suffixes it makes up (apimachinery/pkg/util/rand). */
const SAFE = new Set('bcdfghjklmnpqrstvwxz2456789');

/**
 * Where the made-up part of a pod's name begins (`api-7d4b9c6f5-x2lqp`, `logs-x2lqp`, `backup-28391040-ab2cd`), or -1. What
 * stands in front of it is the deployment, the set or the job.
 */
export function podSuffixStart(text: string, start: number, end: number): number {
  if (end - start < 8 || text.charCodeAt(end - 6) !== 45) return -1;
  const last = end - 5;
  if (digitsOf(text, last, end) < 0) return -1;
  const middle = text.lastIndexOf('-', last - 2) + 1;
  const length = last - 1 - middle;
  if (middle > start + 1 && length >= 8 && length <= 10 && digitsOf(text, middle, last - 1) >= 1) {
    return isName(text, start, middle - 1) ? middle : -1;
  }
  if (digitsOf(text, last, end) < 1) return -1;
  for (let i = last; i < end; i++) if (!SAFE.has(text[i] as string)) return -1;
  return isName(text, start, last - 1) ? last : -1;
}

/** How many digits there are, if there are only digits and small letters; else -1. */
function digitsOf(text: string, start: number, end: number): number {
  let digits = 0;
  for (let i = start; i < end; i++) {
    const bits = classOf(text.charCodeAt(i));
    if ((bits & (DIGIT | LOWER)) === 0) return -1;
    if ((bits & DIGIT) !== 0) digits += 1;
  }
  return digits;
}

/** Small letters, digits and hyphens, the first of them a letter. */
function isName(text: string, start: number, end: number): boolean {
  if ((classOf(text.charCodeAt(start)) & LOWER) === 0) return false;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== 45 && (classOf(code) & (DIGIT | LOWER)) === 0) return false;
  }
  return true;
}
