import { TEXT_START } from '../record/telling-patterns.ts';
import { patternTokens } from './pattern-syntax.ts';

const FLAGS_ONLY = /^\(\?[a-zA-Z-]*\)$/;
const REPEATS = /^[*+?{]/;
const STARTS = ['^', '\\A'];
const ENDS = ['$', '\\z'];

/**
 * A pattern that matches a whole line wherever the given one matches a text in it: the text may begin behind an envelope, and ends
 * where the line does. Everything else of RE2 says the same of a part as of the whole, `\b` too: in front of the text stands no
 * character of a word (line-envelope.ts).
 */
export function weakPattern(source: string): string {
  const tokens = patternTokens(source).map(({ text }) => text);
  const first = tokens.findIndex((text) => !FLAGS_ONLY.test(text));
  const anchors = tokens.filter((text) => STARTS.includes(text)).length;
  return tokens
    .map((text, index) => {
      if (STARTS.includes(text)) {
        const repeats = REPEATS.test(tokens[index + 1] ?? '');
        // The only one, at the very beginning: it may take the character in front.
        return index === first && anchors === 1 && !repeats ? TEXT_START : '(?:)';
      }
      return ENDS.includes(text) ? '(?m:$)' : text;
    })
    .join('');
}
