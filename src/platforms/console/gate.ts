import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const COOKIE = 'tocsin_console';
const COOKIE_SECONDS = 30 * 24 * 3600;
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

export type Passage =
  | { readonly kind: 'open' }
  /** The token has not been given yet. */
  | { readonly kind: 'login' }
  | { readonly kind: 'refused'; readonly reason: string };

export type Login =
  /** The value of Set-Cookie: a keyed hash, good until the token changes. */
  | { readonly kind: 'right'; readonly cookie: string }
  | { readonly kind: 'wrong' }
  /** Too many wrong ones: nothing is looked at for so long. */
  | { readonly kind: 'wait'; readonly seconds: number };

/** So many wrong tokens within so long, from anywhere, are not a person's any more. */
const MAX_WRONG = 5;
const WRONG_WITHIN_MS = 60_000;
const LOCKED_MS = 60_000;

/**
 * Who may see the console. Without a token only this machine, and the Host header must say so: a foreign site whose name was pointed at
 * 127.0.0.1 (DNS rebinding) still sends its own name. A foreign Origin is refused always, so that no site can press buttons (CSRF).
 */
export function createGate(token: string | undefined, now: () => number) {
  const session = token === undefined ? '' : digest(token, 'tocsin console session').toString('hex');
  let wrongAt: number[] = [];
  let lockedUntil = 0;

  const countWrong = (): Login => {
    const at = now();
    wrongAt = [...wrongAt.filter((before) => at - before < WRONG_WITHIN_MS), at];
    if (wrongAt.length >= MAX_WRONG) {
      lockedUntil = at + LOCKED_MS;
      wrongAt = [];
    }
    return { kind: 'wrong' };
  };

  return {
    passage(req: IncomingMessage): Passage {
      const host = req.headers.host ?? '';
      if (token === undefined && !LOOPBACK_HOST.test(host)) {
        return {
          kind: 'refused',
          reason: 'The console answers only at 127.0.0.1 or localhost while no token is set.',
        };
      }
      const { origin } = req.headers;
      if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
        return {
          kind: 'refused',
          reason: 'The console takes nothing from other sites: Origin and Host differ.',
        };
      }
      return token === undefined || hasSession(req, session) ? { kind: 'open' } : { kind: 'login' };
    },
    login(given: string, req: IncomingMessage): Login {
      const lockedMs = lockedUntil - now();
      // A clock that was set back must not lock the door for longer.
      if (lockedMs > 0 && lockedMs <= LOCKED_MS) return { kind: 'wait', seconds: Math.ceil(lockedMs / 1000) };
      if (token === undefined || !sameText(given, token)) return countWrong();
      wrongAt = [];
      const secure = req.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
      const cookie = `${COOKIE}=${session}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict${secure}`;
      return { kind: 'right', cookie };
    },
  };
}

function hasSession(req: IncomingMessage, session: string): boolean {
  const cookies = (req.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.some(
    (cookie) => cookie.startsWith(`${COOKIE}=`) && sameText(cookie.slice(COOKIE.length + 1), session),
  );
}

/** `http://[::1]:8790` -> `[::1]:8790`; undefined for `null` and everything else that names no host. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}

/** Compares in a time that tells neither where the texts differ nor how long the secret is. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest('compare', a), digest('compare', b));
}

function digest(key: string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
