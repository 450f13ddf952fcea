import { parsePattern } from '../../classify/pattern.ts';
import type { Reader } from './reader.ts';
import type { YamlNode } from './yaml-tree.ts';

/** A branch that is nothing but digits: `499` also stands in "order 14993". */
const BARE_NUMBER = /^\d{2,}$/;
/** `\\b` in the pattern itself looks for a backslash: quoting has doubled it once too often. */
const DOUBLED_BACKSLASH = /\\\\[bBdDsSwWAz.()[\]|?*+]/;
const EMPTY_BRANCH = /(?:^|[^\\(])\|(?=\||$)|^\|/;

/** Reads a pattern, and remarks on what is probably not meant (facts: what users complain about most). */
export function readPattern(
  reader: Reader,
  node: YamlNode,
  path: string,
  kind: 'signature' | 'noise',
): string | undefined {
  const written = reader.text(node, path);
  if (written === undefined) return undefined;
  const parsed = parsePattern(written);
  if (!parsed.ok && parsed.source === undefined)
    return reader.wrong(node.at, path, `${parsed.reason}. ${parsed.mend}`);
  if (!parsed.ok) reader.remark(node.at, path, `${parsed.reason}. ${parsed.mend}`);
  lint(reader, node, path, written, kind);
  return parsed.source;
}

function lint(
  reader: Reader,
  node: YamlNode,
  path: string,
  pattern: string,
  kind: 'signature' | 'noise',
): void {
  const style = node.kind === 'scalar' ? node.style : 'plain';
  if (style !== 'double' && DOUBLED_BACKSLASH.test(pattern)) {
    const mend = "Within single quotes, or without quotes, write one backslash: '\\b'.";
    reader.remark(
      node.at,
      path,
      `a doubled backslash looks for a backslash in the text, and probably never matches. ${mend}`,
    );
  }
  if (EMPTY_BRANCH.test(pattern)) {
    reader.remark(node.at, path, 'an empty branch of `|` matches every line. Remove the `|` too much.');
  }
  if (kind === 'signature') return;
  const number = pattern.split('|').find((branch) => BARE_NUMBER.test(branch.replace(/^\(|\)$/g, '')));
  if (number !== undefined) {
    const mend = `Write "\\\\b${number}\\\\b", or better the text around it.`;
    reader.remark(
      node.at,
      path,
      `the bare number ${number} also stands in longer numbers, whose lines it would swallow. ${mend}`,
    );
  }
  if (/^(?:error|fail(?:ed|ure)?|warning|exception|\.|\.\+)$/i.test(pattern)) {
    reader.remark(
      node.at,
      path,
      `"${pattern}" stands in most errors, which it would swallow. Put more of the harmless line into it.`,
    );
  }
}
