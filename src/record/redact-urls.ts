import { REDACTED } from './redact-shapes.ts';

/** Schemes whose URLs have an `@` in their path: there a port is a port. Others are databases and queues. */
const WEB = /(?:https?|wss?|ftp|git|file|webpack(?:-internal)?)$/i;
const END_OF_URL = /[\s"'`<>\\]/g;
/** A user part that long is a token (`https://<token>@host`). */
const TOKEN_USER = /^[A-Za-z0-9_-]{20,}$/;
/** `user:password@tcp(host)/db` of Go's MySQL driver; `thin:user/password@` of Oracle. */
const GO_DSN = /@(?:tcp|unix)\(/g;
const GO_DSN_LENGTH = 320;
const ORACLE = /(jdbc:oracle:[a-z]{1,10}:[^\s/@:]{1,64}\/)[^\s@"']{1,256}@/gi;

/** Blanks the password in `scheme://user:password@host`, also one with `@` or `/` in it. Linear. */
export function redactUrls(text: string): string {
  if (!text.includes('@')) return text;
  let out = '';
  let done = 0;
  for (let at = text.indexOf('://'); at >= 0; ) {
    const start = at + 3;
    const next = text.indexOf('://', start);
    END_OF_URL.lastIndex = start;
    const stop = END_OF_URL.exec(text)?.index ?? text.length;
    const end = next >= 0 && next < stop ? next : stop;
    const secret = passwordIn(text.slice(start, end), text.slice(Math.max(0, at - 20), at));
    if (secret) {
      out += text.slice(done, start + secret.from) + REDACTED;
      done = start + secret.to;
    }
    at = next;
  }
  out += text.slice(done);
  return redactGoDsn(out).replace(ORACLE, `$1${REDACTED}@`);
}

function redactGoDsn(text: string): string {
  let out = '';
  let done = 0;
  for (const match of text.matchAll(GO_DSN)) {
    const floor = Math.max(done, match.index - GO_DSN_LENGTH);
    const before = /[^\s"'`]*$/.exec(text.slice(floor, match.index))?.[0] ?? '';
    const colon = before.indexOf(':');
    if (colon < 0 || colon + 1 === before.length) continue;
    out += text.slice(done, match.index - before.length + colon + 1) + REDACTED;
    done = match.index;
  }
  return out + text.slice(done);
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
