import { type Command, Option } from 'commander';
import { identify } from '../classify/classifier.ts';
import { FINGERPRINT_FORMS, type FingerprintForm } from '../classify/fingerprint.ts';
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
        .default('seed'),
    )
    .action(async (options: { fingerprint: FingerprintForm }) => {
      const output = createOutput();
      for await (const [, line] of stdinLines()) {
        const message = line.replaceAll('\\n', '\n');
        await output.line(identify(message, undefined, options.fingerprint).fingerprint);
      }
      await output.flush();
    });
}
