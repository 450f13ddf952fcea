/**
 * How many single changes lead from one word to the other: a letter more, less or another, or two neighbours swapped (optimal
 * string alignment).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

/** Longer words are nobody's misspelling of ours, and would cost time. */
const LONGEST = 64;
/** A part this long tells enough: `min_count` of `min_count_default`. */
const TELLING_PART = 5;

/** The known word that was probably meant, if any: at most a third of its letters differ, or one is a part of the other. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const plain = plainForm(word);
  const ranked = known
    .map((name) => ({ name, distance: editDistance(plain, plainForm(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best && best.distance <= Math.max(1, Math.min(3, Math.floor(best.name.length / 3)))) return best.name;
  if (plain.length < TELLING_PART) return undefined;
  return known.find((name) => plainForm(name).includes(plain) || plain.includes(plainForm(name)));
}

/** `minCount`, `min-count` and `MIN_COUNT` are the same word. */
function plainForm(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** `Did you mean "x"?`, or what is known. */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = closest(word, known);
  return meant === undefined ? `Known: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
}
