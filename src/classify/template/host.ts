import { classOf, LOWER, UPPER } from './char-class.ts';
import { isErrorClass } from './vendor-code.ts';

/** Ends of host names that have one dot only. */
const DOMAINS = new Set(
  'com org net edu gov io dev ai cloud local internal localdomain lan intern home corp example invalid svc cluster info biz de uk fr nl es pl ru cn jp br ch eu au'.split(
    ' ',
  ),
);
/** Ends of source files, which have a number behind a colon too. */
const SOURCES = new Set(
  'c h cc cpp hpp cs go js ts mjs cjs jsx tsx py rb php java kt rs ex scala swift vue sh sql'.split(' '),
);

/**
 * Whether the last part begins with a capital: `com.acme.Foo`, `a.b.Color.PINK` name a class or a constant, which is the error
 * (`ClassNotFoundException: com.acme.Foo`). A name all in capitals is a host: `DC.EXAMPLE.COM`. What begins a message is who speaks:
 * a bundle or a logger, of which the same error may come from many.
 */
function isClassName(text: string, start: number, last: number, end: number): boolean {
  if (start === 0 || (classOf(text.charCodeAt(last + 1)) & UPPER) === 0) return false;
  for (let i = start; i < end; i++) if ((classOf(text.charCodeAt(i)) & LOWER) !== 0) return true;
  return false;
}

/** Whether a word with dots and no digit is a host or a dotted name; `port` when a port or a line stands behind it. */
export function isDottedName(text: string, start: number, end: number, port: boolean): boolean {
  const last = text.lastIndexOf('.', end - 1);
  const first = text.indexOf('.', start);
  if (first <= start || first >= end || last >= end - 1 || isErrorClass(text, start, end)) return false;
  const suffix = text.slice(last + 1, end);
  if (isClassName(text, start, last, end)) return false;
  if (port) return !SOURCES.has(suffix);
  return first !== last || DOMAINS.has(suffix);
}
