/** What the page posts, parsed once at the edge. */
export type Parsed<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Longer than any command; the same as a Telegram message may be. */
const MAX_COMMAND_LENGTH = 4096;

/** `{"text": "/errors 2h"}` */
export function parseCommand(json: string): Parsed<{ readonly text: string }> {
  const text = stringAt(json, 'text')?.trim();
  if (!text) return { kind: 'invalid', reason: 'Expected {"text": "/errors"}.' };
  if (text.length > MAX_COMMAND_LENGTH) {
    return { kind: 'invalid', reason: `A command has at most ${MAX_COMMAND_LENGTH} characters.` };
  }
  return { kind: 'valid', value: { text } };
}

/** `{"action": "…", "messageId": "17"}`; without a known message the reply is a new one. */
export function parsePress(json: string): Parsed<{ readonly action: string; readonly messageId: string }> {
  const action = stringAt(json, 'action');
  if (!action) return { kind: 'invalid', reason: 'Expected {"action": "…", "messageId": "…"}.' };
  return { kind: 'valid', value: { action, messageId: stringAt(json, 'messageId') ?? '' } };
}

function stringAt(json: string, key: string): string | undefined {
  try {
    const value: unknown = Object.entries(JSON.parse(json) ?? {}).find(([name]) => name === key)?.[1];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The posted form `token=…`; an empty text for anything else. */
export function parseLogin(form: string): string {
  return new URLSearchParams(form).get('token')?.trim() ?? '';
}
