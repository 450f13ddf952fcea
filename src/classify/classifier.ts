import type { LogRecord } from '../record/log-record.ts';
import { matchText } from '../record/match-text.ts';
import { canonicalSeed } from './canonical.ts';
import { isError } from './error-words.ts';
import { type FingerprintForm, fingerprint, UNCLASSIFIED } from './fingerprint.ts';
import { PatternSet } from './pattern-set.ts';
import type { Ruleset, Signature } from './signature.ts';
import { canonicalTemplate } from './template/canonical-template.ts';

/** What one record is (product.md section 2, Classify). */
export type Verdict =
  | { readonly outcome: 'match'; readonly text: string; readonly signature: Signature }
  /** `pattern` is the one of the allowlist that took it. */
  | { readonly outcome: 'noise'; readonly text: string; readonly pattern: string }
  /** Neither a signature's nor noise; `grouped` when it is an error and so enters a group. */
  | { readonly outcome: 'generic'; readonly text: string; readonly grouped: boolean }
  /** An empty line. */
  | { readonly outcome: 'ignored' };

/** The error that a group is made of. */
export interface Identity {
  readonly category: string;
  readonly canonical: string;
  readonly fingerprint: string;
}

export interface Classifier {
  /** Never throws; linear in the length of the record's text. */
  classify(record: LogRecord): Verdict;
  /** How many times a line is read for the signatures: once, unless RE2 cannot hold them in one set. */
  readonly passes: number;
  /** Lines so far on which the signatures were tried one by one, since all at once needed too much memory. */
  readonly singly: number;
}

/** Compiles a rule set. Signatures first, in the order of the file; only if none matches, the noise allowlist. */
export function createClassifier(rules: Ruleset): Classifier {
  const { signatures } = rules;
  const patterns = new PatternSet(signatures.map((signature) => signature.pattern));
  const noise = new PatternSet(rules.noise);
  const unless = signatures.map((s) => (s.unless === undefined ? undefined : new PatternSet([s.unless])));

  return {
    passes: patterns.passes,
    get singly() {
      return patterns.singly;
    },
    classify(record) {
      const text = matchText(record);
      if (text.trim() === '') return { outcome: 'ignored' };
      const bytes = Buffer.from(text, 'utf8');
      for (const index of patterns.match(bytes)) {
        const signature = signatures[index];
        if (signature && !unless[index]?.match(bytes).length) return { outcome: 'match', text, signature };
      }
      const [quiet] = noise.match(bytes);
      if (quiet !== undefined) return { outcome: 'noise', text, pattern: rules.noise[quiet] ?? '' };
      return { outcome: 'generic', text, grouped: isError(record, text) };
    },
  };
}

/**
 * The identity of a text within a category: canonical form and fingerprint. Stateless. `stacktrace` is that of the record's
 * exception, where the text does not hold it.
 */
export function identify(
  text: string,
  category: string | undefined,
  form: FingerprintForm,
  stacktrace?: string,
): Identity {
  const canonical = canonicalOf(text, form, stacktrace);
  const name = category ?? UNCLASSIFIED;
  return { category: name, canonical, fingerprint: fingerprint(name, canonical) };
}

/** The canonical text in a form (product.md section 4). */
export function canonicalOf(text: string, form: FingerprintForm, stacktrace?: string): string {
  return form === 'seed' ? canonicalSeed(text) : canonicalTemplate(text, stacktrace);
}
