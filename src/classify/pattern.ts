import RE2 from 're2';
import { type PatternToken, patternTokens } from './pattern-syntax.ts';

/** Flags of every pattern of a user: case-insensitive, unanchored; RE2 is always in Unicode mode. */
export const PATTERN_FLAGS = 'iu';

/** What is wrong with a pattern. */
export type PatternFault = 'empty' | 'look-around' | 'back-reference' | 'syntax' | 'matches-everything';

export type ParsedPattern =
  | { readonly ok: true; readonly source: string }
  /**
   * `reason` says what is wrong, `mend` what to write instead. `source` is there when it would compile all the same (it matches
   * everything).
   */
  | {
      readonly ok: false;
      readonly fault: PatternFault;
      readonly reason: string;
      readonly mend: string;
      readonly source?: string;
    };

/** What matches both matches every line; `^\s*$` does not. */
const EVERYTHING = ['', '\u{2}'];

type Refusal = Extract<ParsedPattern, { ok: false }>;

/**
 * Checks a pattern as a user wrote it and returns the source that RE2 compiles. `(?!0)\d+` is understood as `[1-9]\d*`
 * (product.md section 3); any other look-around is refused with the offer of `unless`.
 */
export function parsePattern(written: string): ParsedPattern {
  if (written === '') {
    return refusal('empty', 'is empty and would match every line', 'Write a pattern, or remove the entry.');
  }
  const source = translateNonZero(written);
  const missing = missingInRe2(source, written.length - source.length);
  if (missing) return missing;
  try {
    const compiled = new RE2(source, PATTERN_FLAGS);
    if (!EVERYTHING.every((text) => compiled.test(text))) return { ok: true, source };
    const reason = 'matches the empty text, so every line';
    return { ...refusal('matches-everything', reason, 'Make at least one part of it required.'), source };
  } catch (error) {
    return syntaxRefusal(written, (error as Error).message);
  }
}

function refusal(fault: PatternFault, reason: string, mend: string): Refusal {
  return { ok: false, fault, reason, mend };
}

const NUMBER_AFTER_NON_ZERO = /^(\((?:\?:)?)?(\\d|\[0-9\])(\+|\*|\{\d+(?:,\d*)?\})?/;

/**
 * `(?!0)` before a number, bare or in a group, is a number that does not begin with 0: `(?!0)\d+` is `[1-9]\d*`. Everywhere in the
 * pattern, but not within a class or behind a backslash.
 */
function translateNonZero(written: string): string {
  let result = '';
  let done = 0;
  for (const { text, index } of negativeLookAheads(written)) {
    if (!written.startsWith('0)', index + text.length)) continue;
    const after = index + text.length + '0)'.length;
    const [whole, group = '', digit, repeat = ''] = NUMBER_AFTER_NON_ZERO.exec(written.slice(after)) ?? [];
    const rest = digit === undefined ? undefined : restOfNumber(digit, repeat);
    if (whole === undefined || rest === undefined) continue;
    result += `${written.slice(done, index)}${group}[1-9]${rest}`;
    done = after + whole.length;
  }
  return result + written.slice(done);
}

function negativeLookAheads(source: string): PatternToken[] {
  return patternTokens(source).filter(({ text }) => text === '(?!');
}

/** How the digits after the first repeat; undefined where the number may be missing altogether. */
function restOfNumber(digit: string, repeat: string): string | undefined {
  if (repeat === '') return '';
  if (repeat === '+') return `${digit}*`;
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(repeat) ?? [];
  if (least === undefined || Number(least) < 1) return undefined;
  const to = most === '' || most === undefined ? '' : String(Number(most) - 1);
  return `${digit}{${Number(least) - 1}${comma}${to}}`;
}

const LOOK_AROUNDS: Readonly<Record<string, string>> = {
  '(?!': 'look-ahead',
  '(?=': 'look-ahead',
  '(?<!': 'look-behind',
  '(?<=': 'look-behind',
};

/** Look-arounds and back-references. `shift`: by how much what stands behind a translation stood later in the written text. */
function missingInRe2(source: string, shift: number): Refusal | undefined {
  for (const { text, index } of patternTokens(source)) {
    const where = shift === 0 ? ` at character ${index + 1}` : '';
    const name = LOOK_AROUNDS[text];
    if (name !== undefined) {
      const reason = `uses a ${name} \`${text}\`${where}, which RE2 (linear-time matching) does not have`;
      const mend = text.endsWith('!')
        ? 'Put what must not match into `unless:` beside the pattern.'
        : 'Write what it looks for as a part of the pattern; what must not match goes into `unless:` beside it.';
      return refusal('look-around', reason, mend);
    }
    if (/^\\[1-9]$/.test(text) || text === '\\k' || text === '(?P=') {
      const reason = `uses a back-reference \`${text}\`${where}, which RE2 (linear-time matching) does not have`;
      return refusal('back-reference', reason, 'Write the repeated part out.');
    }
  }
  return undefined;
}

/** RE2's own words, and ours. `$` stands for what RE2 complains about. */
const SYNTAX: readonly (readonly [RegExp, string, string])[] = [
  [/^missing \): /, 'has a `(` that is never closed', 'Close it, or write `\\(` for the character.'],
  [/^unexpected \): /, 'has a `)` without its `(`', 'Remove it, or write `\\)` for the character.'],
  [/^missing \]: /, 'has a `[` that is never closed', 'Close it, or write `\\[` for the character.'],
  [
    /^no argument for repetition operator: /,
    'has nothing before `$` to repeat',
    'Put a backslash before it if the character is meant.',
  ],
  [/^bad repetition operator: /, 'repeats a repetition: `$`', 'Keep one of them: RE2 never backtracks.'],
  [
    /^invalid repetition size: /,
    'repeats too often, or from more to less: `$`',
    'RE2 repeats 1,000 times at most; write `+` or `*`.',
  ],
  [
    /^invalid escape sequence: \\Z/,
    'uses `$`, which RE2 does not have',
    'Write `$` for the end of the text.',
  ],
  [
    /^invalid escape sequence: /,
    'uses `$`, which RE2 does not have',
    'Remove the backslash if the character is meant.',
  ],
  [
    /^invalid character class range: /,
    'has a class that RE2 does not have: `$`',
    'Put the smaller end first, `-` last.',
  ],
  [
    /^invalid perl operator: \(\?>/,
    'uses an atomic group `$`',
    'Write `(?:`: RE2 never backtracks, so they are equal.',
  ],
  [/^trailing \\/, 'ends with a single backslash', 'Double it if the character is meant.'],
  [/^duplicate capture group name/, 'names two groups the same', 'Remove the names: they are not used.'],
];

function syntaxRefusal(written: string, message: string): Refusal {
  const at = message.indexOf(': ');
  const fragment = at < 0 ? '' : message.slice(at + 2);
  const index = fragment === '' ? -1 : written.indexOf(fragment);
  // Of a whole rest of the pattern (`missing ): …`) the place says nothing.
  const where = index < 0 || fragment === written ? '' : ` at character ${index + 1}`;
  for (const [pattern, reason, mend] of SYNTAX) {
    if (pattern.test(message)) {
      const known = reason.includes('`$`') ? where : '';
      return refusal('syntax', `${reason.replace('$', () => fragment)}${known}`, mend);
    }
  }
  return refusal(
    'syntax',
    `is no RE2 pattern: ${message}${where}`,
    'Syntax: https://github.com/google/re2/wiki/Syntax',
  );
}
