import { type Command, Option } from 'commander';
import { createClassifier, identify } from '../classify/classifier.ts';
import {
  DEFAULT_FORM,
  FINGERPRINT_FORMS,
  type FingerprintForm,
  UNCLASSIFIED,
} from '../classify/fingerprint.ts';
import { loadSettings } from '../config/load-settings.ts';
import { loadSignatures } from '../config/rule-files.ts';
import { redactRecord } from '../record/redact.ts';
import { recordOfText } from '../record/text.ts';
import { createOutput, INPUT_FORMS, InputError, type InputForm, jsonLine, stdinLines } from './input.ts';

interface Options {
  readonly signatures?: string;
  readonly fingerprint: FingerprintForm;
  readonly input: InputForm;
  readonly json?: boolean;
}

interface Asked {
  readonly id?: unknown;
  readonly line: string;
  readonly category?: string;
}

/** `tocsin classify`: one verdict for each line on stdin. */
export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('says of each line on stdin what it is: one verdict a line')
    .option('--signatures <file>', 'the signature file (default: that of the configuration)')
    .addOption(
      new Option('--fingerprint <form>', 'the form of the fingerprint')
        .choices(FINGERPRINT_FORMS)
        .default(DEFAULT_FORM),
    )
    .addOption(
      new Option('--input <form>', 'json: each line is a JSON string or {"id","line","category"?}')
        .choices(INPUT_FORMS)
        .default('lines'),
    )
    .option('--json', 'one JSON object a line')
    .action(classify);
}

async function classify(options: Options): Promise<void> {
  const path = options.signatures ?? loadSettings({ env: process.env }).signaturesPath;
  const classifier = createClassifier(loadSignatures(path).rules);
  const output = createOutput();
  for await (const [number, line] of stdinLines()) {
    const asked = options.input === 'json' ? askedOf(number, line) : { line };
    const verdict = verdictOf(classifier, asked, options.fingerprint);
    await output.line(options.json ? JSON.stringify(verdict) : forPeople(verdict));
  }
  await output.flush();
}

function askedOf(number: number, line: string): Asked {
  if (line.trim() === '') return { line: '' };
  const value = jsonLine(number, line, 'Use --input lines for plain text.');
  if (typeof value === 'string') return { line: value };
  const { id, line: text, category } = (value ?? {}) as Record<string, unknown>;
  if (typeof text !== 'string')
    throw new InputError(`stdin:${number}: expected a JSON string or {"id","line","category"?}.`);
  return {
    ...(id === undefined ? {} : { id }),
    line: text,
    ...(typeof category === 'string' ? { category } : {}),
  };
}

function verdictOf(classifier: ReturnType<typeof createClassifier>, asked: Asked, form: FingerprintForm) {
  const startedAt = performance.now();
  const record = redactRecord(recordOfText(asked.line, { observedAt: Date.now() }));
  const verdict = classifier.classify(record);
  const signature = verdict.outcome === 'match' ? verdict.signature : undefined;
  const category = signature?.category ?? (verdict.outcome === 'generic' ? UNCLASSIFIED : null);
  const keyed = asked.category ?? category;
  const identity =
    verdict.outcome === 'ignored' || keyed === null
      ? undefined
      : identify(verdict.text, keyed, form, record.exception?.stacktrace);
  const generic = verdict.outcome === 'generic';
  return {
    ...(asked.id === undefined ? {} : { id: asked.id }),
    outcome: verdict.outcome,
    grouped: signature !== undefined || (verdict.outcome === 'generic' && verdict.grouped),
    category,
    signature_id: signature?.id ?? null,
    policy: signature?.policy ?? (generic ? 'notify' : null),
    severity: signature?.severity ?? (generic ? 'anomaly' : null),
    summary: signature?.summary ?? (generic ? '' : null),
    canonical: identity?.canonical ?? null,
    fingerprint: identity?.fingerprint ?? null,
    elapsed_ms: Math.round((performance.now() - startedAt) * 1000) / 1000,
  };
}

function forPeople(verdict: ReturnType<typeof verdictOf>): string {
  const {
    outcome,
    category,
    signature_id: id,
    severity,
    policy,
    fingerprint,
    canonical,
    summary,
    grouped,
  } = verdict;
  if (outcome === 'noise' || outcome === 'ignored') return outcome;
  if (outcome === 'generic' && !grouped) return `generic, no error\t${canonical ?? ''}`;
  const name = id === null ? `generic ${category}` : `match ${category}/${id}`;
  return [name, `${severity} · ${policy}`, fingerprint, summary || canonical].join('\t');
}
