import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  readonly body: string;
  readonly type: string;
}

const TOO_MANY = 'There were too many wrong tokens. Try again in a minute.';

/** The page's files, read once from `page/` beside this module. */
export function readPageAssets() {
  const login = asset('login.html', 'text/html');
  const told = login.body.replace('<p id="wrong" hidden>', '<p id="wrong" role="alert">');
  const style = /<style>([\s\S]*?)<\/style>/.exec(login.body)?.[1] ?? '';
  return {
    page: asset('index.html', 'text/html'),
    css: asset('console.css', 'text/css'),
    js: asset('console.js', 'text/javascript'),
    composerJs: asset('composer.js', 'text/javascript'),
    messageJs: asset('message.js', 'text/javascript'),
    /** `wrong`: the token that was given just now is not the right one. `wait`: there were too many of these. */
    login: {
      asked: login,
      wrong: { ...login, body: told },
      wait: { ...login, body: told.replace('That was not the right token.', TOO_MANY) },
    },
    /** For the Content-Security-Policy: the login page stands alone, for before it nothing else is given out. */
    loginStyleHash: `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  };
}

function asset(name: string, type: string): Asset {
  const body = readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  return { body, type: `${type}; charset=utf-8` };
}
