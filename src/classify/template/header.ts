import { LEVEL_WORDS } from '../../record/severity-in-text.ts';
import { isSyslogTime, timeEnd } from './time-at.ts';
import { isErrorClass, isVendorCode } from './vendor-code.ts';

/** Heads are short; what comes later is the message. */
const HEAD_LENGTH = 600;
const MAX_PARTS = 24;
/** So many words may stand in front of the time: an address, a host, a sequence number. */
const WORDS_BEFORE_TIME = 6;

const WORDS_BEFORE_LEVEL = 4;
/** What no word of a sentence in capitals holds. */
const NUMBERED = /[\d._]/;

const LEVEL = new RegExp(`(?:${LEVEL_WORDS})(?=[\\s:\\]|,>)/-]|$)`, 'y');
/** In other cases a level only where a word of the message would not stand: in brackets, in a column, before a colon. */
const LEVEL_ANY_CASE = new RegExp(`(?:${LEVEL_WORDS})(?=:|\\]|,| ?\\||  |\\t|$)`, 'iy');
const NEXT_WORD_UPPER = /[ :\]]{1,3}[A-Z]{2,}\s+[A-Z]{2,}\b/y;
const SEPARATOR = /(?:[\s|,>•]|[-–:]+(?=\s)|[-–]{2,3}(?=\s))+/y;
const PRIORITY = /<\d{1,3}>(?:\d )?/y;
const STREAM = /(?:stdout|stderr) [FP] /y;
/** `D PumpService: `: a letter for the level, and a tag. */
const LETTER_AND_TAG = /[VDIWEF] [^:\s][^:]{0,59}: /y;
const INTEGER = /\d{1,7}(?=[\s|\]])/y;
/** What must come behind an integer for it to be a part of the head: another one, a level, a bracket, `---`. */
const AFTER_INTEGER = new RegExp(
  `\\s+(?:\\d{1,7}\\s|(?:${LEVEL_WORDS})[\\s:]|[VDIWEF] |\\[|-{2,3} |\\S+:\\d+\\] )`,
  'y',
);
/** `nginx[12]: `, `cron(auth)[7]: `, `app[web.1]: ` */
const PROGRAM_PID = /[\w./@+:()-]{1,80}\[[^\]\s]{1,40}\](?:: ?|(?=\s))/y;
const PROGRAM = /[\w./@+()-]{1,60}(?: [\d.]{1,10})?: /y;
const HOST = /\S{0,100}[^\s:] (?=\S)/y;
const FIELD = /[^\s|]{1,60}\s{0,20}(?=\|)/y;
const NAME = /[A-Za-z_$][\w$./-]{0,150}(?:::[\w$]{1,80}){0,8}(?::[\w$<>]{1,80}){0,2}(?:\(\S{0,80}\))?/y;
const CALL_SITE = /[\w./-]{1,80}\.\w{1,5}:\d{1,6}(?:\] |: )/y;
/** `web1 nginx[12]: ` behind a time that is not syslog's. */
const HOST_PROGRAM = /[\w.-]{1,100} [\w./@+-]{1,80}\[\d{1,10}\]: /y;
/** `host app 12 ID47 - ` of RFC 5424. */
const RFC5424 = /(?:\S{1,255} ){4}(?:-|\[[^\]]{0,300}\]) /y;
/** `ERROR:root:` */
const ROOT_LOGGER = /:[\w.]{1,80}:/y;
/** `ERROR/Worker-1]` */
const PROCESS = /\/[\w-]{1,40}(?=\])/y;

/**
 * Where the message of a raw text line begins: behind the time and whatever stands about it (priority, host, program, pid,
 * level, thread, logger, request ids). Without a time or a level in front, the whole line is the message.
 * General: it knows the parts that heads are made of, no format as a whole. Never throws; bounded.
 */
export function messageStart(text: string): number {
  const head = text.length > HEAD_LENGTH ? text.slice(0, HEAD_LENGTH) : text;
  const start = new Head(head).end();
  return start > 0 && start < text.length ? start : 0;
}

class Head {
  readonly #text: string;
  #at = 0;
  #leveled = false;
  /** The time was of syslog: its host comes next. */
  #syslog = false;
  #partStart = 0;
  #piped = false;
  /** The priority has a version behind it. */
  #versioned = false;

  constructor(text: string) {
    this.#text = text;
  }

  end(): number {
    if (!this.#anchor()) return 0;
    for (let part = 0; part < MAX_PARTS; part++) {
      this.#separators();
      if (this.#syslog ? this.#eatHost() : !this.#simplePart() && this.#closingPart()) {
        this.#separators();
        break;
      }
      if (this.#at === this.#partStart && !this.#part()) break;
    }
    return this.#at;
  }

  /** The time, behind at most a few words that look like no message; or a level at the very start. */
  #anchor(): boolean {
    const text = this.#text;
    let at = text.charCodeAt(0) === 60 ? this.#matched(PRIORITY, 0) : 0;
    const priority = at > 0;
    this.#versioned = priority && text.charCodeAt(at - 1) === 32;
    if (at < 0) at = 0;
    for (let word = 0; word <= WORDS_BEFORE_TIME; word++) {
      const bracket = isOpening(text.charCodeAt(at));
      const time = bracket ? at + 1 : at;
      const end = timeEnd(text, time);
      if (end > 0 && (word > 0 || bracket || !isBareCount(end - time))) {
        this.#syslog = isSyslogTime(text, time) && word + (bracket ? 1 : 0) === 0;
        this.#at = end;
        this.#closeBracket(bracket);
        return true;
      }
      const blank = text.indexOf(' ', at);
      if (blank < 0 || !isHeadWord(text, at, blank)) break;
      at = blank + 1;
      while (text.charCodeAt(at) === 32) at += 1;
    }
    this.#at = 0;
    return this.#levelFirst() || (priority && this.#eat(PRIORITY));
  }

  #levelFirst(): boolean {
    const first = this.#text.charCodeAt(0);
    const bracket = first === 91;
    if (!bracket && (first < 65 || first > 90)) return false;
    const at = bracket ? 1 : 0;
    const end = this.#matched(bracket ? LEVEL_ANY_CASE : LEVEL, at);
    // `ERROR IN THE PUMP …` is a sentence in capitals.
    if (end < 0 || (!bracket && this.#matched(NEXT_WORD_UPPER, end) > 0)) return false;
    this.#at = bracket ? end + 1 : end;
    this.#leveled = true;
    if (!bracket) this.#eat(ROOT_LOGGER);
    return true;
  }

  /** Skips what stands between the parts. */
  #separators(): void {
    const from = this.#at;
    if (this.#text.charCodeAt(from) === 93 || this.#text.charCodeAt(from) === 58) this.#at += 1;
    const end = this.#matched(SEPARATOR, this.#at);
    if (end > 0) {
      this.#piped = this.#text.slice(this.#at, end).includes('|');
      this.#at = end;
    } else this.#piped = false;
  }

  /** A time, a level or a bracket: most parts of most heads. */
  #simplePart(): boolean {
    const text = this.#text;
    const at = this.#at;
    this.#partStart = at;
    if (isOpening(text.charCodeAt(at))) return this.#bracket();
    const time = timeEnd(text, at);
    if (time > 0 && !(this.#leveled && isBareCount(time - at))) {
      this.#syslog = isSyslogTime(text, at) && !this.#leveled;
      this.#at = time;
      return true;
    }
    if (!this.#eat(LEVEL) && !this.#eat(LEVEL_ANY_CASE)) return false;
    this.#leveled = true;
    return true;
  }

  /** A part behind which the message begins. */
  #closingPart(): boolean {
    if (!this.#leveled && this.#eat(LETTER_AND_TAG)) return true;
    if (this.#eat(PROGRAM_PID) || (!this.#leveled && this.#eat(HOST_PROGRAM))) return true;
    if (this.#versioned && this.#eat(RFC5424)) return true;
    return this.#eat(CALL_SITE);
  }

  #part(): boolean {
    const at = this.#at;
    if (!this.#leveled && this.#eatUpToNext()) return true;
    if (this.#eat(PROCESS) || this.#eat(STREAM) || (this.#piped && this.#eat(FIELD))) return true;
    const integer = this.#matched(INTEGER, at);
    if (integer > 0) return this.#matched(AFTER_INTEGER, integer) > 0 && this.#eat(INTEGER);
    return this.#logger();
  }

  /** Words of a head in front of another time (a host) or of the level (a place, a component): `rack-7 POWER INFO`. */
  #eatUpToNext(): boolean {
    const text = this.#text;
    let at = this.#at;
    for (let word = 0; word < WORDS_BEFORE_LEVEL; word++) {
      const blank = text.indexOf(' ', at);
      if (blank < 0 || !isHeadWord(text, at, blank) || (word === 0 && !NUMBERED.test(text.slice(at, blank))))
        return false;
      at = blank + 1;
      const time = timeEnd(text, at);
      if (time < 0 && this.#matched(LEVEL, at) < 0) continue;
      this.#at = at;
      return true;
    }
    return false;
  }

  /** Of syslog: the host, and the program with its colon. */
  #eatHost(): boolean {
    const program = this.#matched(PROGRAM, this.#at);
    const host = program > 0 ? -1 : this.#matched(HOST, this.#at);
    this.#syslog = false;
    if (host > 0) {
      this.#at = host;
      const twice = this.#matched(PROGRAM_PID, host);
      if (twice > 0) this.#at = twice;
      else this.#eat(PROGRAM);
      return true;
    }
    if (program > 0) this.#at = program;
    return program > 0;
  }

  /** `[main]`, `[error]`, `[req-1 - -]`, `(7)`: but a vendor's code in brackets is the message. */
  #bracket(): boolean {
    const text = this.#text;
    let depth = 0;
    for (let i = this.#at; i < text.length && i < this.#at + 300; i++) {
      const code = text.charCodeAt(i);
      if (code === 91 || code === 40) depth += 1;
      else if (code === 93 || code === 41) depth -= 1;
      if (depth > 0) continue;
      if (isVendorCode(text, this.#at + 1, i, true) || isErrorClass(text, this.#at + 1, i)) return false;
      if (this.#matched(LEVEL_ANY_CASE, this.#at + 1) === i) this.#leveled = true;
      this.#at = i + 1;
      return true;
    }
    return false;
  }

  /** The logger behind the level: a dotted or camel-cased name before a colon, ` - `, a bracket or a wide blank. */
  #logger(): boolean {
    const text = this.#text;
    const at = this.#at;
    const end = this.#matched(NAME, at);
    if (end < 0 || isErrorClass(text, at, end)) return false;
    const name = text.slice(at, end);
    const rest = text.slice(end, end + 10);
    if (/^ (?:\*?\d+ )?- /.test(rest)) {
      if (!/[.$:\d]/.test(name) && !this.#leveled && !LEVEL_AHEAD.test(text.slice(end, end + 20)))
        return false;
      this.#at = end + rest.indexOf('- ');
      return true;
    }
    if (!this.#leveled) return false;
    const qualified = /[.$]\w|::/.test(name);
    if (text.charCodeAt(end) === 93) {
      this.#at = end;
      return true;
    }
    const isLogger = /^(?:: | +: )/.test(rest)
      ? qualified || /[a-z][A-Z]/.test(name)
      : /^(?: {2}|\t)/.test(rest) || isQualifiedTwice(name, rest);
    if (isLogger) this.#at = end;
    return isLogger;
  }

  #closeBracket(bracket: boolean): void {
    if (!bracket) return;
    const code = this.#text.charCodeAt(this.#at);
    if (code === 93 || code === 41 || code === 62) this.#at += 1;
  }

  #eat(pattern: RegExp): boolean {
    const end = this.#matched(pattern, this.#at);
    if (end > 0) this.#at = end;
    return end > 0;
  }

  #matched(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return pattern.test(this.#text) ? pattern.lastIndex : -1;
  }
}

const LEVEL_AHEAD = new RegExp(`^ - (?:${LEVEL_WORDS}) `);

/** `shop.api.wsgi [req-1]`, `com.acme.orders.Total message`: nobody begins a sentence so. */
function isQualifiedTwice(name: string, rest: string): boolean {
  const dot = name.indexOf('.');
  if (dot < 0 || rest.charCodeAt(0) !== 32) return false;
  return BRACKET_BEHIND.test(rest) || (name.indexOf('.', dot + 1) > 0 && !DIGIT.test(name));
}

const BRACKET_BEHIND = /^ +\[/;
const DIGIT = /\d/;

function isOpening(code: number): boolean {
  return code === 91 || code === 40;
}

/** Whether a word may stand in front of the time: `-`, or what holds a digit, a dot or `_` and does not end as a sentence's word. */
function isHeadWord(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  // `E, [2024-05-01T10:00:00 #12]`
  if (end - start === 2 && last === 44 && start === 0) return true;
  if (end - start > 80 || last === 58 || last === 44 || last === 41 || last === 59) return false;
  if (end - start === 1) return text.charCodeAt(start) === 45 || isDigitCode(text.charCodeAt(start));
  let upper = true;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (isDigitCode(code) || code === 46 || code === 95) return true;
    if (code < 45 || code > 90) upper = false;
  }
  return upper;
}

/** Ten digits at the very start of a line may be seconds, but more often they are a count. */
function isBareCount(length: number): boolean {
  return length === 10;
}

function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}
