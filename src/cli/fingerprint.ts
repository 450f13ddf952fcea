import { type Command, Option } from 'commander';
import { identify } from '../classify/classifier.ts';
import { DEFAULT_FORM, FINGERPRINT_FORMS, type FingerprintForm } from '../classify/fingerprint.ts';
import { cleanText } from '../record/clean-text.ts';
import { matchText } from '../record/match-text.ts';
import { recordOfText } from '../record/text.ts';
import { createOutput, stdinLines } from './input.ts';

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
    .action(async (options: { fingerprint: FingerprintForm }) => {
      const output = createOutput();
      for await (const [, line] of stdinLines()) {
        await output.line(keyOf(line, options.fingerprint));
      }
      await output.flush();
    });
}

function keyOf(line: string, form: FingerprintForm): string {
  const message = line.includes('\\n') ? line.replaceAll('\\n', '\n') : line;
  if (form === 'template' && message.startsWith('{')) {
    const record = recordOfText(message, { observedAt: 0 });
    return identify(matchText(record), undefined, form, record.exception?.stacktrace).fingerprint;
  }
  return identify(form === 'seed' ? message : cleanText(message), undefined, form).fingerprint;
}
