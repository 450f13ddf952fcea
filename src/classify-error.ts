import { type Classifier, createClassifier } from './classify/classifier.ts';
import type { Policy } from './classify/signature.ts';
import { loadSettings } from './config/load-settings.ts';
import { loadSignatures } from './config/rule-files.ts';
import { redactRecord } from './record/redact.ts';
import { recordOfObject } from './record/structured.ts';

export interface ClassifyInput {
  /** An Error, its text, or anything that was thrown. */
  readonly error: unknown;
  /** What was being done: takes part in the match like a record's `event`. */
  readonly operation?: string;
}

export interface Classified {
  readonly category: string;
  readonly signatureId: string;
  readonly summary: string;
  readonly severity: string;
  readonly policy: Policy;
}

interface Loaded {
  readonly at: number;
  readonly text: string;
  readonly classifier: Classifier;
}

let loaded: Loaded | undefined;

/**
 * Classifies an error by the signatures of `ERROR_SIGNATURES_PATH` (default: `config/error_signatures.yml`, else the file that
 * comes with the package), which are read again when they change (`LOG_AGG_RELOAD_SECONDS`). Null when no signature matches.
 * Throws ConfigError when the file is wrong at the first call; a later wrong file leaves the last good rules in force.
 */
export function classifyError({ error, operation }: ClassifyInput): Classified | null {
  const thrown = error instanceof Error ? { type: error.name, message: error.message } : error;
  const record = recordOfObject(
    {
      ...(operation === undefined ? {} : { event: operation }),
      error: typeof thrown === 'object' ? thrown : String(thrown),
    },
    { observedAt: Date.now() },
  );
  const verdict = classifier().classify(redactRecord(record));
  if (verdict.outcome !== 'match') return null;
  const { category, id, summary, severity, policy } = verdict.signature;
  return { category, signatureId: id, summary, severity, policy };
}

/** Where the file is and how often it is looked at: read once, the environment of a program does not change. */
let settings: { readonly signaturesPath: string; readonly reloadMs: number } | undefined;

function classifier(): Classifier {
  settings ??= loadSettings({ env: process.env });
  const { signaturesPath, reloadMs } = settings;
  const now = Date.now();
  if (loaded && (reloadMs === 0 || now - loaded.at < reloadMs)) return loaded.classifier;
  loaded = read(signaturesPath, now, loaded);
  return loaded.classifier;
}

function read(path: string, at: number, before: Loaded | undefined): Loaded {
  try {
    const { text, rules } = loadSignatures(path);
    return {
      at,
      text,
      classifier: before?.text === text ? before.classifier : createClassifier(rules),
    };
  } catch (failure) {
    if (!before) throw failure;
    return { ...before, at };
  }
}
