/** What a word tells about its neighbours. */
export const METHOD = 1;
export const MONTH = 2;
export const DAY = 3;
export const ZONE = 4;
export const CONSTANT = 5;
/** The number behind it is a code and stays: `status 503`, `errno 13`, `exit code 137`. */
export const CODE = 6;
/** As CODE, but only directly behind it: `error 1045`; in `error: 5 of 7 failed` it is a count. */
export const ERROR = 7;
export const EXIT = 8;
export const USER = 9;
/** In front of `user`, it makes the next word a name: `for user ann`; `user not found` has none. */
export const BEFORE_USER = 10;
export const AFTER_USER = 11;
/** A number from 400 to 599 behind it is an HTTP status. */
export const STATUS = 12;
/** `password for ann`: what follows `for` is a name. */
export const CREDENTIAL = 13;
/** Between the credential and `for`: `login refused for ann`. */
export const REFUSAL = 14;
/** In front of the name of a person, where the words before it speak of one. */
export const BEFORE_NAME = 15;
/** The number of a signal behind it is the error: `killed by signal 9`. */
export const SIGNAL = 16;
/** A hex number behind it is a code, as behind CODE and ERROR: `STOP: 0x7B`; any other number is none. */
export const HEX_CODE = 17;

const LISTS: readonly (readonly [kind: number, words: string])[] = [
  [METHOD, 'GET POST PUT DELETE PATCH HEAD OPTIONS'],
  [MONTH, 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'],
  [DAY, 'Mon Tue Wed Thu Fri Sat Sun'],
  [ZONE, 'UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST BST IST JST MSK AM PM'],
  [CONSTANT, 'true false null True False NULL TRUE FALSE'],
  [CODE, 'code Code status Status STATUS errno Errno ERRNO SQLSTATE sqlstate HTTP'],
  [ERROR, 'error Error ERROR'],
  [SIGNAL, 'signal Signal SIGNAL'],
  [HEX_CODE, 'exception Exception EXCEPTION hresult HResult HRESULT stop Stop STOP ntstatus NTSTATUS'],
  [EXIT, 'exit exited exits'],
  [STATUS, 'returned responded response answered'],
  [USER, 'user User username'],
  [BEFORE_USER, 'invalid illegal unknown Invalid Illegal Unknown'],
  [BEFORE_NAME, 'for as of by'],
  [CREDENTIAL, 'password Password passphrase login Login logon authentication Authentication'],
  [REFUSAL, 'failure failures failed refused denied rejected attempt attempts'],
  [
    AFTER_USER,
    'not is was has have had and or in on at with from to the a request name names id ids input data agent account session limit limits credentials permissions access errors',
  ],
];

/** Kinds by word. */
const KINDS = new Map<string, number>(
  LISTS.flatMap(([kind, words]) => words.split(' ').map((word): [string, number] => [word, kind])),
);

const LONGEST = 16;
/** First letters and lengths of the words: nearly every other word is told apart without a look into the map. */
const MAYBE = new Uint8Array(128 * LONGEST);
for (const word of KINDS.keys()) {
  if (word.length < LONGEST) MAYBE[word.charCodeAt(0) * LONGEST + word.length] = 1;
}

/** The kind of the word from `start` to `end`; 0 for nearly all. */
export function wordKind(text: string, start: number, end: number): number {
  const length = end - start;
  if (length >= LONGEST) return 0;
  const first = text.charCodeAt(start);
  if (first > 127 || MAYBE[first * LONGEST + length] === 0) return 0;
  return KINDS.get(text.slice(start, end)) ?? 0;
}

/** Units behind a number and a blank. */
const UNITS = new Set(
  'B KB MB GB TB KiB MiB GiB TiB kB bytes byte Bytes bit bits ns us µs ms s sec secs second seconds milliseconds millis microseconds min mins minute minutes h hr hrs hour hours day days week weeks % percent Hz kHz MHz GHz kbps Mbps Gbps K M G'.split(
    ' ',
  ),
);
const LONGEST_UNIT = 12;

/** Where the unit that begins at `start` ends, or -1. */
export function unitEnd(text: string, start: number): number {
  const length = Math.min(text.length, start + LONGEST_UNIT + 1);
  let end = start;
  for (; end < length; end++) {
    const code = text.charCodeAt(end);
    if (!((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 37 || code === 181)) break;
  }
  return end > start && end < start + LONGEST_UNIT + 1 && UNITS.has(text.slice(start, end)) ? end : -1;
}

/** First words of the reasons of HTTP: the number in front of them is a status (`503 Service Unavailable`). */
const REASONS =
  /^ (?:Bad|Unauthorized|Forbidden|Not|Method|Request|Conflict|Gone|Payload|Unprocessable|Too|Internal|Service|Gateway)\b/;

/** Whether the number from `start` to `end` is a failed HTTP status by its size. */
export function isFailedStatus(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  return end - start === 3 && (first === 52 || first === 53) && text.charCodeAt(start + 1) < 54;
}

/** Whether the reason of a status stands at `at`. */
export function isReason(text: string, at: number): boolean {
  return REASONS.test(text.slice(at, at + 16));
}

/** Words whose digit is a part of the name: masking them would hide two errors from each other. */
export const NAMES_WITH_DIGITS: ReadonlySet<string> = new Set(
  's3 ec2 k8s http2 http3 oauth2 route53 ipv4 ipv6 sha1 sha256 sha512 md5 base64 utf8 utf-8 x509 p2p i18n neo4j log4j log4j2 slf4j db2 h2 v8 python3 ssh2 mp3 mp4 lz4 web3 x86 x86_64 amd64 arm64 oauth1 socks5 socks4 pbkdf2 argon2 3ds 2fa mfa2'.split(
    ' ',
  ),
);
