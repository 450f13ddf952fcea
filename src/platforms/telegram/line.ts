import type { Span } from '../../message/message.ts';
import { webAddress } from './address.ts';
import { cleanLine, cleanText, isBlank } from './clean.ts';
import { defuse, seam } from './defuse.ts';

/** How text is written: as Telegram's HTML, or without any markup. */
export type Pen = 'html' | 'plain';

type Tag = 'b' | 'i' | 'code' | 'pre' | 'a';

/** A piece of text with at most one tag: they are never nested, so the tags are the entities that Telegram counts. */
interface Run {
  readonly tag?: Tag;
  readonly text: string;
  readonly href?: string;
}

/** Writes the spans of one paragraph; line breaks in them stay. */
export function paragraph(spans: readonly Span[], pen: Pen, base?: 'b' | 'i'): string {
  return written(
    spans.flatMap((span) => runsOf(span, cleanText, base)),
    pen,
  ).trim();
}

/** Writes the spans on one line. */
export function line(spans: readonly Span[], pen: Pen, base?: 'b' | 'i'): string {
  return written(
    spans.flatMap((span) => runsOf(span, cleanLine, base)),
    pen,
  ).trim();
}

/** Writes log lines or a table, as they are. */
export function preformatted(text: string, pen: Pen): string {
  const clean = cleanText(text).replace(/^\n+/, '').trimEnd();
  return isBlank(clean) ? '' : written([{ tag: 'pre', text: clean }], pen);
}

/** A person to call: Telegram makes a mention of `@name`; for a number there is a link. Anything else is plain text. */
export function mention(id: string, pen: Pen): string {
  if (/^@?[A-Za-z]\w{3,31}$/.test(id)) return `@${id.replace('@', '')}`;
  if (!/^[1-9]\d{0,15}$/.test(id)) return line([id], pen);
  return pen === 'html' ? `<a href="tg://user?id=${id}">on-call</a>` : '';
}

function runsOf(span: Span, clean: (text: string) => string, base: 'b' | 'i' | undefined): readonly Run[] {
  if (typeof span === 'string') return [{ ...(base ? { tag: base } : {}), text: clean(span) }];
  switch (span.style) {
    case 'bold':
      return [{ tag: 'b', text: clean(span.text) }];
    case 'italic':
      return [{ tag: 'i', text: clean(span.text) }];
    case 'code':
      return [{ tag: 'code', text: cleanLine(span.text) }];
    case 'link':
      return linkRuns(clean(span.text), span.url);
  }
}

function linkRuns(text: string, url: string): readonly Run[] {
  const href = webAddress(url);
  if (href !== undefined) return [{ tag: 'a', text: isBlank(text) ? href : text, href }];
  const address: Run = { tag: 'code', text: cleanLine(url) };
  return isBlank(text) || text === address.text ? [address] : [{ text: `${text} ` }, address];
}

function written(runs: readonly Run[], pen: Pen): string {
  let out = '';
  let previous: Run | undefined;
  for (const run of runs) {
    if (run.text === '') continue;
    const fixed = pen === 'html' && isFixed(run);
    if (previous && !fixed && !(pen === 'html' && isFixed(previous))) out += seam(previous.text, run.text);
    out += pen === 'html' ? html(run, fixed) : plain(run);
    previous = run;
  }
  return out;
}

/** In code nothing is detected, unless it is all blank and so no entity for Telegram. */
function isFixed({ tag, text }: Run): boolean {
  return (tag === 'code' || tag === 'pre') && !isBlank(text);
}

function html({ tag, text, href }: Run, fixed: boolean): string {
  const content = escapeHtml(fixed ? text : defuse(text));
  if (tag === undefined || isBlank(text)) return content;
  const attribute = href === undefined ? '' : ` href="${escapeHtml(href)}"`;
  return `<${tag}${attribute}>${content}</${tag}>`;
}

function plain({ text, href }: Run): string {
  if (href === undefined) return defuse(text);
  return text === href ? href : `${defuse(text)} (${href})`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
