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

/**
 * Who may see the console. Without a token only this machine, and the Host header must say so: a foreign site whose name was pointed at
 * 127.0.0.1 (DNS rebinding) still sends its own name. A foreign Origin is refused always, so that no site can press buttons (CSRF).
 */
export function createGate(token: string | undefined) {
  const session = token === undefined ? '' : digest(token, 'tocsin console session').toString('hex');

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
    /** The Set-Cookie value for the right token, undefined for a wrong one. The cookie holds a keyed hash, good until the token changes. */
    login(given: string, req: IncomingMessage): string | undefined {
      if (token === undefined || !sameText(given, token)) return undefined;
      const secure = req.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
      return `${COOKIE}=${session}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict${secure}`;
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
