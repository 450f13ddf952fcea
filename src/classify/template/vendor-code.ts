/**
 * Letters in front of the number of a code that its vendor documents: the code is the error (`ORA-00942`, `TS2345`).
 * Ids look the same (`INV-20391`), so the letters must be known, or the word in front say "error" or "code".
 */
const PREFIXES = new Set(
  (
    'ORA TNS PLS RMAN DPY DPI NJS SP2 SQL MY ER PG TS TSL CS BC FS MSB NU NETSDK CA IDE SA LNK AADSTS HHH WFLYCTL WFLYSRV JBAS AMQ ' +
    'ARJUNA ISPN UT RESTEASY CWE CVE ERR HTTP RUF CWWKE CWWKZ DSRA SRVE DFHAC DSN IEF ABEND NQS JMS MQRC AMQX SQLCODE SNOW KB2 E W C F P DEP ESLINT NG TF PHP'
  ).split(' '),
);
/** One letter is not much: only with four or five digits (`E11000`, `E0382`, `P2002`, `C2065`). */
const SHORT_DIGITS = [4, 5];
const DIGITS = [2, 6];

/** Whether the text from `start` to `end` is letters, perhaps a hyphen, and a number, as codes are; `trusted` when it stands where a code does. */
export function isVendorCode(text: string, start: number, end: number, trusted: boolean): boolean {
  const length = end - start;
  if (length < 3 || length > 16) return false;
  let at = start;
  while (at < end && isUpper(text.charCodeAt(at))) at++;
  const letters = at - start;
  if (letters < 1 || letters > 8) return false;
  if (at < end && text.charCodeAt(at) === 45) at++;
  const digits = end - at;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  const [least, most] = letters === 1 ? SHORT_DIGITS : DIGITS;
  if (digits < (least as number) || digits > (most as number)) return false;
  return trusted || PREFIXES.has(text.slice(start, start + letters));
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** Ends of the names of error classes, by their last letter. */
const CLASS_ENDS = new Map<number, readonly string[]>();
for (const end of ['Error', 'Exception', 'Failure', 'Fault', 'Warning', 'Interrupt', 'Panic', 'Throwable']) {
  const last = end.charCodeAt(end.length - 1);
  CLASS_ENDS.set(last, [...(CLASS_ENDS.get(last) ?? []), end]);
}

/** Whether a word is the name of an error class, with or without its package: `java.io.IOException`, `S3Error`. */
export function isErrorClass(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  // Letters from c (Panic) to t (Fault).
  if (last < 99 || last > 116 || end - start < 5) return false;
  const ends = CLASS_ENDS.get(last);
  return ends?.some((word) => end - start >= word.length && text.endsWith(word, end)) ?? false;
}
