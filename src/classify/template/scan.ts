import {
  AT,
  BACKSLASH,
  BEYOND_HEX,
  COLON,
  classOf,
  DIGIT,
  DOT,
  isDigit,
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
import type { MaskedPlace } from './mask-writer.ts';
import { podSuffixStart } from './pod-name.ts';
import { quotationFate, quotedRequest } from './quotation.ts';
import { ScanState } from './scan-state.ts';
import {
  closingQuote,
  endsWord,
  isFilePath,
  isKeyPlace,
  isPathStart,
  isUrlEnd,
  opensQuote,
  trimmedEnd,
} from './shapes.ts';
import { renderRoute, renderUrl } from './url.ts';
import { isErrorClass } from './vendor-code.ts';
import {
  CODE,
  CONSTANT,
  CREDENTIAL,
  DAY,
  METHOD,
  MONTH,
  REFUSAL,
  unitEnd,
  wordKind,
  ZONE,
} from './word-lists.ts';
import {
  deviceEnd,
  isCensored,
  isCodeNumber,
  isHexWord,
  isInDate,
  isNumberedName,
  namesUser,
  portEnd,
  signStart,
} from './word-rules.ts';

/** Classes that may end a word. */
const MAY_END = SPACE | STOP | QUOTE | COLON | DOT;
/** No value of a key is to come. */
const NO_VALUE = -1;

/**
 * Masks what varies in a message (one line, single blanks), in one pass. `places` collects where, for `/why group`.
 * Linear: each character is looked at a bounded number of times. Never throws.
 */
export function maskText(text: string, places?: MaskedPlace[]): string {
  return new Scan(text, places).run();
}

class Scan extends ScanState {
  /** What becomes of the value that comes next. */
  #value = NO_VALUE;
  /** The closing quote of a quotation whose text is scanned. */
  #closing = -1;

  run(): string {
    const { length } = this.text;
    let at = 0;
    while (at < length) {
      const bits = classOf(this.text.charCodeAt(at));
      if ((bits & SPACE) !== 0) at += 1;
      else if ((bits & STOP) !== 0) at = this.#stop(at);
      else if ((bits & QUOTE) !== 0) at = this.#quote(at);
      else at = this.#word(at);
    }
    return this.writer.finish();
  }

  /** A bracket, comma, `=` …; only `=` means anything. */
  #stop(at: number): number {
    this.#value = NO_VALUE;
    const text = this.text;
    if (text.charCodeAt(at) !== 61) return at + 1;
    const next = text.charCodeAt(at + 1);
    const before = text.charCodeAt(at - 1);
    // `==`, `=>`, `!=` and so on compare.
    if (next === 61 || next === 62 || before === 61 || before === 33 || before === 60 || before === 62)
      return at + 1;
    // `(email)=(ann@example.com)`
    if (before === 41 && next === 40) return this.#bracketed(at + 2);
    const tight = this.wordEnd === at;
    if (!tight && !(this.wordEnd === at - 1 && before === 32)) return at + 1;
    // `key= other=1` has no value.
    if (tight && next === 32) return at + 1;
    this.#value = keyKind(text, this.wordStart, this.wordEnd);
    return at + 1;
  }

  #bracketed(start: number): number {
    const end = this.text.slice(start, start + 300).indexOf(')');
    return end <= 0 ? start : this.writer.mask(start, start + end, 'value');
  }

  #quote(at: number): number {
    const text = this.text;
    const value = this.#value;
    this.#value = NO_VALUE;
    if (at === this.#closing || !opensQuote(text, at)) return at + 1;
    const end = closingQuote(text, at);
    if (end < 0) return at + 1;
    if (value === VALUE) return this.masked(at, end + 1, 'value');
    if (value === VERBATIM) return this.keep(at, end + 1);
    if (value === TEXT) return this.#enter(at, end);
    const colon = text.charCodeAt(end + 1) === 32 ? end + 2 : end + 1;
    if (text.charCodeAt(colon) === 58 && isKeyPlace(text, at)) return this.#quotedKey(at, end, colon);
    const fate = quotationFate(this, at, end);
    if (fate === 'keep') return this.keep(at, end + 1);
    if (fate === 'enter') return this.#enter(at, end);
    return fate === 'request' ? this.#request(at, end) : this.masked(at, end + 1, fate);
  }

  /** `"key": "value"`: only a quoted value is masked whole, words and numbers show by themselves what they are. */
  #quotedKey(at: number, end: number, colon: number): number {
    const text = this.text;
    const value = text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    this.keep(at, end + 1);
    const kind = keyKind(text, at + 1, end);
    const quoted = (classOf(text.charCodeAt(value)) & QUOTE) !== 0;
    this.#value = quoted || kind === VERBATIM ? kind : NO_VALUE;
    return value;
  }

  #request(at: number, end: number): number {
    const { rendered, statusStart, statusEnd, failed } = quotedRequest(this.text, at, end);
    this.writer.replace(at, end + 1, rendered, 'request');
    this.next(0, at, end + 1);
    if (statusStart < 0) return end + 1;
    return failed ? statusEnd : this.masked(statusStart, statusEnd, 'request');
  }

  #word(start: number): number {
    const text = this.text;
    const { length } = text;
    let bits = 0;
    let end = start;
    for (; end < length; end++) {
      const own = classOf(text.charCodeAt(end));
      if ((own & MAY_END) !== 0 && endsWord(text, start, end, own, bits)) break;
      bits |= own;
    }
    if (end === start) return this.#punctuation(start);
    if ((bits & COLON) !== 0 && (bits & SLASH) !== 0) {
      if (text.slice(start, end).indexOf('://') > 0) return this.#url(start);
    }
    const wordEnd = trimmedEnd(text, start, end);
    if (this.#value !== NO_VALUE) return this.#valueOf(start, wordEnd, end);
    return this.#classify(start, wordEnd, bits, end);
  }

  #punctuation(start: number): number {
    let end = start + 1;
    while (this.text.charCodeAt(end) === 46 && this.text.charCodeAt(start) === 46) end += 1;
    return end;
  }

  /** The word that is the value of a key. */
  #valueOf(start: number, wordEnd: number, end: number): number {
    const value = this.#value;
    this.#value = NO_VALUE;
    if (value === VALUE) return this.masked(start, wordEnd, 'value');
    if (value === VERBATIM) return this.keep(start, end);
    return this.#word(start);
  }

  #classify(start: number, end: number, bits: number, wordEnd: number): number {
    const text = this.text;
    if ((bits & (DIGIT | DOT | SLASH | AT | BACKSLASH | COLON)) === 0) return this.#plain(start, end, bits);
    if (isPathStart(text, start, end)) {
      if (this.kind === METHOD) return this.rendered(start, wordEnd, renderRoute(text.slice(start, end)));
      return this.masked(start, end, 'path');
    }
    if ((bits & AT) !== 0) {
      const at = text.indexOf('@', start);
      if (isErrorClass(text, start, at)) return this.masked(at + 1, end, 'address');
      if (at > start && at < end - 1) return this.masked(start, end, 'address');
    }
    if ((bits & DIGIT) !== 0) return this.#digits(start, end, bits);
    if ((bits & SLASH) !== 0 && isFilePath(text, start, end)) return this.masked(start, end, 'path');
    if ((bits & DOT) !== 0 && (bits & BACKSLASH) === 0) {
      const slash = (bits & SLASH) === 0 ? -1 : text.indexOf('/', start);
      // `com.example.app/.Main`, `example.com/docs`
      if (slash > start && isDottedName(text, start, slash, false)) return this.masked(start, end, 'host');
      const code = text.charCodeAt(end + 1);
      const port = text.charCodeAt(end) === 58 && code >= 48 && code <= 57;
      if (isDottedName(text, start, end, port)) return this.masked(start, end, 'host');
    }
    return this.#plain(start, end, bits);
  }

  /** A word of letters. */
  #plain(start: number, end: number, bits: number): number {
    const text = this.text;
    const kind = wordKind(text, start, end);
    // Nearly all words: none of the rules below could take them.
    if (
      kind === 0 &&
      this.kind === 0 &&
      (bits & BEYOND_HEX) !== 0 &&
      start > 0 &&
      text.charCodeAt(end) !== 40
    ) {
      return this.keep(start, end);
    }
    if (this.wordEnd === start - 1 && namesUser(this, kind)) return this.masked(start, end, 'user');
    if (kind === CONSTANT) return this.masked(start, end, 'constant');
    if (start === 0 && portEnd(text, end) > 0) return this.masked(start, portEnd(text, end), 'host');
    if ((kind === MONTH || kind === DAY) && isInDate(text, kind, end)) return this.masked(start, end, 'time');
    if (text.charCodeAt(end) === 40 && (bits & LOWER) === 0) {
      const device = deviceEnd(text, start, end);
      if (device > 0) return this.masked(start, device, 'digits');
    }
    if (kind === ZONE && this.writer.isList(start)) return this.masked(start, end, 'time');
    if ((bits & (BEYOND_HEX | WIDE | UNDERSCORE)) === 0 && isHexWord(text, start, end)) {
      return this.masked(start, end, 'hex');
    }
    if (
      bits === 0 &&
      isCensored(text, start, end) &&
      (this.writer.isList(start) || isDigit(text.charCodeAt(end + 1)))
    )
      return this.masked(start, end, 'censored');
    // `login refused for ann`: it is still about a login.
    this.next(kind === REFUSAL && this.kind === CREDENTIAL ? CREDENTIAL : kind, start, end);
    return end;
  }

  /** A word that holds a digit. */
  #digits(start: number, end: number, bits: number): number {
    const text = this.text;
    if ((bits & WIDE) !== 0) return this.#glued(start, end);
    const number = (bits & (LETTER | UNDERSCORE | SLASH | BACKSLASH | COLON | AT)) === 0;
    if (number ? isCodeNumber(this, start, end) : isNumberedName(this, start, end, bits))
      return this.keep(start, end);
    if (text.startsWith('HTTP/', start)) {
      this.writer.replace(start, end, 'HTTP', 'request');
      this.next(CODE, start, end);
      return end;
    }
    const pod = number ? -1 : podSuffixStart(text, start, end);
    if (pod >= 0) return this.masked(pod, end, 'pod suffix');
    const from = number ? signStart(text, start) : start;
    if (number && text.charCodeAt(end) === 32) {
      const unit = unitEnd(text, end + 1);
      if (unit >= 0) return this.masked(from, unit, 'number with unit');
    }
    return this.masked(from, end, 'digits');
  }

  #glued(start: number, end: number): number {
    for (let at = start; at < end; at++) {
      if ((classOf(this.text.charCodeAt(at)) & DIGIT) === 0) continue;
      const from = at;
      while (at < end && (classOf(this.text.charCodeAt(at)) & DIGIT) !== 0) at++;
      this.writer.mask(from, at, 'glued digits');
    }
    this.next(0, start, end);
    return end;
  }

  #url(start: number): number {
    const text = this.text;
    let end = start;
    while (end < text.length && !isUrlEnd(text.charCodeAt(end))) end++;
    end = trimmedEnd(text, start, end);
    const rendered = renderUrl(text.slice(start, end));
    this.#value = NO_VALUE;
    return rendered === undefined ? this.masked(start, end, 'url') : this.rendered(start, end, rendered);
  }

  #enter(at: number, end: number): number {
    this.#closing = end;
    return at + 1;
  }
}
