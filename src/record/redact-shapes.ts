export const REDACTED = '[REDACTED]';

/**
 * Tokens that are known by their shape, wherever they stand. Each alternative is a literal and then one run of characters, so
 * that the whole is linear; the shape of what needs more than that is checked by `shapeOf`.
 */
const SHAPES = new RegExp(
  [
    String.raw`\d{6,12}:[A-Za-z0-9_-]{30,}`, // Telegram
    String.raw`xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}`, // Slack
    String.raw`xapp-[A-Za-z0-9-]{6,}`,
    String.raw`gh[pousr]_[A-Za-z0-9]{10,}`, // GitHub
    String.raw`github_pat_[A-Za-z0-9_]{10,}`,
    String.raw`glpat-[A-Za-z0-9_-]{10,}`, // GitLab
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{12,}`, // AWS
    String.raw`[srp]k_(?:live|test)_[A-Za-z0-9]{6,}`, // Stripe
    String.raw`rk_[A-Za-z0-9]{16,}`,
    String.raw`whsec_[A-Za-z0-9+/=_-]{6,}`,
    String.raw`eyJ[A-Za-z0-9_.-]{8,}`, // JWT
    String.raw`AIza[A-Za-z0-9_-]{20,}`, // Google
    String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
    String.raw`npm_[A-Za-z0-9]{20,}`,
    String.raw`sk-[A-Za-z0-9_-]{16,}`, // OpenAI, Anthropic
    String.raw`SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}`, // SendGrid
    String.raw`hf_[A-Za-z0-9]{20,}`, // Hugging Face
    String.raw`sntry[su]_[A-Za-z0-9_=+/-]{20,}`, // Sentry
    String.raw`pypi-[A-Za-z0-9_-]{40,}`,
    String.raw`dop_v1_[a-f0-9]{20,}`, // DigitalOcean
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

/** Blanks known token shapes, webhook addresses, `Bearer …` and PEM blocks. Linear. */
export function redactShapes(text: string): string {
  return redactPem(text)
    .replace(SHAPES, shapeOf)
    .replace(WEBHOOKS, `$1${REDACTED}`)
    .replace(BEARER, (whole, word: string, space: string, value: string) =>
      BEARER_PROSE.test(value) ? whole : `${word}${space}${REDACTED}`,
    );
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
    return /[A-Za-z0-9]/.test(before) || !/\d/.test(match) ? match : REDACTED;
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
