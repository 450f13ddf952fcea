import { PatternSet } from './classify/pattern-set.ts';
import { messageTemplate } from './classify/template/canonical-template.ts';
import { MASK } from './classify/template/mask-rule.ts';
import { matchText } from './record/match-text.ts';
import { recordOfText } from './record/text.ts';

/** A signature that somebody may put into the file. */
interface Proposal {
  readonly id: string;
  /** RE2 source. */
  readonly pattern: string;
  readonly examples: readonly string[];
  /** Whether the pattern matches every sample. */
  readonly matchesAll: boolean;
  readonly matches: (sample: string) => boolean;
}

const EXAMPLES = 2;
const EXAMPLE_LENGTH = 200;
/** A constant piece that is shorter says nothing by itself. */
const SHORTEST_PIECE = 4;

/** A signature for an error that none knows, from its samples (newest first); undefined when they have nothing in common. */
function proposeSignature(samples: readonly string[]): Proposal | undefined {
  const texts = samples.map(textOf);
  const [first] = texts;
  if (first === undefined) return undefined;
  const [line = ''] = first.split('\n');
  const pieces = messageTemplate(line)
    .split(MASK)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  const candidates = [pieces.map(escaped).join('.*'), ...[...pieces].sort(byLength).map(escaped)];
  const sets = candidates
    .filter((pattern) => pattern.length >= SHORTEST_PIECE)
    .flatMap((pattern) => {
      const set = compiled(pattern);
      return set === undefined ? [] : [{ pattern, set }];
    });
  const best = sets.find(({ set }) => texts.every((text) => hits(set, text))) ?? sets[0];
  if (!best) return undefined;
  const matching = texts.filter((text) => hits(best.set, text));
  const examples = [
    ...new Set(matching.map((text) => text.split('\n', 1)[0]?.slice(0, EXAMPLE_LENGTH) ?? '')),
  ]
    .filter((text) => hits(best.set, text))
    .slice(0, EXAMPLES);
  return {
    id: idOf(pieces),
    pattern: best.pattern,
    examples,
    matchesAll: matching.length === texts.length,
    matches: (sample) => hits(best.set, textOf(sample)),
  };
}

/** The proposal as a patch of `config/error_signatures.yml`. */
function patchOf({ id, pattern, examples }: Proposal, summary: string): string {
  return [
    'categories:',
    '  adopted:',
    '    default_policy: notify',
    '    signatures:',
    `      - id: ${id}`,
    `        pattern: ${JSON.stringify(pattern)}`,
    '        severity: medium',
    `        summary: ${JSON.stringify(summary.slice(0, 80))}`,
    ...(examples.length === 0 ? [] : [`        match: ${JSON.stringify(examples)}`]),
  ].join('\n');
}

function textOf(sample: string): string {
  return matchText(recordOfText(sample, { observedAt: 0 }));
}

function hits(set: PatternSet, text: string): boolean {
  return set.match(Buffer.from(text, 'utf8')).length > 0;
}

function compiled(pattern: string): PatternSet | undefined {
  try {
    return new PatternSet([pattern]);
  } catch {
    return undefined;
  }
}

const byLength = (a: string, b: string) => b.length - a.length;

/** Blanks stand for any blanks: a template has one where the line may have several. */
function escaped(piece: string): string {
  return piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/\s+/g, '\\s+');
}

function idOf(pieces: readonly string[]): string {
  const words = pieces.join(' ').match(/[A-Za-z][A-Za-z]+/g) ?? [];
  return words.slice(0, 4).join('_').toUpperCase() || 'ADOPTED';
}

/** The proposal as the chat shows it. */
export function proposeAdoption(samples: readonly string[], summary: string) {
  const proposal = proposeSignature(samples);
  if (!proposal) return undefined;
  const { matchesAll, matches } = proposal;
  return { patch: patchOf(proposal, summary), matchesAll, matches };
}
