import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/alerting/rules.ts';
import { parseAlerts } from '../../src/config/alerts-file.ts';

describe('alerts.yml', () => {
  it('that is empty has the defaults', () => {
    expect(parseAlerts('', 'a.yml')).toEqual(DEFAULT_RULES);
    expect(parseAlerts('{}', 'a.json')).toEqual(DEFAULT_RULES);
  });

  it('sets windows, counts, cooldowns, immediate categories and overrides', () => {
    const rules = parseAlerts(
      'window_minutes: 1.5\nmin_count_default: 5\ncooldown_minutes: 0\nimmediate_categories: []\ngeneric: {alert: false}\ncategories:\n  db: {min_count: 9, cooldown_minutes: 30}\n',
      'a.yml',
    );
    expect(rules).toMatchObject({
      defaults: { windowMs: 90_000, minCount: 5, cooldownMs: 0 },
      genericAlert: false,
    });
    expect([...rules.immediateCategories]).toEqual([]);
    expect(rules.categories.get('db')).toEqual({ minCount: 9, cooldownMs: 1_800_000 });
  });

  it('says when new groups ring, for all or for a category, and after how long a group has regressed', () => {
    const rules = parseAlerts(
      'rings: threshold\nregression_after: 3d\ncategories: {web: {rings: new}}\n',
      'a.yml',
    );
    expect(rules).toMatchObject({ rings: 'threshold', regressionAfterMs: 3 * 86_400_000 });
    expect(rules.categoryRings).toEqual(new Map([['web', 'new']]));
    expect(() => parseAlerts('rings: always', 'a.yml')).toThrow(/a\.yml:1:8: rings: .*new.*threshold/);
  });

  it.each([
    ['window_minutes: 0', /a\.yml:1:17: window_minutes: expected a number above 0, got 0/],
    ['min_count_default: 2.5', /whole number of 1 or more/],
    ['cooldown_minutes: -1', /number of 0 or more/],
    ['immediate_categories: critical', /expected a list/],
    ['fingerprint: best', /expected one of seed/],
    ['windows_minutes: 5', /Did you mean "window_minutes"/],
    ['categories: {db: {min_cuont: 3}}', /categories\.db\.min_cuont: .*Did you mean "min_count"/],
    ['generic: {alert: perhaps}', /expected true or false, got "perhaps"/],
  ])('%s is a mistake with a place', (text, expected) => {
    expect(() => parseAlerts(text, 'a.yml')).toThrow(expected);
  });
});
