import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { AlreadyRunningError } from '../bot.ts';
import { ConfigError } from '../config/problem.ts';
import { suggestion } from '../config/suggest.ts';
import { ControlError } from '../control.ts';
import { ListenError } from '../sources/listen-error.ts';
import { TlsFilesError } from '../sources/tls-files.ts';
import { DatabaseError } from '../store/database.ts';
import { addAskCommands } from './ask.ts';
import { addCheck } from './check.ts';
import { addClassify } from './classify.ts';
import { addDoctor } from './doctor.ts';
import { addFingerprint } from './fingerprint.ts';
import { InputError } from './input.ts';
import { addPipe } from './pipe.ts';
import { addReplay } from './replay.ts';
import { addStart } from './start.ts';

/** Exit codes of every command (product.md section 7). */
const FOUND_WRONG = 1;
const WRONG_USAGE = 2;

const EPILOGUE = `
Examples:
  npm start                                  the bot; without a token it answers on a local web page
  some-command | npx tocsin pipe             the sidecar for one program's output
  echo 'Out of memory' | npx tocsin classify what a line would be
  npx tocsin errors 2h                       what breaks, asked of the running bot

Variables and files: see README.md. Exit codes: 0 done, 1 found something wrong, 2 wrong usage or configuration.`;

/** Runs the command line; sets `process.exitCode` and never throws for what a user can do wrong. */
export async function run(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (head) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  // Nor is a log that nobody reads any more: the bot must outlive it.
  process.stderr.on('error', () => {});
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('tocsin')
    .description('Reads your logs, and rings in the chat you already use.')
    .version(version)
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`tocsin: ${text.replace(/^error: /, '')}`) });
  for (const add of [
    addStart,
    addPipe,
    addClassify,
    addReplay,
    addFingerprint,
    addCheck,
    addDoctor,
    addAskCommands,
  ])
    add(program);
  for (const command of program.commands) command.exitOverride();
  const [, , name] = argv;
  const names = program.commands.map((command) => command.name());
  // Commander would take it for an argument of the default command.
  if (name !== undefined && !name.startsWith('-') && name !== 'help' && !names.includes(name)) {
    process.stderr.write(`tocsin: there is no command "${name}". ${suggestion(name, names)}\n`);
    process.exitCode = WRONG_USAGE;
    return;
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  const usersMistakes = [
    ConfigError,
    ListenError,
    TlsFilesError,
    DatabaseError,
    AlreadyRunningError,
    InputError,
  ];
  if (usersMistakes.some((kind) => error instanceof kind)) {
    process.stderr.write(`tocsin: ${(error as Error).message}\n`);
    return WRONG_USAGE;
  }
  if (error instanceof ControlError) {
    process.stderr.write(`tocsin: ${error.message}\n`);
    return FOUND_WRONG;
  }
  process.stderr.write(`tocsin: ${(error as Error).stack ?? String(error)}\n`);
  return FOUND_WRONG;
}
