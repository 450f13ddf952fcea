import { parsePattern } from '../classify/pattern.ts';
import { patternTokens, soleGroup, topLevelBranches } from '../classify/pattern-syntax.ts';
import type { Reader } from './reader.ts';
import type { YamlNode } from './yaml-node.ts';

/** A branch that is nothing but digits: `499` also stands in "order 14993". */
const BARE_NUMBER = /^\d{2,}$/;
/** What people mean by a backslash before these; a literal backslash before them is hardly ever in a log line. */
const MEANT_AS_ESCAPE = /^[bBdDsSwW]$/;

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
  if (style !== 'double' && hasDoubledBackslash(pattern)) {
    const mend = "Within single quotes, or without quotes, write one backslash: '\\b'.";
    reader.remark(
      node.at,
      path,
      `a doubled backslash looks for a backslash in the text, and probably never matches. ${mend}`,
    );
  }
  if (kind === 'signature') return;
  const number = topLevelBranches(soleGroup(pattern) ?? pattern).find((branch) => BARE_NUMBER.test(branch));
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

/** `\\\\b` outside a class: quoting has doubled the backslash once too often. */
function hasDoubledBackslash(pattern: string): boolean {
  const tokens = patternTokens(pattern);
  return tokens.some(({ text }, index) => {
    const [letter, after] = [tokens[index + 1]?.text ?? '', tokens[index + 2]?.text ?? ''];
    // `C:\\\\dir` is a path; `\\\\b499` is not.
    return text === '\\\\' && MEANT_AS_ESCAPE.test(letter) && !/^[A-Za-z]$/.test(after);
  });
}
