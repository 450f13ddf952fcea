import { KNOWN_VARIABLES } from '../config/environment.ts';
import { redactText } from '../record/redact.ts';

const SECRET_NAMES = /TOKEN$|SECRET$|DSN$|WEBHOOK_URL$/;
/** A shorter one would blank words; no chat gives out such tokens. */
const SHORTEST = 6;

/** The secrets of an environment that could not be read as settings. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return KNOWN_VARIABLES.filter((name) => SECRET_NAMES.test(name)).flatMap((name) => env[name]?.trim() || []);
}

/** Blanks secrets by value, and by shape what was pasted into the wrong variable. */
export function createBlank(secrets: readonly string[]): (text: string) => string {
  const values = secrets.filter((secret) => secret.length >= SHORTEST);
  return (text) => values.reduce((clean, secret) => clean.replaceAll(secret, '[REDACTED]'), redactText(text));
}
