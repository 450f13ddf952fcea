import type { Block, Button, Field, Message, Span } from '../../message/message.ts';
import { safeLine, safeText } from './safe-text.ts';
import { tableLines } from './table.ts';
import { padEnd, textWidth } from './text-width.ts';
import { painted, plain, type Run, widthOf, wrap } from './wrap.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns of the terminal; `Infinity` (a pipe, a file) wraps nothing. */
  readonly width: number;
  /** What to type instead of pressing a button; buttons without a command are left out. */
  readonly commandOf?: (action: string) => string | undefined;
}

/** Lines of text for people at a terminal, without a line break at the end. No character of the message acts on the terminal. */
export function renderTerminal(message: Message, options: TerminalOptions): string {
  const page: Page = { ...options, paint: options.colour ? COLOURS : NO_COLOURS };
  const buttons = buttonLines((message.buttons ?? []).flat(), page, '');
  const sections = [...message.blocks.map((block) => blockLines(block, page)), buttons];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

type Paint = Readonly<
  Record<'title' | 'bold' | 'italic' | 'code' | 'link' | 'dim', (text: string) => string>
>;
type Page = TerminalOptions & { readonly paint: Paint };

/** Select Graphic Rendition, ECMA-48 8.3.117. Only the sixteen colours that the person's own theme makes readable. */
const sgr = (on: string, off: string) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
const COLOURS: Paint = {
  title: sgr('1', '22'),
  bold: sgr('1', '22'),
  italic: sgr('3', '23'),
  code: sgr('36', '39'),
  link: sgr('4', '24'),
  dim: sgr('2', '22'),
};
const same = (text: string): string => text;
const NO_COLOURS: Paint = { title: same, bold: same, italic: same, code: same, link: same, dim: same };

function blockLines(block: Block, page: Page): readonly string[] {
  const { paint, width } = page;
  switch (block.type) {
    case 'title':
      return wrapped([{ text: safeLine(block.text), paint: paint.title }], width);
    case 'text':
      return wrapped(runs(block.spans, page, safeText), width);
    case 'note':
      return wrapped(runs(block.spans, page, safeText), width).map(paint.dim);
    case 'fields':
      return fieldLines(block.fields, page);
    case 'code':
      return codeLines(block.text, block.label, page);
    case 'table':
      return tableLines(block.rows, width).map(({ kind, text }) => (kind === 'row' ? text : paint.dim(text)));
    case 'item':
      return itemLines(block, page);
    case 'divider':
      return [paint.dim('─'.repeat(Math.min(width, 60)))];
  }
}

function fieldLines(fields: readonly Field[], page: Page): readonly string[] {
  const labels = fields.map(({ label }) => safeLine(label));
  const column = Math.max(0, ...labels.map(textWidth)) + 2;
  return fields.flatMap(({ value }, i) => {
    const lines = wrapped(runs(value, page, safeLine), page.width - column);
    return lines.map((line, y) =>
      y === 0 ? page.paint.dim(padEnd(labels[i] ?? '', column)) + line : ' '.repeat(column) + line,
    );
  });
}

/** A bar at the left; where a log line is longer than the terminal, the bar is broken. */
function codeLines(text: string, label: string | undefined, { paint, width }: Page): readonly string[] {
  const lines = safeText(text)
    .split('\n')
    .flatMap((line) =>
      wrapped([plain(line)], width - 2).map((part, y) => `${paint.dim(y === 0 ? '│' : '┆')} ${part}`),
    );
  return label === undefined ? lines : [paint.dim(safeLine(label)), ...lines];
}

function itemLines(item: Extract<Block, { type: 'item' }>, page: Page): readonly string[] {
  const number = `${item.n}. `;
  const indent = ' '.repeat(number.length);
  const inner = page.width - number.length;
  const title = wrapped(runs(item.title, page, safeLine), inner);
  const rest = item.lines.flatMap((line) => wrapped(runs(line, page, safeLine), inner));
  return [
    ...title.map((line, y) => (y === 0 ? page.paint.dim(number) : indent) + line),
    ...rest.map((line) => indent + line),
    ...buttonLines(item.buttons ?? [], page, indent),
  ];
}

/** One line each, never wrapped: what stands there is to be copied. */
function buttonLines(buttons: readonly Button[], page: Page, indent: string): readonly string[] {
  const rows = buttons.flatMap((button) => {
    const target = button.kind === 'link' ? button.url : page.commandOf?.(button.action);
    return target === undefined ? [] : [{ label: safeLine(button.label), target: safeLine(target) }];
  });
  const column = Math.max(0, ...rows.map(({ label }) => textWidth(label))) + 2;
  return rows.map(
    ({ label, target }) => indent + page.paint.dim(padEnd(label, column)) + page.paint.link(target),
  );
}

function runs(spans: readonly Span[], { paint }: Page, safe: (text: string) => string): readonly Run[] {
  return spans.flatMap((span) => {
    if (typeof span === 'string') return [plain(safe(span))];
    if (span.style !== 'link') return [{ text: safe(span.text), paint: paint[span.style] }];
    return [plain(`${safe(span.text)} `), { text: safeLine(span.url), paint: paint.link }];
  });
}

function wrapped(content: readonly Run[], width: number): readonly string[] {
  // Most lines fit; a short way for them also keeps their spaces as they are.
  const hasBreak = content.some(({ text }) => text.includes('\n'));
  if (!hasBreak && widthOf(content) <= width) return [painted(content)];
  return wrap(content, width).map(painted);
}
