import { SEVERITY, severityOfName, severityOfSyslog } from './severity.ts';

export interface Level {
  readonly number: number;
  /** The level as the line has it. */
  readonly text: string;
}

/** A level stands in the head of a line; what comes later is the message. */
const HEAD_LENGTH = 120;

/** The words of levels, as a part of a pattern. */
export const LEVEL_WORDS =
  'TRACE|VERBOSE|DEBUG|INFO|INFORMATION|NOTICE|SUCCESS|WARN|WARNING|ERR|ERROR|SEVERE|CRIT|CRITICAL|FATAL|DPANIC|PANIC|ALERT|EMERG|EMERGENCY|TRC|VRB|DBG|INF|WRN|FTL|PNC';

/** `<3>` of the kernel and systemd, with or without a facility. */
const KERNEL = /^<(\d{1,3})>/;
/** `E0501 10:00:00.000` of klog; `E/Tag` and `05-01 10:00:00.000  12  12 E Tag` of logcat; `E, [2024-…` of Ruby. */
const LETTER =
  /^(?:([IWEF])\d{4} \d\d:\d\d:\d\d|([VDIWEF])\/[\w.]+ *\(|\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ ([VDIWEF]) |([DIWEF]), \[)/;
/** `npm ERR!`, `npm error`, `npm WARN`. */
const NPM = /^npm (ERR!|error|WARN|warn|notice)(?= |$)/;
/** `[01-May-2024 10:00:00] PHP Fatal error:  …`. */
const PHP =
  /^(?:\[[^\]\n]{0,60}\] )?PHP (?:Catchable |Recoverable )?(fatal|parse|warning|notice|deprecated)\b/i;
/** `[2024-05-01 10:00:00] production.ERROR: …` of Monolog and Laravel. */
const MONOLOG =
  /^\[[^\]\n]{10,40}\] [\w-]{1,40}\.(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): /;
/** `7:M 01 May 2024 10:00:00.123 # …` of Redis: `.` debug, `-` verbose, `*` notice, `#` warning. */
const REDIS = /^\d{1,7}:[XCSM] \d\d [A-Z][a-z]{2} \d{4} [\d:.]{8,15} ([.*#-]) /;
const REDIS_LEVELS: Readonly<Record<string, string>> = {
  '.': 'debug',
  '-': 'info',
  '*': 'notice',
  '#': 'warn',
};
/** `error: …`, `gcc: fatal error: …`, `main.c:10:5: error: …`, `fail: Category[0]`. */
const LEADING =
  /^\s*(?:[\w./+-]+(?::\d+){0,2}: )?(?:fatal )?(trace|debug|info|notice|warn|warning|err|error|severe|crit|critical|fatal|panic|alert|emerg|fail|trce|dbug)(?: [A-Z]{1,4}\d+)?:(?!:)/i;

/**
 * A level somewhere in the head: a key's value; in brackets or between pipes in any case; a word in upper case that stands
 * alone. The first one wins. (`LOG:` is PostgreSQL's.)
 */
const CANDIDATE = new RegExp(
  [
    `(?:^|[\\s,{"'\\[(;])(?:@?l(?:eve|v)l|level_?name|log_?level|log\\.level|severity|severity_?text)\\\\?["']?\\s*[=:]\\s*\\\\?["']?([A-Za-z]{3,11})(?![A-Za-z_])`,
    `\\[(?:[\\w-]{1,30}:)?\\s{0,5}(${LEVEL_WORDS})\\s{0,5}\\]`,
    `\\|\\s{0,5}(${LEVEL_WORDS})\\s{0,5}\\|`,
  ].join('|'),
  'gi',
);
const UPPER = new RegExp(`(?:^|[\\s\\[(|:>,"'/])(${LEVEL_WORDS}|LOG(?=:))(?=[\\s:\\]|)>,;/]|$)`, 'g');

const LETTERS: Readonly<Record<string, string>> = {
  V: 'verbose',
  D: 'debug',
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'fatal',
};

/**
 * The level that a plain line states in the position of a level, or undefined: `no error occurred` states none.
 * Looks at the first 120 characters only; linear.
 */
export function levelInText(line: string): Level | undefined {
  const head = line.length > HEAD_LENGTH ? line.slice(0, HEAD_LENGTH) : line;
  return levelAtStart(head) ?? levelInHead(head) ?? levelOfLogfmt(line);
}

function levelAtStart(head: string): Level | undefined {
  const first = head.charCodeAt(0);
  if (first === 60 /* < */) {
    const kernel = KERNEL.exec(head)?.[1];
    if (kernel !== undefined && Number(kernel) < 192) {
      const rest = levelInText(head.slice(kernel.length + 2));
      const number = severityOfSyslog(Number(kernel) % 8);
      return rest && rest.number > number ? rest : { number, text: `<${kernel}>` };
    }
  }
  if (first === 91 /* [ */) {
    const monolog = MONOLOG.exec(head)?.[1];
    if (monolog !== undefined) return level(monolog);
  }
  if (first >= 48 && first <= 57) {
    const redis = REDIS.exec(head)?.[1];
    if (redis !== undefined) return level(REDIS_LEVELS[redis]);
  }
  const letter = LETTER.exec(head);
  if (letter) return level(LETTERS[letter[1] ?? letter[2] ?? letter[3] ?? letter[4] ?? '']);
  const npm = NPM.exec(head)?.[1];
  if (npm !== undefined) return level(npm.replace('!', ''));
  const php = PHP.exec(head)?.[1];
  if (php !== undefined) return phpLevel(php);
  return level(LEADING.exec(head)?.[1]);
}

function phpLevel(word: string): Level | undefined {
  const kind = word.toLowerCase();
  if (kind === 'fatal' || kind === 'parse') return { number: SEVERITY.ERROR, text: word };
  return kind === 'deprecated' ? { number: SEVERITY.WARN, text: word } : level(word);
}

function levelInHead(head: string): Level | undefined {
  let found: Level | undefined;
  let at = Number.POSITIVE_INFINITY;
  CANDIDATE.lastIndex = 0;
  for (let match = CANDIDATE.exec(head); match; match = CANDIDATE.exec(head)) {
    found = level(match[1] ?? match[2] ?? match[3]);
    if (found) {
      at = match.index;
      break;
    }
  }
  UPPER.lastIndex = 0;
  for (let match = UPPER.exec(head); match && match.index < at; match = UPPER.exec(head)) {
    if (isProse(head.slice(0, match.index))) break;
    const upper = level(match[1]);
    if (upper) return upper;
  }
  return found;
}

const PLAIN_WORD = /(?:^|\s)([a-z]{2,})(?=\s|$)/g;
const STOP_WORD =
  /(?:^|\s)(?:an?|the|no|not|any|with|without|zero|0|of|for|if|is|was|are|has|have|had|got|to|in|on|and|or|as|this|that|returned|typed|found|status|reason|code)$/i;

/** Whether the text before an upper-case word is the beginning of a sentence (`no ERROR occurred`) rather than a head. */
function isProse(before: string): boolean {
  const text = before.trimEnd();
  return STOP_WORD.test(text) || (text.match(PLAIN_WORD)?.length ?? 0) > 2;
}

const LOGFMT_START = /^\s*[\w.@-]{1,40}=/;
const LOGFMT_LEVEL = /(?:\s(?:level|lvl|severity)|^at)="?([A-Za-z]{3,11})\b/;

/** logfmt may have its level behind the message; the part in front of it is then a key as well. */
function levelOfLogfmt(line: string): Level | undefined {
  return LOGFMT_START.test(line) ? level(LOGFMT_LEVEL.exec(line)?.[1]) : undefined;
}

function level(word: string | undefined): Level | undefined {
  const number = word === undefined ? undefined : severityOfName(word);
  return number === undefined || word === undefined ? undefined : { number, text: word };
}
