import type { Span } from './message.ts';

/** Stands where something was cut away. */
export const ELLIPSIS = '…';

/** How far a cut steps back to spare what people see as one character (an emoji of a family has eleven code units). */
const LONGEST_STEP_BACK = 16;
/** What belongs to the character before it: combining marks, variation selectors, joiners and what they join, skin tones. */
const CONTINUES = /^(?:\p{Mark}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u;

/** The text, or its beginning with `…`: at most `length` UTF-16 code units, never half a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length <= 1) return length === 1 ? ELLIPSIS : '';
  return text.slice(0, boundaryBefore(text, length - 1)) + ELLIPSIS;
}

/** The same for log lines: a cut falls between lines when that costs little. */
export function cutLines(text: string, length: number): string {
  if (text.length <= length) return text;
  const lastBreak = text.lastIndexOf('\n', length - 2);
  return lastBreak > length * 0.6 ? `${text.slice(0, lastBreak)}\n${ELLIPSIS}` : cutText(text, length);
}

/** Keeps spans from the start until their texts have `length` code units in all. */
export function cutSpans(spans: readonly Span[], length: number): readonly Span[] {
  const kept: Span[] = [];
  let left = length;
  for (const span of spans) {
    const text = textOf(span);
    if (text === '') continue;
    const cut = cutText(text, left);
    if (cut === text) kept.push(span);
    else if (cut !== '') kept.push(typeof span === 'string' ? cut : { ...span, text: cut });
    left -= cut.length;
    if (cut !== text) return cut === '' ? marked(kept) : kept;
  }
  return kept;
}

/** The budget ended exactly between two spans: the mark of the cut goes into the last one. */
function marked(spans: readonly Span[]): readonly Span[] {
  const last = spans.at(-1);
  if (last === undefined) return spans;
  const text = textOf(last);
  const shorter = text.slice(0, boundaryBefore(text, text.length - 1)) + ELLIPSIS;
  return [...spans.slice(0, -1), typeof last === 'string' ? shorter : { ...last, text: shorter }];
}

/** How many code units the spans have together. */
export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + textOf(span).length, 0);
}

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span.text;
}

function boundaryBefore(text: string, at: number): number {
  let end = at;
  const lowest = Math.max(0, at - LONGEST_STEP_BACK);
  while (end > lowest && splitsCharacter(text, end)) end -= 1;
  // A flood of marks has no boundary nearby; then only the surrogate pair counts.
  if (end === lowest && splitsCharacter(text, end)) end = at;
  return splitsPair(text, end) ? end - 1 : end;
}

function splitsCharacter(text: string, at: number): boolean {
  if (at <= 0) return false;
  return splitsPair(text, at) || text[at - 1] === '\u200d' || CONTINUES.test(text.slice(at, at + 2));
}

function splitsPair(text: string, at: number): boolean {
  return at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
