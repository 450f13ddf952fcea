import { MASK, type MaskRule } from './mask-rule.ts';

/** A place of a text that was masked, and by which rule. */
export interface MaskedPlace {
  readonly start: number;
  readonly end: number;
  readonly rule: MaskRule;
}

/** What may stand between two masks of one list: `1, 2`, `1-2`, `1:2`, `1 | 2`. */
const LIST_GAP = new Uint8Array(128);
for (const char of ' ,;:/-|+&.@~') LIST_GAP[char.charCodeAt(0)] = 1;
const LONGEST_GAP = 3;

const OPEN = new Uint8Array(128);
OPEN[40] = 41;
OPEN[91] = 93;

/**
 * Writes the canonical text: what is not masked stands as it is, a list of masks collapses to one mask (its length varies),
 * as does `<*> (<*>)`: the same value said in two ways. Owns its buffer; places come in order.
 */
export class MaskWriter {
  readonly #text: string;
  readonly #places: MaskedPlace[] | undefined;
  #out = '';
  /** Up to here the text is written. */
  #done = 0;
  /** Where the last mask ended, if a list may go on there. */
  #listEnd = -1;

  constructor(text: string, places: MaskedPlace[] | undefined) {
    this.#text = text;
    this.#places = places;
  }

  /** Whether the last thing before `at` was a mask, but for blanks and commas. */
  isList(at: number): boolean {
    if (this.#listEnd < 0 || at - this.#listEnd > LONGEST_GAP) return false;
    for (let i = this.#listEnd; i < at; i++) {
      const code = this.#text.charCodeAt(i);
      if (code > 127 || LIST_GAP[code] === 0) return false;
    }
    return true;
  }

  /** Masks the text from `start` to `end`. Returns where to go on: a closing bracket may be swallowed. */
  mask(start: number, end: number, rule: MaskRule): number {
    this.#places?.push({ start, end, rule });
    if (this.isList(start)) return this.#extend(end);
    const closing = this.#closingOf(start);
    if (closing !== 0 && this.#text.charCodeAt(end) === closing) return this.#extend(end + 1);
    this.#out += this.#text.slice(this.#done, start) + MASK;
    return this.#extend(end);
  }

  /** Writes `replacement` for the text from `start` to `end`. */
  replace(start: number, end: number, replacement: string, rule: MaskRule): number {
    this.#places?.push({ start, end, rule });
    this.#out += this.#text.slice(this.#done, start) + replacement;
    this.#done = end;
    this.#listEnd = -1;
    return end;
  }

  finish(): string {
    if (this.#done === 0) return this.#text;
    return this.#out + this.#text.slice(this.#done);
  }

  #extend(end: number): number {
    this.#done = end;
    this.#listEnd = end;
    return end;
  }

  /** The bracket that would close `<*> (` or `<*>[` in front of `start`; else 0. */
  #closingOf(start: number): number {
    const gap = start - this.#listEnd;
    if (this.#listEnd < 0 || gap < 1 || gap > 2) return 0;
    if (gap === 2 && this.#text.charCodeAt(start - 2) !== 32) return 0;
    const code = this.#text.charCodeAt(start - 1);
    return code < 128 ? (OPEN[code] as number) : 0;
  }
}
