import { lengthOf } from './cut.ts';
import type { Message } from './message.ts';
import {
  blocksOf,
  countBlocks,
  cutCode,
  cutProse,
  keepBlocks,
  keepButtonRows,
  keepButtonsInRow,
  keepCode,
  keepFields,
  keepItemLines,
  keepItems,
  keepRows,
  oneLine,
  titleAndSummary,
} from './shorten.ts';

type Fits = (message: Message) => boolean;

/** One way to make a message shorter, by degrees: from `most` (least harm) down to `least` (the limit of this way). */
interface Rung {
  readonly least: number;
  readonly most: (message: Message) => number;
  readonly apply: (message: Message, degree: number) => Message;
}

/** A code block that is cut says something from here on: the error and where it comes from. */
const SHORTEST_CODE = 200;
/** No chat takes more at once; what is longer need not be looked at. */
const LONGEST_TEXT = 16_384;
const MOST_BUTTON_ROWS = 10;
const MOST_BUTTONS_IN_ROW = 8;

/** From the least harm to the most. */
const LADDER: readonly Rung[] = [
  { least: SHORTEST_CODE, most: longestCode, apply: cutCode },
  { least: 1, most: (message) => countBlocks(message, 'code'), apply: keepCode },
  { least: 400, most: longestProse, apply: cutProse },
  {
    least: 3,
    most: (message) => longest(blocksOf(message, 'item'), ({ lines }) => lines.length),
    apply: keepItemLines,
  },
  { least: 80, most: longestProse, apply: cutProse },
  {
    least: 3,
    most: (message) => longest(blocksOf(message, 'table'), ({ rows }) => rows.length),
    apply: keepRows,
  },
  { least: 1, most: (message) => countBlocks(message, 'item'), apply: keepItems },
  {
    least: 0,
    most: (message) => longest(blocksOf(message, 'fields'), ({ fields }) => fields.length),
    apply: keepFields,
  },
  { least: 1, most: ({ blocks }) => blocks.length, apply: keepBlocks },
  { least: 60, most: () => 1_000, apply: titleAndSummary },
  { least: 0, most: ({ buttons }) => buttons?.length ?? 0, apply: keepButtonRows },
  { least: 1, most: () => 200, apply: oneLine },
];

/**
 * Shortens the tree until the renderer says that it fits: code blocks first, then long texts, then entries from the end (with a
 * note of how many), then fields, at last all but title and summary. Pure; `fits` is called at most 40 times; the result fits
 * whenever one line of the title does. A message that fits is returned as it is.
 */
export function fit(message: Message, fits: Fits): Message {
  if (fits(message)) return message;
  let shorter = bounded(message);
  for (const rung of LADDER) {
    const most = Math.min(LONGEST_TEXT, rung.most(shorter));
    if (most <= rung.least) continue;
    const shortest = rung.apply(shorter, rung.least);
    if (fits(shortest)) return growCode(message, largest(shorter, rung, most, fits), fits);
    shorter = shortest;
  }
  return shorter;
}

/** What no chat can take anyway is cut off before the search begins, so that each look costs little. */
function bounded(message: Message): Message {
  const cut = cutProse(cutCode(message, LONGEST_TEXT), LONGEST_TEXT);
  return keepButtonRows(keepButtonsInRow(cut, MOST_BUTTONS_IN_ROW), MOST_BUTTON_ROWS);
}

/** The largest degree that fits, found by halving; `rung.least` is known to. */
function largest(message: Message, rung: Rung, most: number, fits: Fits): Message {
  let good = rung.least;
  let bad = most + 1;
  let best = rung.apply(message, good);
  // Twelve halvings leave four code units of the longest text undecided.
  for (let step = 0; step < 12 && bad - good > 1; step += 1) {
    const middle = Math.floor((good + bad) / 2);
    const candidate = rung.apply(message, middle);
    if (fits(candidate)) {
      good = middle;
      best = candidate;
    } else bad = middle;
  }
  return best;
}

/** When other code blocks had to go, the ones that stay may use the room: they are cut anew from the whole text. */
function growCode(original: Message, fitted: Message, fits: Fits): Message {
  const whole = blocksOf(original, 'code');
  if (countBlocks(fitted, 'code') === 0 || countBlocks(fitted, 'code') === whole.length) return fitted;
  let index = 0;
  const blocks = fitted.blocks.map((block) =>
    block.type === 'code' ? { ...block, text: whole[index++]?.text ?? block.text } : block,
  );
  const grown = { ...fitted, blocks };
  const rung: Rung = { least: SHORTEST_CODE, most: longestCode, apply: cutCode };
  const most = Math.min(LONGEST_TEXT, longestCode(grown));
  return most <= SHORTEST_CODE ? fitted : largest(grown, rung, most, fits);
}

function longestCode(message: Message): number {
  return longest(blocksOf(message, 'code'), ({ text }) => text.length);
}

function longestProse({ blocks }: Message): number {
  return longest(blocks, (block) => {
    switch (block.type) {
      case 'title':
        return block.text.length;
      case 'text':
      case 'note':
        return lengthOf(block.spans);
      case 'fields':
        return longest(block.fields, ({ label, value }) => Math.max(label.length, lengthOf(value)));
      case 'code':
        return block.label?.length ?? 0;
      case 'item':
        return longest([block.title, ...block.lines], lengthOf);
      case 'table':
        return longest(block.rows, (row) => longest(row, (cell) => cell.length));
      case 'divider':
        return 0;
    }
  });
}

function longest<T>(things: readonly T[], measure: (thing: T) => number): number {
  return things.reduce((most, thing) => Math.max(most, measure(thing)), 0);
}
