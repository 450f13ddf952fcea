import { type AlertRules, DEFAULT_RULES, RINGS, type Rings } from '../alerting/rules.ts';
import { FINGERPRINT_FORMS } from '../classify/fingerprint.ts';
import type { ThresholdOverrides } from '../classify/signature.ts';
import { throwIfAny } from './problem.ts';
import { join, Reader } from './reader.ts';
import type { MapEntry, YamlNode } from './yaml-node.ts';
import { parseYaml } from './yaml-tree.ts';

const MINUTE_MS = 60_000;
const KEYS = [
  'window_minutes',
  'min_count_default',
  'cooldown_minutes',
  'immediate_categories',
  'fingerprint',
  'generic',
  'categories',
  'rings',
  'regression_after',
];
/** What a category and a signature may override; a category also when its new groups ring. */
export const THRESHOLD_KEYS = ['window_minutes', 'min_count', 'cooldown_minutes'] as const;

/** Reads `config/alerts.yml` (product.md section 5). `file` is how it is called in messages. Throws ConfigError. */
export function parseAlerts(text: string, file: string): AlertRules {
  const reader = new Reader(file);
  const fields = reader.fields(parseYaml(text, file), '', KEYS);
  const { windowMs, cooldownMs } = readThresholds(reader, fields, '');
  const minCount = value(fields, 'min_count_default', reader.number({ least: 1, whole: true }));
  const immediate = value(fields, 'immediate_categories', (node, path) =>
    reader.list(node, path, reader.text),
  );
  const form = value(fields, 'fingerprint', reader.oneOf(FINGERPRINT_FORMS));
  const genericAlert = value(fields, 'generic', (node, path) =>
    value(reader.fields(node, path, ['alert']), 'alert', reader.flag, path),
  );
  const categories = value(fields, 'categories', (node) => readCategories(reader, node));
  const rings = value(fields, 'rings', reader.oneOf(RINGS));
  const regressionAfterMs = value(fields, 'regression_after', reader.duration);
  throwIfAny(reader.problems);
  const { defaults } = DEFAULT_RULES;
  return {
    defaults: {
      windowMs: windowMs ?? defaults.windowMs,
      minCount: minCount ?? defaults.minCount,
      cooldownMs: cooldownMs ?? defaults.cooldownMs,
    },
    immediateCategories: immediate === undefined ? DEFAULT_RULES.immediateCategories : new Set(immediate),
    categories: new Map(categories?.map(({ name, thresholds }) => [name, thresholds])),
    categoryRings: new Map(
      categories?.flatMap(({ name, rings: own }) => (own === undefined ? [] : [[name, own]])),
    ),
    rings,
    regressionAfterMs: regressionAfterMs ?? DEFAULT_RULES.regressionAfterMs,
    genericAlert: genericAlert ?? DEFAULT_RULES.genericAlert,
    fingerprint: form ?? DEFAULT_RULES.fingerprint,
  };
}

/** Reads the thresholds among the keys of a file, a category or a signature. */
export function readThresholds(
  reader: Reader,
  fields: ReadonlyMap<string, MapEntry>,
  path: string,
): ThresholdOverrides {
  const minutes = (key: string, read: ReturnType<Reader['number']>) => {
    const found = value(fields, key, read, path);
    return found === undefined ? undefined : Math.round(found * MINUTE_MS);
  };
  const windowMs = minutes('window_minutes', reader.number({ above: 0 }));
  const cooldownMs = minutes('cooldown_minutes', reader.number({ least: 0 }));
  const minCount = value(fields, 'min_count', reader.number({ least: 1, whole: true }), path);
  return {
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(minCount === undefined ? {} : { minCount }),
    ...(cooldownMs === undefined ? {} : { cooldownMs }),
  };
}

interface CategoryRules {
  readonly name: string;
  readonly thresholds: ThresholdOverrides;
  readonly rings: Rings | undefined;
}

function readCategories(reader: Reader, node: YamlNode): CategoryRules[] {
  const entries = reader.map(node, 'categories')?.entries ?? [];
  return entries.map(({ key, value: body }) => {
    const path = join('categories', key);
    const fields = reader.fields(body, path, [...THRESHOLD_KEYS, 'rings']);
    const rings = value(fields, 'rings', reader.oneOf(RINGS), path);
    return { name: key, thresholds: readThresholds(reader, fields, path), rings };
  });
}

function value<T>(
  fields: ReadonlyMap<string, MapEntry>,
  key: string,
  read: (node: YamlNode, path: string) => T | undefined,
  path = '',
): T | undefined {
  const entry = fields.get(key);
  return entry === undefined ? undefined : read(entry.value, join(path, key));
}
