import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AlertRules } from '../alerting/rules.ts';
import type { Ruleset } from '../classify/signature.ts';
import { parseAlerts } from './alerts-file.ts';
import { ConfigError, type Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import { parseSignatures } from './signatures-file.ts';

/** Both rule files as they are in force. */
export interface RulesInForce {
  readonly rules: Ruleset;
  readonly alerts: AlertRules;
  /** Short hash of the contents of both files. */
  readonly version: string;
}

/** Reads and checks the signature file. Throws ConfigError. */
export function loadSignatures(path: string) {
  const text = readRuleFile(path, 'ERROR_SIGNATURES_PATH');
  return { text, ...parseSignatures(text, path) };
}

/** Reads and checks the alert rules. Throws ConfigError. */
export function loadAlerts(path: string): AlertRules {
  return parseAlerts(readRuleFile(path, 'ALERTS_GROUPING_CONFIG'), path);
}

/** Reads and checks both. Throws ConfigError with the mistakes of both. */
export function loadInForce(settings: Pick<Settings, 'signaturesPath' | 'alertsPath'>): {
  readonly inForce: RulesInForce;
  readonly warnings: readonly Problem[];
} {
  return parseBoth(settings, readBoth(settings));
}

export interface RuleTexts {
  readonly signatures: string;
  readonly alerts: string;
}

/** The contents of both files. Throws ConfigError for one that cannot be read. */
export function readBoth(settings: Pick<Settings, 'signaturesPath' | 'alertsPath'>): RuleTexts {
  return {
    signatures: readRuleFile(settings.signaturesPath, 'ERROR_SIGNATURES_PATH'),
    alerts: readRuleFile(settings.alertsPath, 'ALERTS_GROUPING_CONFIG'),
  };
}

/** Checks both contents; `settings` gives their names for the messages. Throws ConfigError. */
export function parseBoth(settings: Pick<Settings, 'signaturesPath' | 'alertsPath'>, texts: RuleTexts) {
  const problems: Problem[] = [];
  const attempt = <T>(parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const signatures = attempt(() => parseSignatures(texts.signatures, settings.signaturesPath));
  const alerts = attempt(() => parseAlerts(texts.alerts, settings.alertsPath));
  if (!signatures || !alerts) throw new ConfigError(problems);
  const version = createHash('sha1')
    .update(texts.signatures)
    .update('\0')
    .update(texts.alerts)
    .digest('hex')
    .slice(0, 8);
  return { inForce: { rules: signatures.rules, alerts, version }, warnings: signatures.warnings };
}

function readRuleFile(path: string, variable: string): string {
  try {
    return readFileSync(existsSync(path) ? path : (shipped(path) ?? path), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `${path} cannot be read (${code}). Create it, or set ${variable} to the file.`;
    throw new ConfigError([{ place: variable, message }]);
  }
}

/** In another directory than the clone, the files that come with the package stand in for the default ones. */
function shipped(path: string): string | undefined {
  const own = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  return /^config\/(?:error_signatures|alerts)\.yml$/.test(path) && existsSync(own) ? own : undefined;
}
