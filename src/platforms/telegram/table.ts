import { cleanLine } from './clean.ts';

/** As many columns of its fixed-width font a phone shows upright without breaking the line. */
const PHONE_WIDTH = 36;
const NARROWEST_COLUMN = 5;
const GAP = '  ';
const NUMBER = /^[-+~]?\d[\d\s.,:/]*\s?(?:%|[a-zµ]{1,3})?$|^[–—-]?$/i;

/** Writes rows as aligned lines, numbers to the right; the widest columns are cut until a phone shows a line as one. */
export function tableText(rows: readonly (readonly string[])[]): string {
  // A row of one cell is a remark (`… and 12 more`), not part of the columns.
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const cells = rows.map((row) => row.map((cell) => cleanLine(cell).trim()));
  const isRemark = (row: readonly string[], y: number) => y > 0 && row.length < columns && row.length === 1;
  const full = cells.filter((row, y) => !isRemark(row, y));
  const natural = Array.from({ length: columns }, (_, x) =>
    Math.max(...full.map((row) => widthOf(row[x] ?? ''))),
  );
  const widths = squeeze(natural);
  const numeric = widths.map((_, x) => x > 0 && full.slice(1).every((row) => NUMBER.test(row[x] ?? '')));
  const written = (row: readonly string[]) =>
    widths
      .map((width, x) => {
        const cell = cut(row[x] ?? '', width);
        const pad = ' '.repeat(Math.max(0, width - widthOf(cell)));
        return numeric[x] ? pad + cell : cell + pad;
      })
      .join(GAP)
      .trimEnd();
  return cells.map((row, y) => (isRemark(row, y) ? (row[0] ?? '') : written(row))).join('\n');
}

/** Takes from the widest column until all fit, or none can give any more. */
function squeeze(natural: readonly number[]): readonly number[] {
  const widths = natural.map((width) => Math.min(width, PHONE_WIDTH));
  let total = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total > PHONE_WIDTH) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST_COLUMN) break;
    widths[widths.indexOf(widest)] = widest - 1;
    total -= 1;
  }
  return widths;
}

/** Cut in the middle: what tells `telegram:-100200` from `telegram:-100300` stands at the end. */
function cut(text: string, width: number): string {
  const chars = Array.from(text);
  if (chars.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  const tail = width - 1 - head;
  return `${chars.slice(0, head).join('')}…${tail === 0 ? '' : chars.slice(-tail).join('')}`;
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
