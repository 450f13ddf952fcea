import { safeLine } from './safe-text.ts';
import { padEnd, padStart, textWidth } from './text-width.ts';
import { painted, plain, wrap } from './wrap.ts';

const GAP = '  ';
const NARROWEST_COLUMN = 6;
const NUMBER = /^[-+~]?\d[\d\s.,:/]*\s?(%|[a-zµ]{1,3})?$|^[–—-]$/i;

export interface TableLine {
  readonly kind: 'head' | 'rule' | 'row';
  readonly text: string;
}

/** Aligned columns, numbers to the right; when the terminal is narrower, the widest columns give way and their cells wrap. */
export function tableLines(rows: readonly (readonly string[])[], width: number): readonly TableLine[] {
  const cells = rows.map((row) => row.map(safeLine));
  const [head = [], ...body] = cells;
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = squeeze(
    Array.from({ length: columns }, (_, i) => Math.max(...cells.map((row) => textWidth(row[i] ?? '')))),
    width,
  );
  const pads = widths.map((_, i) =>
    i > 0 && body.length > 0 && body.every((row) => !row[i] || NUMBER.test(row[i])) ? padStart : padEnd,
  );

  const lines = (row: readonly string[]): readonly string[] => {
    const wrapped = widths.map((w, i) => wrap([plain(row[i] ?? '')], w).map(painted));
    const height = Math.max(1, ...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, y) =>
      widths
        .map((w, i) => (pads[i] ?? padEnd)(wrapped[i]?.[y] ?? '', w))
        .join(GAP)
        .trimEnd(),
    );
  };
  return [
    ...lines(head).map((text) => ({ kind: 'head', text }) as const),
    { kind: 'rule', text: widths.map((w) => '─'.repeat(w)).join(GAP) },
    ...body.flatMap((row) => lines(row).map((text) => ({ kind: 'row', text }) as const)),
  ];
}

/** Takes one column after the other from the widest until all fit. */
function squeeze(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST_COLUMN) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}
