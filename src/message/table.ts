/** Writes rows as lines with aligned columns: the first column to the left, numbers to the right. The first row is the head. */
export function alignTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const cells = rows.map((row) => Array.from({ length: columns }, (_, column) => oneLine(row[column] ?? '')));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const numeric = widths.map(
    (_, column) => column > 0 && cells.slice(1).every((row) => /^[\d.,/%-]*$/.test(row[column] ?? '')),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const pad = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return numeric[column] ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
