import type { MaskRule } from './mask-rule.ts';
import { type MaskedPlace, MaskWriter } from './mask-writer.ts';
import type { Before } from './word-rules.ts';

/** The text, what is written of it, and what stands in front of the place where the scanner is. */
export class ScanState implements Before {
  readonly text: string;
  readonly writer: MaskWriter;
  /** The kinds of the last two words. */
  kind = 0;
  kindBefore = 0;
  /** The last word: what a `=` makes a key. */
  wordStart = -1;
  wordEnd = -1;

  constructor(text: string, places: MaskedPlace[] | undefined) {
    this.text = text;
    this.writer = new MaskWriter(text, places);
  }

  /** Writes a URL or a route as it is rendered. */
  rendered(start: number, end: number, rendered: string): number {
    this.next(0, start, end);
    if (rendered === this.text.slice(start, end)) return end;
    return this.writer.replace(start, end, rendered, 'url');
  }

  /** Masks what stands there; returns where to go on. */
  masked(start: number, end: number, rule: MaskRule): number {
    this.next(0, start, end);
    return this.writer.mask(start, end, rule);
  }

  /** Leaves what stands there. */
  keep(start: number, end: number): number {
    this.next(0, start, end);
    return end;
  }

  /** What was just read is the last word from now on. */
  next(kind: number, start: number, end: number): void {
    this.kindBefore = this.kind;
    this.kind = kind;
    this.wordStart = start;
    this.wordEnd = end;
  }
}
