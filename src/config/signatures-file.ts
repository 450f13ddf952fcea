import { PatternSet } from '../classify/pattern-set.ts';
import {
  ALERT_SEVERITIES,
  type AlertSeverity,
  POLICIES,
  type Policy,
  type Ruleset,
} from '../classify/signature.ts';
import { readThresholds, THRESHOLD_KEYS } from './alerts-file.ts';
import { readPattern } from './pattern-field.ts';
import { type Problem, throwIfAny } from './problem.ts';
import { join, type Read, Reader } from './reader.ts';
import { type Example, type ReadSignature, takenByEarlier } from './signature-lints.ts';
import type { MapEntry, MapNode, YamlNode } from './yaml-node.ts';
import { parseYaml } from './yaml-tree.ts';

const SIGNATURE_KEYS = [
  ...[
    'id',
    'pattern',
    'regex',
    'severity',
    'policy',
    'summary',
    'description',
    'runbook',
    'unless',
    'match',
    'no_match',
  ],
  ...THRESHOLD_KEYS,
];
const CATEGORY_KEYS = [
  ...[
    'default_policy',
    'policy',
    'default_severity',
    'severity',
    'default_summary',
    'summary',
    'description',
    'signatures',
  ],
];
const SEVERITY_WORDS = ALERT_SEVERITIES.flat() as AlertSeverity[];

/** What a signature falls back on. */
interface Defaults {
  readonly category: string;
  readonly policy: Policy;
  readonly severity: AlertSeverity;
  readonly summary: string;
}

/**
 * Reads a signature file (product.md section 3), YAML or JSON, also in the flat form. `warnings` are remarks on what is probably
 * not meant. Throws ConfigError with every mistake, examples that do not hold included.
 */
export function parseSignatures(
  text: string,
  file: string,
): { readonly rules: Ruleset; readonly warnings: readonly Problem[] } {
  const reader = new Reader(file);
  const top = reader.map(parseYaml(text, file), '');
  const entries = top?.entries ?? [];
  const noise = entries
    .filter(({ key }) => key === 'noise_allowlist')
    .flatMap(
      ({ value }) =>
        reader.list(value, 'noise_allowlist', (node, path) => readPattern(reader, node, path, 'noise')) ?? [],
    );
  const wrapped = entries.find(({ key }) => key === 'categories');
  const categories = wrapped
    ? categoriesUnder(reader, entries, wrapped)
    : entries.filter(({ key }) => key !== 'noise_allowlist');
  const prefix = wrapped ? 'categories' : '';
  const read = categories.flatMap((entry) => readCategory(reader, entry, join(prefix, entry.key)));
  const signatures = withUniqueIds(read);
  if (reader.problems.length === 0) takenByEarlier(reader, signatures);
  throwIfAny(reader.problems);
  return {
    rules: { noise, signatures: signatures.map(({ match, ...signature }) => signature) },
    warnings: reader.warnings,
  };
}

function categoriesUnder(
  reader: Reader,
  entries: readonly MapEntry[],
  wrapped: MapEntry,
): readonly MapEntry[] {
  for (const { key, keyAt } of entries) {
    if (key !== 'categories' && key !== 'noise_allowlist') {
      reader.wrong(
        keyAt,
        key,
        'there is no such key beside "categories". Move it under "categories:", or remove it.',
      );
    }
  }
  return reader.map(wrapped.value, 'categories')?.entries ?? [];
}

function readCategory(reader: Reader, { key, value }: MapEntry, path: string): ReadSignature[] {
  const base: Defaults = { category: key, policy: 'escalate', severity: 'anomaly', summary: '' };
  if (value.kind === 'seq') return readSignatures(reader, value, path, base);
  const fields = reader.fields(value, path, CATEGORY_KEYS);
  const defaults: Defaults = {
    category: key,
    policy: first(fields, path, ['default_policy', 'policy'], reader.oneOf(POLICIES)) ?? base.policy,
    severity:
      first(fields, path, ['default_severity', 'severity'], reader.oneOf(SEVERITY_WORDS)) ?? base.severity,
    summary: first(fields, path, ['default_summary', 'summary'], reader.text) ?? base.summary,
  };
  const signatures = fields.get('signatures');
  return signatures ? readSignatures(reader, signatures.value, join(path, 'signatures'), defaults) : [];
}

function readSignatures(reader: Reader, node: YamlNode, path: string, defaults: Defaults): ReadSignature[] {
  return (
    reader.list(node, path, (item, itemPath) =>
      item.kind === 'map'
        ? readSignature(reader, item, itemPath, defaults)
        : readBarePattern(reader, item, itemPath, defaults),
    ) ?? []
  );
}

function readBarePattern(
  reader: Reader,
  node: YamlNode,
  path: string,
  defaults: Defaults,
): ReadSignature | undefined {
  const pattern = readPattern(reader, node, path, 'signature');
  return pattern === undefined ? undefined : { ...defaults, id: defaults.category, pattern, match: [] };
}

function readSignature(
  reader: Reader,
  node: MapNode,
  path: string,
  defaults: Defaults,
): ReadSignature | undefined {
  const fields = reader.fields(node, path, SIGNATURE_KEYS);
  const patternRead: Read<string> = (value, at) => readPattern(reader, value, at, 'signature');
  if (!fields.has('pattern') && !fields.has('regex')) {
    return reader.wrong(
      node.at,
      path,
      'has no pattern. Write `pattern: "…"`, what the lines of this error have in common.',
    );
  }
  const pattern = first(fields, path, ['pattern', 'regex'], patternRead);
  const unless = first(fields, path, ['unless'], patternRead);
  const runbook = first(fields, path, ['runbook'], reader.text);
  const id = first(fields, path, ['id'], reader.text);
  const signature = {
    id: id === undefined || id.trim() === '' ? defaults.category : id,
    category: defaults.category,
    policy: first(fields, path, ['policy'], reader.oneOf(POLICIES)) ?? defaults.policy,
    severity: first(fields, path, ['severity'], reader.oneOf(SEVERITY_WORDS)) ?? defaults.severity,
    summary: first(fields, path, ['summary', 'description'], reader.text) ?? defaults.summary,
    ...(runbook === undefined ? {} : { runbook }),
    ...(unless === undefined ? {} : { unless }),
    ...readThresholds(reader, fields, path),
  };
  const match = examples(reader, fields, path, 'match');
  const noMatch = examples(reader, fields, path, 'no_match');
  if (pattern === undefined) return undefined;
  checkExamples(reader, pattern, unless, match, noMatch);
  return { ...signature, pattern, match };
}

function examples(
  reader: Reader,
  fields: ReadonlyMap<string, MapEntry>,
  path: string,
  key: string,
): Example[] {
  const read: Read<Example> = (node, at) => {
    const text = reader.text(node, at);
    return text === undefined ? undefined : { text, node, path: at };
  };
  const found = first(fields, path, [key], (node, at) =>
    node.kind === 'scalar' && node.value !== null ? [read(node, at)] : reader.list(node, at, read),
  );
  return (found ?? []).filter((example) => example !== undefined);
}

function checkExamples(
  reader: Reader,
  pattern: string,
  unless: string | undefined,
  match: readonly Example[],
  noMatch: readonly Example[],
): void {
  const matches = new PatternSet([pattern]);
  const guard = new PatternSet(unless === undefined ? [] : [unless]);
  const hits = (set: PatternSet, text: string) => set.match(Buffer.from(text, 'utf8')).length > 0;
  for (const { text, node, path } of match) {
    if (!hits(matches, text))
      reader.wrong(
        node.at,
        path,
        'the pattern does not match this example. Mend the pattern, or the example.',
      );
    else if (hits(guard, text))
      reader.wrong(node.at, path, '`unless` excludes this example. Mend `unless`, or move it to no_match.');
  }
  for (const { text, node, path } of noMatch) {
    if (!hits(matches, text) || hits(guard, text)) continue;
    reader.wrong(
      node.at,
      path,
      'the pattern matches this example. Make the pattern narrower, or use `unless`.',
    );
  }
}

/** Repeated ids get `_1`, `_2` …, never one that another signature has. */
function withUniqueIds(signatures: readonly ReadSignature[]): ReadSignature[] {
  const written = new Set(signatures.map(({ id }) => id));
  const used = new Set<string>();
  return signatures.map((signature) => {
    let id = signature.id;
    for (let n = 1; used.has(id) || (id !== signature.id && written.has(id)); n += 1)
      id = `${signature.id}_${n}`;
    used.add(id);
    return { ...signature, id };
  });
}

function first<T>(
  fields: ReadonlyMap<string, MapEntry>,
  path: string,
  keys: readonly string[],
  read: (node: YamlNode, path: string) => T | undefined,
): T | undefined {
  for (const key of keys) {
    const entry = fields.get(key);
    if (entry) return read(entry.value, join(path, key));
  }
  return undefined;
}
