import type { Command } from 'commander';
import { createClassifier } from '../classify/classifier.ts';
import { loadSettings } from '../config/load-settings.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { loadAlerts, loadSignatures } from '../config/rule-files.ts';

/** `tocsin check`: all configuration at once. Mistakes exit with 2, remarks on what is probably not meant with 1. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('validates all configuration: variables, tocsin.yml, signatures, alert rules')
    .action(() => {
      const problems: Problem[] = [];
      const attempt = <T>(load: () => T): T | undefined => {
        try {
          return load();
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          problems.push(...error.problems);
          return undefined;
        }
      };
      const settings = attempt(() => loadSettings({ env: process.env }));
      const signatures = settings && attempt(() => loadSignatures(settings.signaturesPath));
      const alerts = settings && attempt(() => loadAlerts(settings.alertsPath));
      if (problems.length > 0) throw new ConfigError(problems);
      if (!settings || !signatures || !alerts) return;
      createClassifier(signatures.rules);
      const remarks = [...settings.warnings, ...signatures.warnings];
      for (const { place, message } of remarks)
        process.stdout.write(`tocsin: remark: ${place}: ${message}\n`);
      const { length } = signatures.rules.signatures;
      process.stdout.write(
        `tocsin: ${length} signatures, ${signatures.rules.noise.length} noise patterns, alert rules and settings are good\n`,
      );
      if (remarks.length > 0) process.exitCode = 1;
    });
}
