import { REDACTED } from './redact-shapes.ts';

/** An opening quote with the backslashes in front of it: JSON inside JSON has `\"`, and that inside JSON `\\\"`. */
export interface Quote {
  readonly mark: string;
  readonly backslashes: number;
  /** Just behind the mark. */
  readonly end: number;
}

const MAX_BACKSLASHES = 15;

/** The quote whose backslashes begin (or, with `floor`, whose mark stands) at an index, if there is one. */
export function quoteAt(text: string, at: number, floor?: number): Quote | undefined {
  let mark = at;
  let backslashes = 0;
  if (floor === undefined) {
    while (text[mark] === '\\' && backslashes < MAX_BACKSLASHES) {
      mark += 1;
      backslashes += 1;
    }
  } else {
    while (mark - backslashes > floor && text[mark - backslashes - 1] === '\\') backslashes += 1;
  }
  const character = text[mark];
  if (character !== '"' && character !== "'" && character !== '`') return undefined;
  return { mark: character, backslashes, end: mark + 1 };
}

/**
 * Finds closing quotes and line ends. A kind of quote that is closed nowhere behind some place is not searched again behind
 * it, nor the end of the same line, so that all searches in a text together are linear. To be asked from left to right.
 */
export class ValueEnds {
  readonly #text: string;
  readonly #unclosed = new Set<string>();
  #line = { from: 0, end: -1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** The index of what closes a quote (its first backslash, if it has some), or undefined. */
  closing(quote: Quote, from = quote.end): number | undefined {
    const kind = quote.mark + quote.backslashes;
    if (this.#unclosed.has(kind)) return undefined;
    const text = this.#text;
    for (let at = text.indexOf(quote.mark, from); at >= 0; at = text.indexOf(quote.mark, at + 1)) {
      let run = 0;
      while (at - run > from && text[at - run - 1] === '\\') run += 1;
      if (quote.backslashes === 0 ? run % 2 === 0 : run <= quote.backslashes) {
        return quote.backslashes === 0 ? at : at - run;
      }
    }
    this.#unclosed.add(kind);
    return undefined;
  }

  line(at: number): number {
    if (at < this.#line.from || at > this.#line.end) {
      const end = this.#text.indexOf('\n', at);
      this.#line = { from: at, end: end < 0 ? this.#text.length : end };
    }
    return this.#line.end;
  }
}

const SPACE_OR_END = /\s/;
/** `&`, `;`, `,` and `|` end a bare value when something else begins behind them; otherwise a password contains them. */
const NEXT_PAIR = /^.(?:\s|$|["'\\]|[\w.\-[\]%]{1,64}\s?[=:])/;
/** A closing bracket or a quote ends it when nothing but punctuation follows. */
const CLOSED = /^[)\]}>"'`]+(?:\s|$|[,;:.!?&|\\<])/;

/**
 * Where an unquoted value ends, at `limit` at the latest. Linear over a text as long as the caller goes on behind the end, or the
 * limit is near.
 */
export function bareEnd(text: string, start: number, limit = text.length): number {
  let at = start;
  while (text.startsWith(REDACTED, at)) at += REDACTED.length;
  for (; at < limit; at++) {
    const character = text[at] as string;
    if (SPACE_OR_END.test(character)) break;
    if (character === '&' || character === ';' || character === ',' || character === '|') {
      if (NEXT_PAIR.test(text.slice(at, at + 68))) break;
    } else if (character === '\\') {
      const run = /^\\+["'`]/.exec(text.slice(at, at + 20))?.[0];
      if (run && CLOSED.test(text.slice(at + run.length - 1, at + run.length + 7))) break;
    } else if (/[)\]}>"'`]/.test(character) && CLOSED.test(text.slice(at, at + 8))) {
      break;
    } else if (character === '<' && text[at + 1] === '/') break;
  }
  return at;
}

/** The end of `{…}` or `[…]`, brackets inside strings left out; of the text when it is never closed. */
export function bracketEnd(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString && character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
