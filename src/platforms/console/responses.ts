import type { ServerResponse } from 'node:http';
import type { Asset } from './page-assets.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

/** The headers of every answer of the console. Nothing is cached: after an update the page must fit the bot. */
export function setSecurityHeaders(res: ServerResponse): void {
  res.setHeader('Content-Security-Policy', POLICY);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  res.setHeader('Cache-Control', 'no-store');
}

/** The login page alone has an inline style and a form that is really posted. */
export function setLoginHeaders(res: ServerResponse, styleHash: string): void {
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src ${styleHash}; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`,
  );
  // Under no-referrer a browser posts a form with `Origin: null`, and the login could not be told from one of another site.
  res.setHeader('Referrer-Policy', 'same-origin');
}

export function answerJson(
  res: ServerResponse,
  status: number,
  value: Readonly<Record<string, unknown>>,
): void {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

export function answerAsset(res: ServerResponse, status: number, { type, body }: Asset): void {
  res.writeHead(status, { 'Content-Type': type }).end(body);
}
