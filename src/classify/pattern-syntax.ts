/** One piece of a pattern's source: an escape, a whole character class, the opening of a group, or one character. */
export interface PatternToken {
  readonly text: string;
  /** Offset in the source. */
  readonly index: number;
}

/**
 * Quoted text, escapes (`\p{…}` and `\x{…}` whole), classes, openings of groups, single characters. A `]` that stands first
 * belongs to its class, as RE2 reads it.
 */
const TOKEN =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:P?<(?![=!])|<?[=!]|P=|[>#(|]|[a-zA-Z-]*[:)])|[\s\S]/gu;

/** The pieces of a pattern, so that what stands in a class or behind a backslash is not taken for syntax. */
export function patternTokens(source: string): readonly PatternToken[] {
  return Array.from(source.matchAll(TOKEN), (match) => ({ text: match[0], index: match.index }));
}

/** The alternatives of a pattern: split at every `|` outside groups, classes and escapes. */
export function topLevelBranches(source: string): readonly string[] {
  const branches: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { text, index } of patternTokens(source)) {
    if (text.startsWith('(') && !text.endsWith(')')) depth += 1;
    else if (text === ')') depth -= 1;
    else if (text === '|' && depth === 0) {
      branches.push(source.slice(start, index));
      start = index + 1;
    }
  }
  branches.push(source.slice(start));
  return branches;
}

/** What stands in the one group that a pattern is, or undefined if it is not one group: `(a|b)` is, `(a)(b)` is not. */
export function soleGroup(source: string): string | undefined {
  const tokens = patternTokens(source);
  const [first] = tokens;
  if (!first || (first.text !== '(' && first.text !== '(?:') || tokens.at(-1)?.text !== ')') return undefined;
  let depth = 0;
  for (const [position, { text }] of tokens.entries()) {
    if (text.startsWith('(') && !text.endsWith(')')) depth += 1;
    else if (text === ')') depth -= 1;
    if (depth === 0 && position < tokens.length - 1) return undefined;
  }
  return source.slice(first.text.length, -1);
}
