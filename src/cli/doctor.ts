import type { Command } from 'commander';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../platforms/finding.ts';

const SIGNS: Readonly<Record<Finding['state'], string>> = { ok: '✓', wrong: '✗', skipped: '–' };
const COLOURS: Readonly<Record<Finding['state'], string>> = { ok: '32', wrong: '31', skipped: '2' };

/** `tocsin doctor`: everything that can keep an alert from reaching a person, each with how to mend it. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'looks at configuration, database, ports, clock and chats, and says how to mend what is wrong',
    )
    .option('--send', 'also posts a test message to each chat and waits until it is accepted')
    .option('--json', 'one JSON object a line: {"about","state":"ok|wrong|skipped","text"}')
    .action(async ({ send = false, json = false }: { send?: boolean; json?: boolean }) => {
      const { env, stdout } = process;
      const colour = stdout.isTTY === true && !env['NO_COLOR'];
      process.exitCode = await doctor({ env, send, json, colour, write: (text) => stdout.write(text) });
    });
}

export interface DoctorOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly send: boolean;
  readonly json: boolean;
  readonly colour: boolean;
  readonly write: (text: string) => void;
}

/** Writes a line for each finding as it comes, and gives the exit code. */
export async function doctor({ env, send, json, colour, write }: DoctorOptions): Promise<number> {
  let wrong = 0;
  for await (const finding of examine({ env, send, now: Date.now, onStep: showStep })) {
    if (finding.state === 'wrong') wrong += 1;
    hideStep();
    write(`${json ? JSON.stringify(finding) : line(finding, colour)}\n`);
  }
  hideStep();
  if (!json) write(`tocsin: ${wrong === 0 ? 'all is well' : `${wrong} found wrong`}\n`);
  return wrong === 0 ? 0 : 1;
}

function line({ about, state, text }: Finding, colour: boolean): string {
  const sign = colour ? `\x1b[${COLOURS[state]}m${SIGNS[state]}\x1b[0m` : SIGNS[state];
  const reason = state === 'skipped' ? `${about}: skipped, ${text}` : `${about}: ${text}`;
  return `${sign} ${reason.replaceAll('\n', ' ')}`;
}

/** One line on the terminal that is taken away again; nothing anywhere else. */
function showStep(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K… ${what}`);
}

function hideStep(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
