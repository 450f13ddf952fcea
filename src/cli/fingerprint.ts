import { type Command, Option } from 'commander';
import { canonicalOf } from '../classify/classifier.ts';
import {
  DEFAULT_FORM,
  FINGERPRINT_FORMS,
  type FingerprintForm,
  fingerprint,
  UNCLASSIFIED,
} from '../classify/fingerprint.ts';
import { mergeGroups } from '../classify/template/merge.ts';
import { cleanText } from '../record/clean-text.ts';
import { matchText } from '../record/match-text.ts';
import { recordOfText } from '../record/text.ts';
import { createOutput, stdinGroups } from './input.ts';

interface Options {
  readonly fingerprint: FingerprintForm;
  readonly merge?: boolean;
}

/** `tocsin fingerprint`: the key of each message on stdin, in order. */
export function addFingerprint(program: Command): void {
  program
    .command('fingerprint')
    .description(
      'one key for each message line on stdin, in order (a line break inside a message is written \\n)',
    )
    .addOption(
      new Option('--fingerprint <form>', 'the form of the fingerprint')
        .choices(FINGERPRINT_FORMS)
        .default(DEFAULT_FORM),
    )
    .option('--merge', 'the key of the group that the message is in after the whole input')
    .action((options: Options) =>
      options.merge ? merged(options.fingerprint) : streamed(options.fingerprint),
    );
}

/** Fingerprints that are remembered: the same error comes again and again, and a hash costs as much as the text. */
const REMEMBERED = 100_000;

async function streamed(form: FingerprintForm): Promise<void> {
  const output = createOutput();
  const known = new Map<string, string>();
  const keyOf = (line: string) => {
    const canonical = canonicalOfLine(line, form);
    const key = known.get(canonical);
    if (key !== undefined) return key;
    if (known.size >= REMEMBERED) known.clear();
    const made = fingerprint(UNCLASSIFIED, canonical);
    known.set(canonical, made);
    return made;
  };
  for await (const lines of stdinGroups()) await output.lines(lines.map(keyOf));
  await output.flush();
}

/** Lines of one write. */
const PIECE = 10_000;

/** Keeps one number a line and each distinct text once. */
async function merged(form: FingerprintForm): Promise<void> {
  const output = createOutput();
  const ids = new Map<string, number>();
  let texts = new Uint32Array(1 << 16);
  let count = 0;
  for await (const lines of stdinGroups()) {
    if (count + lines.length > texts.length) {
      const larger = new Uint32Array(2 * Math.max(texts.length, count + lines.length));
      larger.set(texts);
      texts = larger;
    }
    for (const line of lines) {
      const canonical = canonicalOfLine(line, form);
      let id = ids.get(canonical);
      if (id === undefined) {
        id = ids.size;
        ids.set(canonical, id);
      }
      texts[count++] = id;
    }
  }
  const distinct = [...ids.keys()];
  const groups = form === 'seed' ? distinct : mergeGroups(distinct);
  const keys = groups.map((canonical) => fingerprint(UNCLASSIFIED, canonical));
  for (let from = 0; from < count; from += PIECE) {
    await output.lines(
      Array.from(texts.subarray(from, Math.min(count, from + PIECE)), (id) => keys[id] ?? ''),
    );
  }
  await output.flush();
}

/** The canonical text of a line as the pipeline makes it: of a JSON object, that of the record it is. */
function canonicalOfLine(line: string, form: FingerprintForm): string {
  const message = line.includes('\\n') ? line.replaceAll('\\n', '\n') : line;
  if (form === 'template' && message.startsWith('{')) {
    const record = recordOfText(message, { observedAt: 0 });
    return canonicalOf(matchText(record), form, record.exception?.stacktrace);
  }
  return canonicalOf(form === 'seed' ? message : cleanText(message), form);
}
