import { REDACTED } from './redact-shapes.ts';
import type { Work } from './redact-work.ts';

/** Schemes whose URLs have an `@` in their path: there a port is a port. Others are databases and queues. */
const WEB = /(?:https?|wss?|ftp|git|file|webpack(?:-internal)?)$/i;
const END_OF_URL = /[\s"'`<>\\]/g;
/** A user part that long is a token (`https://<token>@host`). */
const TOKEN_USER = /^[A-Za-z0-9_-]{20,}$/;
/** `user:password@tcp(host)/db` of Go's MySQL driver; `thin:user/password@` of Oracle. */
const GO_DSN = /@(?:tcp|unix)\(/g;
const GO_DSN_LENGTH = 320;
const END_OF_WORD = /[\s"'`]/;
const ORACLE = /jdbc:oracle:/gi;
const ORACLE_USER = /[a-z]{1,10}:[^\s/@:]{1,64}\//iy;
const ORACLE_PASSWORD = /[^\s@"']{1,256}/y;

/** Blanks the password in `scheme://user:password@host`, also one with `@` or `/` in it. Linear; when the work is used up the rest is one secret. */
export function redactUrls(text: string, work: Work): string {
  if (!text.includes('@')) return text;
  let out = '';
  let done = 0;
  let stop = -1;
  for (let at = text.indexOf('://'); at >= 0; ) {
    const start = at + 3;
    const next = text.indexOf('://', start);
    if (stop < start) {
      END_OF_URL.lastIndex = start;
      stop = END_OF_URL.exec(text)?.index ?? text.length;
    }
    const end = next >= 0 && next < stop ? next : stop;
    const rest = text.slice(start, end);
    if (rest.includes('@')) {
      if (work.left <= 0) return out + text.slice(done, start) + REDACTED;
      work.left -= 1;
      const secret = passwordIn(rest, text.slice(Math.max(0, at - 20), at));
      if (secret) {
        out += text.slice(done, start + secret.from) + REDACTED;
        done = start + secret.to;
      }
    }
    at = next;
  }
  out += text.slice(done);
  return redactOracle(redactGoDsn(out), work);
}

function redactOracle(text: string, work: Work): string {
  let out = '';
  let done = 0;
  for (const match of text.matchAll(ORACLE)) {
    if (match.index < done) continue;
    if (work.left <= 0) return out + text.slice(done, match.index) + REDACTED;
    work.left -= 1;
    ORACLE_USER.lastIndex = match.index + match[0].length;
    if (!ORACLE_USER.test(text)) continue;
    const from = ORACLE_USER.lastIndex;
    ORACLE_PASSWORD.lastIndex = from;
    if (!ORACLE_PASSWORD.test(text) || text[ORACLE_PASSWORD.lastIndex] !== '@') continue;
    out += text.slice(done, from) + REDACTED;
    done = ORACLE_PASSWORD.lastIndex;
  }
  return out + text.slice(done);
}

function redactGoDsn(text: string): string {
  let out = '';
  let done = 0;
  // No further back than the `@tcp(` before: all searches together are linear.
  let behind = 0;
  for (const match of text.matchAll(GO_DSN)) {
    const before = text.slice(
      startOfWord(text, match.index, Math.max(done, behind, match.index - GO_DSN_LENGTH)),
      match.index,
    );
    behind = match.index + match[0].length;
    const colon = before.indexOf(':');
    if (colon < 0 || colon + 1 === before.length) continue;
    out += text.slice(done, match.index - before.length + colon + 1) + REDACTED;
    done = match.index;
  }
  return out + text.slice(done);
}

function startOfWord(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && !END_OF_WORD.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the password stands in what follows `://`. */
function passwordIn(rest: string, scheme: string): Span | undefined {
  const at = endOfUserInfo(rest, WEB.test(scheme));
  if (at < 0) return undefined;
  const colon = rest.indexOf(':');
  if (colon >= 0 && colon < at) return colon + 1 === at ? undefined : { from: colon + 1, to: at };
  return TOKEN_USER.test(rest.slice(0, at)) ? { from: 0, to: at } : undefined;
}

/** The `@` that ends `user:password`, or -1. People do not encode `@`, `/`, `#` and `?` in their passwords. */
function endOfUserInfo(rest: string, web: boolean): number {
  const slash = rest.search(/[/?#]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const inAuthority = authority.lastIndexOf('@');
  const last = rest.lastIndexOf('@');
  if (last < 0) return -1;
  const path = rest.indexOf('?') < 0 ? last : rest.lastIndexOf('@', rest.indexOf('?'));
  if (inAuthority >= 0) {
    const host = authority.slice(inAuthority + 1);
    // `user:p@ss/word@host`: what follows the first `@` is no host, and another `@` comes.
    const looksLikeHost = /[.:]|^localhost$/.test(host);
    return looksLikeHost || path <= inAuthority || !authority.includes(':') ? inAuthority : path;
  }
  const port = /^[^:]*:(.*)$/s.exec(authority)?.[1];
  if (port === undefined) return -1;
  if (/^\d{0,5}$/.test(port) && (web || port === '')) return -1;
  return path >= 0 ? path : last;
}
