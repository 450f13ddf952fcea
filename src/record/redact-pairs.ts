import { isHarmlessWord } from './harmless-words.ts';
import { REDACTED } from './redact-shapes.ts';
import type { Work } from './redact-work.ts';
import { bareEnd, bracketEnd, type Quote, quoteAt, ValueEnds } from './value-end.ts';

/** A secret word inside a key. `pass` and `pwd` count only at the end of one. */
const WORD =
  /token|passw(?:or)?d|passphrase|pwd|pass(?=["'\\\]]{0,4}\s?=)|secret|cookie|authori[sz]ation|api[-_. ]?key|(?<![a-z])dsn|Dsn|DSN|private[-_. ]?key/gi;
const KEY_CHAR = /[\w.$-]/;
const MAX_KEY = 64;

/** Behind the key: closing brackets and quotes, then the separator. `%3D` and `\u003d` are `=` in URLs and in Java's JSON. */
const SEPARATOR =
  /((?:\\*["'`]|&quot;|&#3[49];|%22|%5D|\])*)\s*((?:=>|:=|={1,3}|:(?![:/]|\s*$)|%3D|%3A|\\u003[dD])\s?)/y;
const SPACE = /[ \t]*/y;
const SOURCE_FILE =
  /\.(?:[cm]?[jt]sx?|py|rb|go|java|kt|php|rs|cc?|cpp|h|cs|scala|swift|exs?|vue|lua|p[lm]|sh)$/i;
/** `JsonWebTokenError: …` and `TokenService: …` name a class or a logger. */
const NO_KEY =
  /(?:error|exception|warning|failure|fault|expired|service|handler|provider|manager|middleware|controller|validator|parser|strategy|guard|filter|interceptor)s?$/i;
const BEFORE_NO_KEY = /(?:unexpected|illegal|expected)\s+$/i;
/** Authorization schemes with one value behind them; others have parameters, to the end of the line. */
const ONE_VALUE = /^(?:basic|bearer|token|negotiate|ntlm|apikey|api-key|key|jwt)$/i;
const ANY_SPACE = /\s/;
/** Longer than any harmless word. */
const LONGEST_WORD = 64;

/** Keys whose values people write with blanks. */
const PHRASE = /(?:passw(?:or)?d|passphrase|pwd)$/i;
const END_OF_CLAUSE = /[.,;!?]/;
/** A word of a passphrase, with the punctuation behind it; `user=bob` and `Host:` are none. */
const BARE_WORD = /[A-Za-z0-9][\w'@#$%^&*+~-]{0,63}[.,;!?]{0,3}(?=[\s"'`)\]}<]|$)/y;

/** One secret key in a text: where it begins and ends, and what it is. */
interface Key {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** What is cut out, and what is put there. */
interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Blanks the values of secret keys in free text: `key=value`, `key: value`, quoted, escaped, in query strings, in JSON inside
 * text, `--key value`, headers to the end of the line. Each character is looked at a bounded number of times. When the work is
 * used up the rest of the text is one secret.
 */
export function redactPairs(text: string, work: Work): string {
  let out = '';
  let done = 0;
  const ends = new ValueEnds(text);
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
    const key = keyAround(text, match.index, match.index + match[0].length, done);
    if (work.left <= 0) return out + text.slice(done, key.start) + REDACTED;
    work.left -= 1;
    const found = replacementFor(text, key, ends);
    WORD.lastIndex = key.end;
    if (!found) continue;
    out += text.slice(done, found.from) + found.text;
    done = found.to;
    WORD.lastIndex = Math.max(done, key.end);
  }
  return done === 0 ? text : out + text.slice(done);
}

function keyAround(text: string, from: number, to: number, floor: number): Key {
  let start = from;
  while (start > floor && from - start < MAX_KEY && KEY_CHAR.test(text[start - 1] ?? '')) start -= 1;
  let end = to;
  while (end < text.length && KEY_CHAR.test(text[end] ?? '')) end += 1;
  return { start, end, name: text.slice(start, Math.min(end, start + 4 * MAX_KEY)) };
}

function replacementFor(text: string, key: Key, ends: ValueEnds): Replacement | undefined {
  SEPARATOR.lastIndex = key.end;
  const match = SEPARATOR.exec(text);
  if (!match) return withoutSeparator(text, key, ends);
  const [, closing = '', separator = ''] = match;
  const colon = separator.startsWith(':') && !separator.startsWith(':=');
  if (colon && closing === '' && !isPair(text, key, SEPARATOR.lastIndex)) return undefined;
  if (BEFORE_NO_KEY.test(text.slice(Math.max(0, key.start - 14), key.start))) return undefined;
  SPACE.lastIndex = SEPARATOR.lastIndex;
  SPACE.exec(text);
  const at = SPACE.lastIndex;
  const spaced = at > key.end + closing.length + separator.trimEnd().length;
  // `token= user=5` of logfmt has no value.
  if (!colon && spaced && /^[A-Za-z_][\w.]{0,40}=/.test(text.slice(at, at + 42))) return undefined;
  const lead = ANY_SPACE.test(text[at - 1] ?? '') ? at : SEPARATOR.lastIndex;
  const enclosing = closing === '' ? quoteBefore(text, key.start) : undefined;
  return valueAt(text, Math.max(lead, at), key, { colon, closing, enclosing }, ends);
}

/** `src/token.ts:12:5` and `TokenExpiredError: …` are no pairs. */
function isPair(text: string, key: Key, at: number): boolean {
  if (NO_KEY.test(key.name)) return false;
  return !(key.name.includes('.') && SOURCE_FILE.test(key.name) && /\d/.test(text[at] ?? ''));
}

/** The quote that the whole pair stands in: `-H "Cookie: a=b"`. */
function quoteBefore(text: string, start: number): Quote | undefined {
  return start > 0 ? quoteAt(text, start - 1, Math.max(0, start - 8)) : undefined;
}

interface Pair {
  readonly colon: boolean;
  /** The quotes and brackets between key and separator. */
  readonly closing: string;
  readonly enclosing: Quote | undefined;
}

function valueAt(text: string, at: number, key: Key, pair: Pair, ends: ValueEnds): Replacement | undefined {
  if (at >= text.length || text[at] === '\n') return undefined;
  const prefix = /[bBrRuUfL@]/.test(text[at] ?? '') && /["']/.test(text[at + 1] ?? '') ? 1 : 0;
  const quote = quoteAt(text, at + prefix);
  if (quote) return quoted(quote, ends);
  const wrap = /^\\*["']/.exec(pair.closing)?.[0] ?? '';
  const blank = `${wrap}${REDACTED}${wrap}`;
  const bracket = text[at] === '{' || (text[at] === '[' && !text.startsWith(REDACTED, at));
  if (bracket) return { from: at, to: bracketEnd(text, at), text: blank };
  const header = isHeader(key.name);
  const end = header ? headerEnd(text, at, key, pair, ends) : bareEnd(text, at);
  const first = header ? bareEnd(text, at, Math.min(text.length, at + LONGEST_WORD)) : end;
  if (end <= at) return undefined;
  if (pair.colon && pair.closing === '' && isHarmlessWord(text.slice(at, first))) return undefined;
  const phrase = pair.colon && pair.closing === '' && text[at - 1] === ' ' && PHRASE.test(key.name);
  return { from: at, to: phrase ? phraseEnd(text, at, end) : end, text: blank };
}

/**
 * `password: correct horse battery` goes on over bare words, each behind one space, up to the end of the clause: punctuation, the next
 * pair (`user=bob`, `Host: x`), a word of an ordinary sentence (`for`, `rejected`).
 */
function phraseEnd(text: string, start: number, first: number): number {
  let end = first;
  while (text[end] === ' ' && !text.startsWith(REDACTED, start) && !END_OF_CLAUSE.test(text[end - 1] ?? '')) {
    BARE_WORD.lastIndex = end + 1;
    const word = BARE_WORD.exec(text)?.[0];
    if (word === undefined || isHarmlessWord(word)) break;
    end += 1 + word.length;
  }
  return end;
}

function quoted(quote: Quote, ends: ValueEnds): Replacement | undefined {
  const close = ends.closing(quote);
  if (close === undefined) return { from: quote.end, to: ends.line(quote.end), text: REDACTED };
  return close === quote.end ? undefined : { from: quote.end, to: close, text: REDACTED };
}

function isHeader(name: string): boolean {
  return /(?:^|[^a-z])(?:cookies?|authori[sz]ation)$/i.test(name);
}

/** A header's value goes to the end of its line, or of the quotes that it stands in. */
function headerEnd(text: string, at: number, key: Key, pair: Pair, ends: ValueEnds): number {
  const close = pair.enclosing ? ends.closing(pair.enclosing, at) : undefined;
  const line = ends.line(at);
  const limit = close === undefined || close > line ? line : close;
  const first = bareEnd(text, at, limit);
  if (text.startsWith(REDACTED, at)) return Math.min(first, limit);
  if (/cookies?$/i.test(key.name))
    return pair.colon ? limit : Math.min(cookieEnd(text, at, first, limit), limit);
  const word = text.slice(at, first);
  if (ONE_VALUE.test(word)) return Math.min(bareEnd(text, skipSpace(text, first), limit), limit);
  // `Digest username="…", realm="…"`, `AWS4-HMAC-SHA256 Credential=…, Signature=…`.
  return /^[A-Za-z][\w-]*$/.test(word) && /=/.test(text.slice(first, limit)) ? limit : Math.min(first, limit);
}

/** `cookie=a=b; c=d status=5`: pairs as long as a semicolon joins them. */
function cookieEnd(text: string, at: number, first: number, limit: number): number {
  let end = first;
  while (end > at && text[end] === ';') {
    const next = skipSpace(text, end + 1);
    const stop = bareEnd(text, next, limit);
    if (stop <= next) break;
    end = stop;
  }
  return end;
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

const FLAG_VALUE = /(?:["']?,)?[ \t]+|["'],/y;
const HEADER_LIST = /\\*["'],[ \t]?/y;

/** `--password x`, `PASSWORD 'x'` of SQL, `("Authorization", "Basic x")`, `<password>x</password>`. */
function withoutSeparator(text: string, key: Key, ends: ValueEnds): Replacement | undefined {
  if (text[key.end] === '>' && text[key.start - 1] === '<') {
    const end = text.indexOf('<', key.end);
    const to = end < 0 ? ends.line(key.end) : end;
    return to > key.end + 1 ? { from: key.end + 1, to, text: REDACTED } : undefined;
  }
  const pair: Pair = { colon: true, closing: '', enclosing: undefined };
  if (key.name.startsWith('-')) {
    FLAG_VALUE.lastIndex = key.end;
    if (!FLAG_VALUE.test(text) || text[FLAG_VALUE.lastIndex] === '-') return undefined;
    return valueAt(text, FLAG_VALUE.lastIndex, { ...key, name: 'flag' }, pair, ends);
  }
  if (isHeader(key.name) || /token|key$/i.test(key.name)) {
    HEADER_LIST.lastIndex = key.end;
    const quote = HEADER_LIST.test(text) ? quoteAt(text, HEADER_LIST.lastIndex) : undefined;
    return quote && quoted(quote, ends);
  }
  if (/password$/i.test(key.name) && text.startsWith(" '", key.end)) {
    const quote = quoteAt(text, key.end + 1);
    return quote && quoted(quote, ends);
  }
  return undefined;
}
