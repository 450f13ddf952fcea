import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { suggestion } from '../config/suggest.ts';

type Add = (program: Command) => void;

const ask = async (): Promise<Add> => (await import('./ask.ts')).addAskCommands;

/** Where each command is: only the one that is called is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  start: async () => (await import('./start.ts')).addStart,
  pipe: async () => (await import('./pipe.ts')).addPipe,
  classify: async () => (await import('./classify.ts')).addClassify,
  replay: async () => (await import('./replay.ts')).addReplay,
  fingerprint: async () => (await import('./fingerprint.ts')).addFingerprint,
  check: async () => (await import('./check.ts')).addCheck,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  ...Object.fromEntries(
    ['errors', 'observe', 'why', 'merge', 'split', 'sources', 'ack', 'mute', 'unmute', 'mutes'].map(
      (name) => [name, ask],
    ),
  ),
};

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
  const [, , name] = argv;
  const names = Object.keys(COMMANDS);
  const wanted = COMMANDS[name ?? 'start'];
  // The help, or what nobody knows: all of them.
  const loading = wanted ? [wanted()] : [...new Set(Object.values(COMMANDS))].map((load) => load());
  for (const add of await Promise.all(loading)) add(program);
  for (const command of program.commands) command.exitOverride();
  // Commander would take it for an argument of the default command.
  if (name !== undefined && !name.startsWith('-') && name !== 'help' && !names.includes(name)) {
    process.stderr.write(`tocsin: there is no command "${name}". ${suggestion(name, names)}\n`);
    process.exitCode = WRONG_USAGE;
    return;
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = await exitCodeOf(error);
  }
}

async function exitCodeOf(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  const { ControlError } = await import('../control.ts');
  if (error instanceof ControlError) {
    process.stderr.write(`tocsin: ${error.message}\n`);
    return FOUND_WRONG;
  }
  if ((await usersMistakes()).some((kind) => error instanceof kind)) {
    process.stderr.write(`tocsin: ${(error as Error).message}\n`);
    return WRONG_USAGE;
  }
  process.stderr.write(`tocsin: ${(error as Error).stack ?? String(error)}\n`);
  return FOUND_WRONG;
}

/** What a user can mend. */
async function usersMistakes() {
  const [bot, problem, input, listen, tls, database] = await Promise.all([
    import('../bot.ts'),
    import('../config/problem.ts'),
    import('./input.ts'),
    import('../sources/listen-error.ts'),
    import('../sources/tls-files.ts'),
    import('../store/database.ts'),
  ]);
  return [
    ...[bot.AlreadyRunningError, problem.ConfigError, input.InputError],
    ...[listen.ListenError, tls.TlsFilesError, database.DatabaseError],
  ];
}
