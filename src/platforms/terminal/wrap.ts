import { cutAt, textWidth } from './text-width.ts';

/** A run of text in one look; `paint` adds the colours after all measuring is done. */
export interface Run {
  readonly text: string;
  readonly paint: (text: string) => string;
}

export const plain = (text: string): Run => ({ text, paint: (same) => same });

export const widthOf = (runs: readonly Run[]): number =>
  runs.reduce((sum, { text }) => sum + textWidth(text), 0);

export const painted = (runs: readonly Run[]): string =>
  runs.map(({ text, paint }) => (text === '' ? '' : paint(text))).join('');

/** Breaks runs at spaces into lines of at most `width` columns; a word that is longer is cut. Line feeds break too. */
export function wrap(runs: readonly Run[], width: number): readonly (readonly Run[])[] {
  const limit = Math.max(1, width);
  const lines: (readonly Run[])[] = [];
  let line: Run[] = [];
  let used = 0;
  const breakLine = (): void => {
    lines.push(trimEnd(line));
    line = [];
    used = 0;
  };
  for (const word of runs.flatMap(words)) {
    if (word.text === '\n') {
      breakLine();
      continue;
    }
    let rest = word.text;
    if (used > 0 && used + textWidth(rest.trimEnd()) > limit) {
      breakLine();
      rest = rest.trimStart();
    }
    while (textWidth(rest.trimEnd()) > limit) {
      const [head, tail] = cutAt(rest, limit);
      line.push({ ...word, text: head });
      breakLine();
      rest = tail;
    }
    if (rest === '') continue;
    line.push({ ...word, text: rest });
    used += textWidth(rest);
  }
  lines.push(trimEnd(line));
  return lines;
}

/** Each word with the spaces after it; a line feed alone. */
function words(run: Run): readonly Run[] {
  return (run.text.match(/\n|[^\s]+ *| +|[^\S\n ]+/g) ?? []).map((text) => ({ ...run, text }));
}

function trimEnd(line: readonly Run[]): readonly Run[] {
  const last = line.at(-1);
  return last === undefined ? line : [...line.slice(0, -1), { ...last, text: last.text.trimEnd() }];
}
