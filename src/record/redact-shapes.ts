import { SUSPECT } from './suspicion.ts';

export const REDACTED = '[REDACTED]';

/**
 * Tokens that are known by their shape, wherever they stand. Each alternative is a literal and then one run of characters, so
 * that the whole is linear; the shape of what needs more than that is checked by `shapeOf`.
 */
const SHAPES = new RegExp(
  [
    String.raw`\d{6,12}:[A-Za-z0-9_-]{30,}`, // Telegram
    String.raw`xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}`, // Slack
    'xapp-[A-Za-z0-9-]{6,}',
    'gh[pousr]_[A-Za-z0-9]{10,}', // GitHub
    'github_pat_[A-Za-z0-9_]{10,}',
    'glpat-[A-Za-z0-9_-]{10,}', // GitLab
    '(?:AKIA|ASIA)[A-Z0-9]{12,}', // AWS
    '[srp]k_(?:live|test)_[A-Za-z0-9]{6,}', // Stripe
    'rk_[A-Za-z0-9]{16,}',
    'whsec_[A-Za-z0-9+/=_-]{6,}',
    'eyJ[A-Za-z0-9_.-]{8,}', // JWT
    'AIza[A-Za-z0-9_-]{20,}', // Google
    String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
    'npm_[A-Za-z0-9]{20,}',
    'sk-[A-Za-z0-9_-]{16,}', // OpenAI, Anthropic
    String.raw`SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}`, // SendGrid
    'hf_[A-Za-z0-9]{20,}', // Hugging Face
    'sntry[su]_[A-Za-z0-9_=+/-]{20,}', // Sentry
    'pypi-[A-Za-z0-9_-]{40,}',
    'dop_v1_[a-f0-9]{20,}', // DigitalOcean
  ].join('|'),
  'g',
);

/** Webhook addresses are secrets themselves; the host is kept. */
const WEBHOOKS =
  /(hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/)[^\s"'<>\\)\]}]+(?:\])?/gi;

const BEARER = /\b(bearer)((?:\s|%20|\+){1,8})(?!realm=|error=|scope=)([^\s"'`,;)\\}&<>]+)/gi;
/** `Bearer token missing` is prose. */
const BEARER_PROSE =
  /^(?:tokens?|auth|authentication|authori[sz]ation|schemes?|headers?|formats?|credentials?|challenge|is|was|not|missing|required|invalid|expected|or|and|but|error|prefix|type)[.:!?]*$/i;

/** Blanks known token shapes, webhook addresses, `Bearer …` and PEM blocks, as far as the rules (suspicion.ts) ask. Linear. */
export function redactShapes(text: string, rules: number): string {
  let clean = rules & SUSPECT.PEM ? redactPem(text) : text;
  if (rules & SUSPECT.SHAPE) clean = clean.replace(SHAPES, shapeOf);
  if (rules & SUSPECT.WEBHOOK) clean = clean.replace(WEBHOOKS, `$1${REDACTED}`);
  return rules & SUSPECT.BEARER ? clean.replace(BEARER, bearerOf) : clean;
}

function bearerOf(whole: string, word: string, space: string, value: string): string {
  return BEARER_PROSE.test(value) ? whole : `${word}${space}${REDACTED}`;
}

function shapeOf(match: string, offset: number, text: string): string {
  if (match.startsWith('eyJ')) {
    // Two parts are enough: a token that was cut off is still half a secret.
    const dot = match.indexOf('.');
    return dot >= 8 && match.length > dot + 4 ? REDACTED : match;
  }
  if (match.startsWith('sk-')) {
    const before = offset === 0 ? '' : (text[offset - 1] ?? '');
    // `task-…` and `disk-…` are names; so is what has no digit.
    const named = /^sk-(?:ant|proj|svcacct|or)-/.test(match);
    return (!named && /[A-Za-z0-9]/.test(before)) || !/\d/.test(match) ? match : REDACTED;
  }
  return REDACTED;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const BEGIN_LINE = /-----BEGIN [A-Z0-9 ]{1,60}-----/y;
const END_LINE = /-----END [A-Z0-9 ]{1,60}(?:-{1,5})?/y;
/** What the inside of a block that was cut off can be: base64, line ends (also escaped), `DEK-Info: AES-128-CBC,…`. */
const INSIDE = /(?:[A-Za-z0-9+/=\s\\]|Proc-Type: [\w,]*|DEK-Info: [\w,-]*)*/y;

function redactPem(text: string): string {
  let at = text.indexOf(BEGIN);
  if (at < 0) return text;
  let out = '';
  let done = 0;
  let ends = true;
  while (at >= 0) {
    BEGIN_LINE.lastIndex = at;
    const begin = BEGIN_LINE.exec(text);
    let next = at + BEGIN.length;
    if (begin) {
      const inside = at + begin[0].length;
      const end: number = ends ? text.indexOf(END, inside) : -1;
      ends = end >= 0;
      if (ends) {
        END_LINE.lastIndex = end;
        next = end + (END_LINE.exec(text)?.[0].length ?? END.length);
      } else {
        INSIDE.lastIndex = inside;
        next = inside + (INSIDE.exec(text)?.[0].length ?? 0);
      }
      out += text.slice(done, at) + REDACTED;
      done = next;
    }
    at = text.indexOf(BEGIN, next);
  }
  return out + text.slice(done);
}
