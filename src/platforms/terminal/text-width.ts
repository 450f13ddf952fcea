const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Scripts and forms that East Asian Width (Unicode annex 11) calls wide, and characters that are pictures by default. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])|\ufe0f/u;
const NO_WIDTH = /^[\p{Mark}\p{Cf}]+$/u;
const PLAIN = /^[\u0020-\u007e]*$/;

/** How many columns of a terminal the text takes. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/** The longest beginning that fits, at least one grapheme, and what is left. */
export function cutAt(text: string, width: number): readonly [string, string] {
  let taken = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width && taken !== '') break;
    taken += segment;
  }
  return [taken, text.slice(taken.length)];
}

function graphemeWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
