import { type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { Attributes } from '../../record/log-record.ts';

const LABEL = /\s*([A-Za-z_][\w.:-]{0,255})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)\s*(,|\}\s*$)/sy;

/** The labels of `{app="shop", level="error"}`, or undefined when it is none. Values are quoted as Go quotes them. Linear. */
export function parseLabels(text: string): Attributes | undefined {
  const open = /^\s*\{/.exec(text);
  if (!open) return undefined;
  const labels: MutableObject = {};
  if (/^\s*\{\s*\}\s*$/.test(text)) return labels;
  LABEL.lastIndex = open[0].length;
  for (let match = LABEL.exec(text); match; match = LABEL.exec(text)) {
    const [, name = '', quoted, plain, end] = match;
    setOwn(labels, name, plain ?? unquote(quoted ?? ''));
    if (end !== ',') return labels;
    // A comma may be the last thing before the brace.
    if (/^\s*\}\s*$/.test(text.slice(LABEL.lastIndex, LABEL.lastIndex + 8))) return labels;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gis;

function unquote(text: string): string {
  return text.replace(ESCAPE, (whole, x, u, long, other: string | undefined) => {
    if (other !== undefined) return ESCAPES[other] ?? whole;
    const code = Number.parseInt(x ?? u ?? long, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
  });
}
