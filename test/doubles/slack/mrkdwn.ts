/** What Slack makes of a text: https://docs.slack.dev/messaging/formatting-message-text */

export interface Reference {
  readonly kind: 'user' | 'channel' | 'broadcast' | 'link' | 'usergroup' | 'date';
  readonly raw: string;
}

export interface ParseOptions {
  /** `verbatim: true` of a mrkdwn text object: bare URLs and names stay text; `<…>` still works. */
  readonly verbatim?: boolean;
  /**
   * Count bare `@here`, `@channel`, `@everyone` too. The text object reference says of mrkdwn without
   * `verbatim` that
   * "certain mentions will be automatically parsed", so messages are judged with it.
   */
  readonly bareMentions?: boolean;
}

const ENTITY = /<([^<>\n]+)>/g;
const CODE = /```[\s\S]*?```|`[^`\n]+`/g;
const BARE_URL = /\bhttps?:\/\/[^\s<>|]+/gi;
const BARE_BROADCAST = /(?<![\w@])@(?:here|channel|everyone)\b/g;

const KINDS: readonly (readonly [RegExp, Reference['kind']])[] = [
  [/^@[UWB][A-Z0-9]+(\||$)/, 'user'],
  [/^#[CG][A-Z0-9]+(\||$)/, 'channel'],
  [/^!(channel|here|everyone|group)(\||$)/, 'broadcast'],
  [/^!subteam\^/, 'usergroup'],
  [/^!date\^/, 'date'],
  [/^[a-z][a-z0-9+.-]*:[^\s|]/i, 'link'],
];

/**
 * The mentions and links of a mrkdwn text. `<…>` counts inside code, too: Slack decodes it before it looks
 * at the
 * formatting, which is why its manual wants `&`, `<` and `>` escaped everywhere. Bare URLs count only
 * outside code.
 */
export function mentionsAndLinks(text: string, options: ParseOptions = {}): Reference[] {
  const found: { at: number; reference: Reference }[] = [];
  const withoutEntities = text.replace(ENTITY, (raw: string, inner: string, at: number) => {
    const kind = entityKind(inner);
    if (kind === undefined) return raw;
    found.push({ at, reference: { kind, raw } });
    return ' '.repeat(raw.length);
  });
  if (options.verbatim !== true) {
    const prose = withoutEntities.replace(CODE, (code) => ' '.repeat(code.length));
    for (const m of prose.matchAll(BARE_URL)) {
      found.push({ at: m.index, reference: { kind: 'link', raw: m[0] } });
    }
    for (const m of options.bareMentions === true ? prose.matchAll(BARE_BROADCAST) : []) {
      found.push({ at: m.index, reference: { kind: 'broadcast', raw: m[0] } });
    }
  }
  return found.sort((a, b) => a.at - b.at).map((f) => f.reference);
}

/** The text with entities replaced by what is shown for them, and `&amp;`, `&lt;`, `&gt;` decoded. */
export function visibleText(text: string): string {
  return text
    .replace(ENTITY, (raw: string, inner: string) => (entityKind(inner) === undefined ? raw : label(inner)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function entityKind(inner: string): Reference['kind'] | undefined {
  return KINDS.find(([pattern]) => pattern.test(inner))?.[1];
}

function label(inner: string): string {
  const bar = inner.indexOf('|');
  if (bar >= 0) return inner.slice(bar + 1);
  return inner.startsWith('!') ? `@${inner.slice(1)}` : inner;
}
