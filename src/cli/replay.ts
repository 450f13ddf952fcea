import { type Command, Option } from 'commander';
import { decide, ruleFor } from '../alerting/decide.ts';
import { createClassifier, identify } from '../classify/classifier.ts';
import { FINGERPRINT_FORMS, type FingerprintForm } from '../classify/fingerprint.ts';
import { loadSettings } from '../config/load-settings.ts';
import { loadAlerts, loadSignatures } from '../config/rule-files.ts';
import { createGroupStateCache } from '../pipeline/group-states.ts';
import { loopReason } from '../record/loop-guard.ts';
import { redactRecord } from '../record/redact.ts';
import { recordOfText } from '../record/text.ts';
import { createOutput, INPUT_FORMS, InputError, type InputForm, jsonLine, stdinLines } from './input.ts';

interface Options {
  readonly signatures?: string;
  readonly alerts?: string;
  readonly fingerprint?: FingerprintForm;
  readonly input: InputForm;
  readonly json?: boolean;
}

/** `tocsin replay`: the alert engine on a virtual clock, for trying rules out on lines of the past. */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('what would have rung: {"t":seconds,"line":"…"} a line on stdin, one alert a line on stdout')
    .option('--signatures <file>', 'the signature file (default: that of the configuration)')
    .option('--alerts <file>', 'the alert rules (default: those of the configuration)')
    .addOption(new Option('--fingerprint <form>', 'the form of the fingerprint').choices(FINGERPRINT_FORMS))
    .addOption(
      new Option('--input <form>', 'json: "line" may be a JSON value of its own')
        .choices(INPUT_FORMS)
        .default('lines'),
    )
    .option('--json', 'one JSON object a line')
    .action(replay);
}

async function replay(options: Options): Promise<void> {
  const settings = loadSettings({ env: process.env });
  const classifier = createClassifier(loadSignatures(options.signatures ?? settings.signaturesPath).rules);
  const rules = loadAlerts(options.alerts ?? settings.alertsPath);
  const form = options.fingerprint ?? rules.fingerprint;
  const states = createGroupStateCache(() => undefined, Number.POSITIVE_INFINITY);
  const output = createOutput();
  for await (const [number, text] of stdinLines()) {
    if (text.trim() === '') continue;
    const { t, line } = timedLine(number, text);
    const at = Math.round(t * 1000);
    const original = recordOfText(line, { observedAt: at });
    if (loopReason(original)) continue;
    const record = redactRecord(original);
    const verdict = classifier.classify(record);
    if (verdict.outcome === 'noise' || verdict.outcome === 'ignored') continue;
    if (verdict.outcome === 'generic' && !verdict.grouped) continue;
    const signature = verdict.outcome === 'match' ? verdict.signature : undefined;
    const stacktrace = record.exception?.stacktrace;
    const { category, fingerprint } = identify(verdict.text, signature?.category, form, stacktrace);
    const rule = ruleFor(rules, category, signature, stacktrace !== undefined);
    const decision = decide(states.get(fingerprint, 0), at, rule);
    if (decision.kind !== 'rang') continue;
    const alert = { t, category, signature_id: signature?.id ?? null, fingerprint, count: decision.count };
    await output.line(options.json ? JSON.stringify(alert) : forPeople(alert));
  }
  await output.flush();
}

function timedLine(number: number, text: string): { t: number; line: string } {
  const value = jsonLine(number, text, 'A line is {"t":seconds,"line":"…"}.') as Record<
    string,
    unknown
  > | null;
  const t = value?.['t'];
  const line = value?.['line'];
  if (typeof t !== 'number' || !Number.isFinite(t) || line === undefined) {
    throw new InputError(`stdin:${number}: expected {"t":seconds,"line":"…"}.`);
  }
  return { t, line: typeof line === 'string' ? line : JSON.stringify(line) };
}

function forPeople(alert: {
  t: number;
  category: string;
  signature_id: string | null;
  fingerprint: string;
  count: number;
}) {
  return `${alert.t} s\t${alert.category}/${alert.signature_id ?? '-'}\t${alert.fingerprint}\t${alert.count} in the window`;
}
