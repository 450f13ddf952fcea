import { UsageError } from './command.ts';

/** Splits what was typed into words; `"two words"` is one, in straight or typographic quotes. */
export function splitWords(text: string): string[] {
  const words = text.match(/["“”][^"“”]*["“”]|[^\s"“”]+(?:["“”][^"“”]*["“”])?/g) ?? [];
  return words.map((word) => word.replace(/["“”]/g, ''));
}

export interface ParsedWords {
  readonly plain: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

/**
 * Reads `--name value`, `--name=value`, `name=value` and flags. Phones turn `--` into a dash: that is understood too.
 * Throws UsageError for an option that is not in `options` or lacks its value.
 */
export function parseWords(
  words: readonly string[],
  known: { readonly options: readonly string[]; readonly flags?: readonly string[]; readonly usage: string },
): ParsedWords {
  const plain: string[] = [];
  const options = new Map<string, string>();
  const flags = new Set<string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = (words[index] as string).replace(/^[—–]/, '--');
    if (known.flags?.includes(word.replace(/^-+/, '')) && word.startsWith('-')) {
      flags.add(word.replace(/^-+/, ''));
      continue;
    }
    const [, name, inline] = /^(?:--)?([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const isOption =
      name !== undefined && known.options.includes(name) && (word.startsWith('--') || inline !== undefined);
    if (!isOption) {
      if (word.startsWith('--')) throw new UsageError(`I do not know ${word}. Usage: ${known.usage}`);
      plain.push(word);
      continue;
    }
    const value = inline ?? words[index + 1];
    if (value === undefined || value === '')
      throw new UsageError(`--${name} needs a value. Usage: ${known.usage}`);
    if (inline === undefined) index += 1;
    options.set(name, value);
  }
  return { plain, options, flags };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const LONGEST_MS = 366 * 86_400_000;

/** `90s`, `30m`, `2h`, `1d`, `1w` or a chain (`1h30m`) in ms; undefined for anything else, and for more than a year. */
export function parseSpan(text: string): number | undefined {
  if (!/^(?:\d{1,6}[smhdw])+$/i.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.toLowerCase().matchAll(/(\d+)([smhdw])/g)) {
    ms += Number(amount) * (UNIT_MS[unit as string] as number);
  }
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/** An ISO date or instant in ms; without a zone it is UTC. Undefined for anything else. */
export function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i.test(text))
    return undefined;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) || text.length === 10 ? text : `${text}Z`;
  const at = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : at;
}
