import { createClassifier } from '../classify/classifier.ts';
import { KNOWN_VARIABLES } from '../config/environment.ts';
import { loadSettings } from '../config/load-settings.ts';
import { ConfigError } from '../config/problem.ts';
import { loadAlerts, loadSignatures } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** All that `tocsin check` looks at, and the names of the variables. Without settings nothing else can be looked at. */
export function examineConfiguration(env: Env): { findings: Finding[]; settings: Settings | undefined } {
  const findings: Finding[] = [];
  const attempt = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      findings.push(...error.problems.map(({ place, message }) => wrong(place, message)));
      return undefined;
    }
  };
  const settings = attempt(() => loadSettings({ env }));
  if (settings) {
    findings.push(ok('Settings', chatsOf(settings)));
    findings.push(...settings.warnings.map(({ place, message }) => wrong(place, message)));
  }
  const told = new Set(settings?.warnings.map(({ place }) => place));
  findings.push(...examineVariables(env).filter(({ about }) => !told.has(about)));
  if (!settings) return { findings, settings };
  const signatures = attempt(() => loadSignatures(settings.signaturesPath));
  if (signatures) {
    createClassifier(signatures.rules);
    const { rules, warnings } = signatures;
    findings.push(ok('Signatures', `${rules.signatures.length} in ${settings.signaturesPath}`));
    findings.push(...warnings.map(({ place, message }) => wrong(place, message)));
  }
  if (attempt(() => loadAlerts(settings.alertsPath)))
    findings.push(ok('Alert rules', `good, in ${settings.alertsPath}`));
  return { findings, settings };
}

function chatsOf(settings: Settings): string {
  const chats = [
    ...(settings.telegram ? ['Telegram'] : []),
    ...(settings.slack ? ['Slack'] : []),
    ...(settings.slackWebhookUrl === undefined ? [] : ['a Slack webhook']),
  ];
  const modes = [
    ...(settings.enabled ? [] : ['LOG_AGGREGATOR_ENABLED is 0, nothing is grouped or sent']),
    ...(settings.shadow ? ['shadow mode, alerts are not sent'] : []),
  ];
  const where =
    chats.length === 0
      ? 'no chat is configured, alerts go to the web page only (README: Telegram, Slack)'
      : `alerts go to ${chats.join(', ')}`;
  return [where, ...modes].join('; ');
}

/** Surely ours: other programs have SLACK_ and SENTRY_ variables too. */
const OURS = /^(?:TOCSIN_|LOG_AGG)/;

function examineVariables(env: Env): Finding[] {
  const empty = KNOWN_VARIABLES.filter((name) => env[name] !== undefined && env[name]?.trim() === '').map(
    (name) => skipped(name, 'is set but empty, and counts as unset'),
  );
  const unknown = Object.keys(env)
    .filter((name) => OURS.test(name) && !KNOWN_VARIABLES.includes(name))
    .map((name) =>
      wrong(name, 'is not known and does nothing: remove it, or correct its name (README, Variables)'),
    );
  return [...empty, ...unknown];
}
