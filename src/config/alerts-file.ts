import { type AlertRules, DEFAULT_RULES } from '../alerting/rules.ts';
import { FINGERPRINT_FORMS } from '../classify/fingerprint.ts';
import { onOff } from './on-off.ts';
import { type Problem, throwIfAny } from './problem.ts';
import { fields, list, mapOf, oneOf, text } from './read.ts';
import { cooldownMinutes, minCount, overridesOf, THRESHOLDS, windowMinutes } from './thresholds.ts';
import { inFile } from './where.ts';
import { parseYaml } from './yaml-tree.ts';

const readFile = fields({
  window_minutes: windowMinutes,
  min_count_default: minCount,
  cooldown_minutes: cooldownMinutes,
  immediate_categories: list(text('the name of a category')),
  fingerprint: oneOf(FINGERPRINT_FORMS, 'a form of the fingerprint'),
  generic: fields({ alert: onOff }),
  categories: mapOf(fields(THRESHOLDS)),
});

/**
 * Reads `config/alerts.yml` (YAML or JSON; product.md section 5). What is missing is as in DEFAULT_RULES. Throws ConfigError with
 * all mistakes.
 */
export function parseAlerts(written: string, file: string): AlertRules {
  const problems: Problem[] = [];
  const read = readFile(parseYaml(written, file), inFile(file, problems)) ?? {};
  throwIfAny(problems);
  const { defaults, immediateCategories, categories, genericAlert, fingerprint } = DEFAULT_RULES;
  return {
    defaults: {
      ...defaults,
      ...overridesOf({ ...read, min_count: read.min_count_default }),
    },
    immediateCategories: read.immediate_categories ? new Set(read.immediate_categories) : immediateCategories,
    categories: read.categories
      ? new Map(Array.from(read.categories, ([name, set]) => [name, overridesOf(set)]))
      : categories,
    genericAlert: read.generic?.alert ?? genericAlert,
    fingerprint: read.fingerprint ?? fingerprint,
  };
}
