import type { YAMLException } from 'js-yaml';
import type { Problem } from './problem.ts';
import { positionFinder } from './yaml-position.ts';

const TAB = 'a tab is used for indentation. Indent with spaces.';

/** js-yaml's reasons, and what we say: what is wrong and how to mend it. `$1` is what the reason captures. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/tab characters/, TAB],
  [/duplicated mapping key/, 'this key stands in its mapping twice. Keep one of the two.'],
  [
    /unidentified alias "(.*)"/,
    'there is no anchor &$1 above. Put the value in quotes if the asterisk is meant.',
  ],
  [
    /unknown escape sequence|expected hexadecimal/,
    'an unknown escape within double quotes. Double the backslash ("\\\\d"), or use single quotes (\'\\d\').',
  ],
  [
    /unexpected end of the (?:stream|document) within a (double|single) quoted/,
    "a text in $1 quotes is never closed. Close it; within single quotes write '' for the character.",
  ],
  [
    /missed comma between flow/,
    'a comma is missing between two entries of [ ] or { }. Put one, or quote the value.',
  ],
  [/expected the node content, but found ','/, 'two commas follow each other. Remove one.'],
  [/unexpected end of the stream within a flow/, 'a [ or { is never closed. Close it, or quote the value.'],
  [
    /bad indentation of a (mapping|sequence) entry/,
    'this does not line up with what stands above. Indent it like its neighbours, and quote a value that holds ": " or begins with a quote or a bracket.',
  ],
  [/bad indentation/, 'this does not line up with what stands above. Indent it like its neighbours.'],
  [
    /multiline key|colon is missed|incomplete explicit|whitespace character is expected after the key/,
    'a key without ": " behind it. Write `key: value`, and quote a text that runs over lines.',
  ],
  [
    /end of the stream or a document separator/,
    'this belongs to nothing above. Check the indentation, and quote a value that begins with a special character.',
  ],
  [
    /unknown tag !<(.*)>|cannot resolve a node with !<(.*)>|for !<(.*)> tag/,
    'the tag $1 is not known. Remove it, or quote the value.',
  ],
  [
    /non-printable|null byte|valid JSON character/,
    'a control character stands here. Remove it; save the file as UTF-8.',
  ],
  [/nesting exceeded/, 'the nesting is too deep. Nothing here needs more than six levels.'],
  [/name of an (?:anchor|alias)/, 'a & or * without a name. Put the value in quotes.'],
  [/directive/, 'this is no YAML directive. Put a value that begins with % in quotes.'],
];

const NEVER_CLOSED = /is never closed/;

/** A syntax error in our words. `openedAt`: the offset of the node that the parser was in. */
export function parseError(
  error: YAMLException,
  source: { readonly text: string; readonly file: string; readonly openedAt: number | undefined },
): Problem {
  const { text, file } = source;
  const found = Math.min(error.mark?.position ?? 0, text.length);
  const message = messageOf(error.reason);
  const at = NEVER_CLOSED.test(message) ? (source.openedAt ?? found) : found;
  const { line, column } = positionFinder(text)(at);
  const lineStart = text.slice(at - column + 1, at);
  return { place: `${file}:${line}:${column}`, message: /^ *\t/.test(lineStart) ? TAB : message };
}

function messageOf(reason: string): string {
  for (const [pattern, message] of REASONS) {
    const match = pattern.exec(reason);
    if (match) return message.replace('$1', () => match.slice(1).find(Boolean) ?? '');
  }
  return `this is no valid YAML: ${reason}. Quote the value if it is text.`;
}
