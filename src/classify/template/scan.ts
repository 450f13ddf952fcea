import {
  AT,
  BACKSLASH,
  BEYOND_HEX,
  COLON,
  classOf,
  DIGIT,
  DOT,
  isDigit,
  isWordChar,
  LETTER,
  LOWER,
  QUOTE,
  SLASH,
  SPACE,
  STOP,
  UNDERSCORE,
  WIDE,
} from './char-class.ts';
import { isDottedName } from './host.ts';
import { keyKind, TEXT, VALUE, VERBATIM } from './keys.ts';
import type { MaskRule } from './mask-rule.ts';
import { type MaskedPlace, MaskWriter } from './mask-writer.ts';
import { podSuffixStart } from './pod-name.ts';
import {
  closingQuote,
  colonEndsWord,
  isFilePath,
  isIdentifier,
  isPathStart,
  isSentence,
  opensQuote,
} from './shapes.ts';
import { renderRoute, renderUrl } from './url.ts';
import { isErrorClass, isVendorCode } from './vendor-code.ts';
import {
  AFTER_USER,
  BEFORE_NAME,
  BEFORE_USER,
  CODE,
  CONSTANT,
  CREDENTIAL,
  DAY,
  ERROR,
  EXIT,
  isFailedStatus,
  isReason,
  METHOD,
  MONTH,
  NAMES_WITH_DIGITS,
  REFUSAL,
  STATUS,
  USER,
  unitEnd,
  wordKind,
  ZONE,
} from './word-lists.ts';

/** No value of a key is to come. */
const NO_VALUE = -1;

/**
 * Masks what varies in a message (one line, single blanks), in one pass. `places` collects where, for `/why group`.
 * Linear: each character is looked at a bounded number of times. Never throws.
 */
export function maskText(text: string, places?: MaskedPlace[]): string {
  return new Scan(text, places).run();
}

class Scan {
  readonly #text: string;
  readonly #writer: MaskWriter;
  /** The kinds of the last two words. */
  #kind = 0;
  #kindBefore = 0;
  /** The last word: what a `=` makes a key. */
  #wordStart = -1;
  #wordEnd = -1;
  /** What becomes of the value that comes next. */
  #value = NO_VALUE;
  /** The closing quote of a quotation whose text is scanned. */
  #closing = -1;

  constructor(text: string, places: MaskedPlace[] | undefined) {
    this.#text = text;
    this.#writer = new MaskWriter(text, places);
  }

  run(): string {
    const { length } = this.#text;
    let at = 0;
    while (at < length) {
      const bits = classOf(this.#text.charCodeAt(at));
      if ((bits & SPACE) !== 0) at += 1;
      else if ((bits & STOP) !== 0) at = this.#stop(at);
      else if ((bits & QUOTE) !== 0) at = this.#quote(at);
      else at = this.#word(at);
    }
    return this.#writer.finish();
  }

  /** A bracket, comma, `=` …; only `=` means anything. */
  #stop(at: number): number {
    this.#value = NO_VALUE;
    const text = this.#text;
    if (text.charCodeAt(at) !== 61) return at + 1;
    const next = text.charCodeAt(at + 1);
    const before = text.charCodeAt(at - 1);
    // `==`, `=>`, `!=` and so on compare.
    if (next === 61 || next === 62 || before === 61 || before === 33 || before === 60 || before === 62)
      return at + 1;
    // `(email)=(ann@example.com)`
    if (before === 41 && next === 40) return this.#bracketed(at + 2);
    const tight = this.#wordEnd === at;
    if (!tight && !(this.#wordEnd === at - 1 && before === 32)) return at + 1;
    // `key= other=1` has no value.
    if (tight && next === 32) return at + 1;
    this.#value = keyKind(text, this.#wordStart, this.#wordEnd);
    return at + 1;
  }

  #bracketed(start: number): number {
    const end = this.#text.slice(start, start + 300).indexOf(')');
    return end <= 0 ? start : this.#writer.mask(start, start + end, 'value');
  }

  #quote(at: number): number {
    const text = this.#text;
    const value = this.#value;
    this.#value = NO_VALUE;
    if (at === this.#closing || !opensQuote(text, at)) return at + 1;
    const end = closingQuote(text, at);
    if (end < 0) return at + 1;
    if (value === VALUE) return this.#masked(at, end + 1, 'value');
    if (value === VERBATIM) return this.#keep(at, end + 1);
    if (value === TEXT) return this.#enter(at, end);
    if (end === at + 1) return end + 1;
    const colon = text.charCodeAt(end + 1) === 32 ? end + 2 : end + 1;
    if (text.charCodeAt(colon) === 58 && isKeyPlace(text, at)) return this.#quotedKey(at, end, colon);
    return this.#quotation(at, end);
  }

  /** `"key": "value"`: only a quoted value is masked whole, words and numbers show by themselves what they are. */
  #quotedKey(at: number, end: number, colon: number): number {
    const text = this.#text;
    const value = text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    this.#keep(at, end + 1);
    const kind = keyKind(text, at + 1, end);
    const quoted = (classOf(text.charCodeAt(value)) & QUOTE) !== 0;
    this.#value = quoted || kind === VERBATIM ? kind : NO_VALUE;
    return value;
  }

  #quotation(at: number, end: number): number {
    const text = this.#text;
    if (this.#namesUser(0)) return this.#masked(at, end + 1, 'user');
    const blank = text.indexOf(' ', at);
    if (blank > 0 && blank < end && wordKind(text, at + 1, blank) === METHOD)
      return this.#request(at, blank, end);
    if (isIdentifier(text, at + 1, end)) {
      if (isDottedName(text, at + 1, end, false) && !text.endsWith(')', end))
        return this.#masked(at, end + 1, 'host');
      if (wordKind(text, at + 1, end) !== CONSTANT) return this.#keep(at, end + 1);
    }
    if (isVendorCode(text, at + 1, end, false)) return this.#keep(at, end + 1);
    const said = text.charCodeAt(at - 2) === 58 && isSentence(text, at + 1, end);
    const scheme = text.indexOf('://', at);
    if (said || (scheme > 0 && scheme < at + 12)) return this.#enter(at, end);
    return this.#masked(at, end + 1, 'quoted');
  }

  /** `"GET /users/42 HTTP/1.1" 404 15`: a line of an access log, unless words follow: then it says which route failed. */
  #request(at: number, blank: number, end: number): number {
    const text = this.#text;
    const last = text.indexOf(' ', blank + 1);
    const routeEnd = last < 0 || last > end ? end : last;
    const statusAt = /^"? (?:status:? ?)?(\d{3})\b/.exec(text.slice(end, end + 16));
    const status = Number(statusAt?.[1] ?? 0);
    const route = status > 0 && status < 500 ? '<*>' : renderRoute(text.slice(blank + 1, routeEnd));
    this.#writer.replace(at, end + 1, `"${text.slice(at + 1, blank)} ${route}"`, 'request');
    this.#next(0, at, end + 1);
    if (statusAt === null) return end + 1;
    const statusEnd = end + statusAt[0].length;
    // Success is no error: its exact status tells no two errors apart.
    return status < 400 ? this.#masked(statusEnd - 3, statusEnd, 'request') : statusEnd;
  }

  #word(start: number): number {
    const text = this.#text;
    const { length } = text;
    let bits = 0;
    let end = start;
    for (; end < length; end++) {
      const code = text.charCodeAt(end);
      const own = classOf(code);
      if ((own & (SPACE | STOP)) !== 0) break;
      if ((own & QUOTE) !== 0 && (end === start || !isApostrophe(text, end))) break;
      if ((own & COLON) !== 0 && (end === start || colonEndsWord(text, start, end, bits))) break;
      // `enabled........1`
      if (
        (own & DOT) !== 0 &&
        text.charCodeAt(end + 1) === 46 &&
        (bits & SLASH) === 0 &&
        (end > start || text.charCodeAt(end + 2) === 46)
      )
        break;
      bits |= own;
    }
    if (end === start) return this.#punctuation(start);
    if ((bits & COLON) !== 0 && (bits & SLASH) !== 0) {
      const scheme = text.indexOf('://', start);
      if (scheme > start && scheme < end) return this.#url(start);
    }
    const wordEnd = trimmed(text, start, end);
    if (this.#value !== NO_VALUE) return this.#valueOf(start, wordEnd, end);
    return this.#classify(start, wordEnd, bits, end);
  }

  #punctuation(start: number): number {
    let end = start + 1;
    while (this.#text.charCodeAt(end) === 46 && this.#text.charCodeAt(start) === 46) end += 1;
    return end;
  }

  /** The word that is the value of a key. */
  #valueOf(start: number, wordEnd: number, end: number): number {
    const value = this.#value;
    this.#value = NO_VALUE;
    if (value === VALUE) return this.#masked(start, wordEnd, 'value');
    if (value === VERBATIM) return this.#keep(start, end);
    return this.#word(start);
  }

  #classify(start: number, end: number, bits: number, wordEnd: number): number {
    const text = this.#text;
    if ((bits & (DIGIT | DOT | SLASH | AT | BACKSLASH | COLON)) === 0) return this.#plain(start, end, bits);
    if (isPathStart(text, start, end)) {
      if (this.#kind === METHOD) return this.#rendered(start, wordEnd, renderRoute(text.slice(start, end)));
      return this.#masked(start, end, 'path');
    }
    if ((bits & AT) !== 0) {
      const at = text.indexOf('@', start);
      if (isErrorClass(text, start, at)) return this.#masked(at + 1, end, 'address');
      if (at > start && at < end - 1) return this.#masked(start, end, 'address');
    }
    if ((bits & DIGIT) !== 0) return this.#digits(start, end, bits);
    if ((bits & SLASH) !== 0 && isFilePath(text, start, end)) return this.#masked(start, end, 'path');
    if ((bits & DOT) !== 0 && (bits & BACKSLASH) === 0) {
      const slash = (bits & SLASH) === 0 ? -1 : text.indexOf('/', start);
      // `com.example.app/.Main`, `example.com/docs`
      if (slash > start && isDottedName(text, start, slash, false)) return this.#masked(start, end, 'host');
      const code = text.charCodeAt(end + 1);
      const port = text.charCodeAt(end) === 58 && code >= 48 && code <= 57;
      if (isDottedName(text, start, end, port)) return this.#masked(start, end, 'host');
    }
    return this.#plain(start, end, bits);
  }

  /** A word of letters. */
  #plain(start: number, end: number, bits: number): number {
    const text = this.#text;
    const kind = wordKind(text, start, end);
    if (this.#wordEnd === start - 1 && this.#namesUser(kind)) return this.#masked(start, end, 'user');
    if (kind === CONSTANT) return this.#masked(start, end, 'constant');
    if (start === 0 && portEnd(text, end) > 0) return this.#masked(start, portEnd(text, end), 'host');
    if (kind === MONTH || kind === DAY) {
      const next = text.charCodeAt(end + 1);
      const date = (next >= 48 && next <= 57) || (kind === DAY && wordKind(text, end + 1, end + 4) === MONTH);
      if (date && text.charCodeAt(end) === 32) return this.#masked(start, end, 'time');
    }
    if (text.charCodeAt(end) === 40 && (bits & LOWER) === 0) {
      const closing = numberedEnd(text, start, end);
      if (closing > 0) return this.#masked(start, closing, 'digits');
    }
    if (kind === ZONE && this.#writer.isList(start)) return this.#masked(start, end, 'time');
    if ((bits & (BEYOND_HEX | WIDE | UNDERSCORE)) === 0 && end - start >= 8 && isLetters(text, start, end)) {
      return this.#masked(start, end, 'hex');
    }
    if (
      bits === 0 &&
      isCensored(text, start, end) &&
      (this.#writer.isList(start) || isDigit(text.charCodeAt(end + 1)))
    )
      return this.#masked(start, end, 'censored');
    // `login refused for ann`: it is still about a login.
    this.#next(kind === REFUSAL && this.#kind === CREDENTIAL ? CREDENTIAL : kind, start, end);
    return end;
  }

  /** Whether the words in front make the next one a name: `for user ann`, `invalid user ann`, `password for ann`. */
  #namesUser(kind: number): boolean {
    const [before, earlier] = [this.#kind, this.#kindBefore];
    if (before === USER) {
      return (
        (earlier === BEFORE_USER || earlier === BEFORE_NAME) &&
        kind !== AFTER_USER &&
        kind !== BEFORE_USER &&
        kind !== CREDENTIAL
      );
    }
    return kind === 0 && before === BEFORE_NAME && earlier === CREDENTIAL;
  }

  /** A word that holds a digit. */
  #digits(start: number, end: number, bits: number): number {
    const text = this.#text;
    if ((bits & WIDE) !== 0) return this.#glued(start, end);
    const number = (bits & (LETTER | UNDERSCORE | SLASH | BACKSLASH | COLON | AT)) === 0;
    if (number ? this.#isCode(start, end) : this.#isName(start, end, bits)) return this.#keep(start, end);
    if (text.startsWith('HTTP/', start)) {
      this.#writer.replace(start, end, 'HTTP', 'request');
      this.#next(CODE, start, end);
      return end;
    }
    const pod = number ? -1 : podSuffixStart(text, start, end);
    if (pod >= 0) return this.#masked(pod, end, 'pod suffix');
    const from = number ? this.#signStart(start) : start;
    if (number && text.charCodeAt(end) === 32) {
      const unit = unitEnd(text, end + 1);
      if (unit >= 0) return this.#masked(from, unit, 'number with unit');
    }
    return this.#masked(from, end, 'digits');
  }

  /** `<1 sec` and `1 sec` are one kind of value. */
  #signStart(start: number): number {
    const text = this.#text;
    const before = text.charCodeAt(start - 1);
    if (before === 60 || before === 62) return text.charCodeAt(start - 2) === 32 ? start - 1 : start;
    return start;
  }

  /** Whether a number is one that stays: a code, a status. */
  #isCode(start: number, end: number): boolean {
    const text = this.#text;
    const gap = start - this.#wordEnd;
    if (this.#wordEnd >= 0 && gap <= 3) {
      if (this.#kind === CODE) return end - start <= 7;
      if (this.#kind === ERROR) return gap === 1 && end - start <= 7;
      if (this.#kind === EXIT || this.#kindBefore === EXIT) return end - start <= 3;
      if (this.#kind === STATUS || this.#kindBefore === STATUS) return isFailedStatus(text, start, end);
    }
    return isFailedStatus(text, start, end) && isReason(text, end);
  }

  /** Whether a word with a digit is a name: of an error class, of a vendor's code, or a word that is written so. */
  #isName(start: number, end: number, bits: number): boolean {
    const text = this.#text;
    if (this.#kind === CODE && (bits & SLASH) === 0 && end - start <= 12 && start - this.#wordEnd <= 3)
      return true;
    if (isErrorClass(text, start, end)) return true;
    if (isVendorCode(text, start, end, this.#kind === ERROR)) return true;
    return end - start <= 8 && NAMES_WITH_DIGITS.has(text.slice(start, end).toLowerCase());
  }

  #glued(start: number, end: number): number {
    for (let at = start; at < end; at++) {
      if ((classOf(this.#text.charCodeAt(at)) & DIGIT) === 0) continue;
      const from = at;
      while (at < end && (classOf(this.#text.charCodeAt(at)) & DIGIT) !== 0) at++;
      this.#writer.mask(from, at, 'glued digits');
    }
    this.#next(0, start, end);
    return end;
  }

  #url(start: number): number {
    const text = this.#text;
    let end = start;
    while (end < text.length && !isUrlEnd(text.charCodeAt(end))) end++;
    end = trimmed(text, start, end);
    const rendered = renderUrl(text.slice(start, end));
    this.#value = NO_VALUE;
    return rendered === undefined ? this.#masked(start, end, 'url') : this.#rendered(start, end, rendered);
  }

  #rendered(start: number, end: number, rendered: string): number {
    this.#next(0, start, end);
    if (rendered === this.#text.slice(start, end)) return end;
    return this.#writer.replace(start, end, rendered, 'url');
  }

  #masked(start: number, end: number, rule: MaskRule): number {
    this.#next(0, start, end);
    return this.#writer.mask(start, end, rule);
  }

  #keep(start: number, end: number): number {
    this.#next(0, start, end);
    return end;
  }

  #enter(at: number, end: number): number {
    this.#closing = end;
    return at + 1;
  }

  #next(kind: number, start: number, end: number): void {
    this.#kindBefore = this.#kind;
    this.#kind = kind;
    this.#wordStart = start;
    this.#wordEnd = end;
  }
}

function isApostrophe(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 39 && isWordChar(text.charCodeAt(at - 1)) && isWordChar(text.charCodeAt(at + 1))
  );
}

/** Whether a quote at `at` may begin a key: behind `{`, `,` or nothing. */
function isKeyPlace(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1) === 32 ? at - 2 : at - 1;
  const code = text.charCodeAt(before);
  return before < 0 || code === 123 || code === 44;
}

/** The end of a word without the punctuation of the sentence. */
function trimmed(text: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1) {
    const code = text.charCodeAt(at - 1);
    if (code !== 46 && code !== 33 && code !== 63 && code !== 58) break;
    at -= 1;
  }
  return at;
}

function isLetters(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((classOf(text.charCodeAt(i)) & LETTER) === 0) return false;
  return true;
}

/** The end of a device and its number, `LOCAL(0)`, or -1. `ECONNRESET(104)` and `SIGSEGV(11)` are errors. */
function numberedEnd(text: string, start: number, end: number): number {
  if (end - start < 2 || text.charCodeAt(start) === 69 || text.startsWith('SIG', start)) return -1;
  let at = end + 1;
  while (at < end + 4 && (classOf(text.charCodeAt(at)) & DIGIT) !== 0) at++;
  return at > end + 1 && text.charCodeAt(at) === 41 ? at + 1 : -1;
}

/** `db:5432 no answer`: what a message begins with, and then speaks of. The end of the port, or -1. */
function portEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== 58) return -1;
  let end = at + 1;
  while (end < at + 7 && (classOf(text.charCodeAt(end)) & DIGIT) !== 0) end++;
  return end >= at + 3 && end <= at + 6 && text.charCodeAt(end) === 32 ? end : -1;
}

function isCensored(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text.charCodeAt(i) !== 42) return false;
  return end - start >= 2;
}

/** Blanks, quotes and brackets end a URL; `=`, `,` and `;` do not. */
function isUrlEnd(code: number): boolean {
  return (
    (classOf(code) & (SPACE | QUOTE)) !== 0 ||
    code === 60 ||
    code === 62 ||
    code === 41 ||
    code === 125 ||
    code === 93
  );
}
