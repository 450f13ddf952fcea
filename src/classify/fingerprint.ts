import crypto from 'node:crypto';

/** The forms of the canonical text (`fingerprint:` in alerts.yml, product.md section 4). */
export const FINGERPRINT_FORMS = ['seed', 'template'] as const;
export type FingerprintForm = (typeof FINGERPRINT_FORMS)[number];

/** The category under which errors without a signature are grouped and alerted. */
export const UNCLASSIFIED = 'unclassified';

/** The form without a setting. */
export const DEFAULT_FORM: FingerprintForm = 'template';

/** `sha1("{category}|{canonical}")`, the first 12 hex digits (product.md section 2). Stateless: equal on every machine. */
export function fingerprint(category: string, canonical: string): string {
  return sha1(`${category}|${canonical}`).slice(0, 12);
}

/** `crypto.hash` (Node 20.12) takes half the time. */
const sha1: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha1', text, 'hex')
    : (text) => crypto.createHash('sha1').update(text, 'utf8').digest('hex');
