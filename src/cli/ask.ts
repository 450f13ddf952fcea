import type { Command } from 'commander';
import type { Answer } from '../chat/command.ts';
import { loadSettings } from '../config/load-settings.ts';
import { askBot, type ControlReply, TEXT_ONLY } from '../control.ts';
import { renderTerminal } from '../platforms/terminal/render.ts';

/** `tocsin errors`, `tocsin observe`, `tocsin why` …: the commands of the chat, asked of the running bot. */
export function addAskCommands(program: Command): void {
  add(
    program,
    'errors',
    'what is breaking: [new|unclassified] [30m|2h|1d] [--service S] … | samples <signature>',
  );
  add(program, 'observe', 'did every alert really reach someone? [-v|-vv] [window=5m|1h|24h]');
  add(
    program,
    'why',
    'why it rang, or why it did not: <fingerprint|signature|noise|a log line> | group <fingerprint>',
  );
  add(program, 'merge', 'two groups are one error: <fingerprint> <fingerprint of the group>');
  add(program, 'split', 'takes a fingerprint out of its group: <fingerprint>');
  add(program, 'sources', 'what listens, what came, and a ready command for each sender: [<sender>]', [
    '--all',
  ]);
  add(program, 'ack', 'acknowledges what rang: <fingerprint|signature|alert number|all>');
  add(
    program,
    'mute',
    'keeps something from ringing: <fingerprint|signature|category|service> <30m|2h> [reason]',
  );
  add(program, 'unmute', 'ends a mute: <what was muted|number|all>');
  add(program, 'mutes', 'what is muted, by whom, and what it has held back');
}

/** `alone` is added where nothing else is asked for. */
function add(program: Command, name: string, description: string, alone: readonly string[] = []): void {
  program
    .command(name)
    .description(description)
    .argument('[words...]', 'as in the chat: see /help there')
    .option('--json', 'one JSON object a line')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (words: string[], options: { json?: boolean }) => {
      const asked = words.filter((word) => word !== '--json');
      process.exitCode = await ask(
        [name, ...(asked.length === 0 ? alone : asked)],
        options.json === true || words.includes('--json'),
      );
    });
}

async function ask(words: readonly string[], json: boolean): Promise<number> {
  const { dataDir } = loadSettings({ env: process.env });
  const reply = await askBot(dataDir, 'POST', `/command${json ? '' : TEXT_ONLY}`, JSON.stringify(words));
  if (!reply) {
    process.stderr.write(
      `tocsin: no bot runs on ${dataDir}. Start it with "npm start", or set TOCSIN_DATA to its directory.\n`,
    );
    return 1;
  }
  if (reply.status !== 200) {
    process.stderr.write(`tocsin: ${refusal(dataDir, reply)}\n`);
    return 1;
  }
  const answer = JSON.parse(reply.body) as Answer;
  if (json && answer.data) {
    for (const row of answer.data) process.stdout.write(`${JSON.stringify(row)}\n`);
  } else {
    const { isTTY, columns } = process.stdout;
    const text = renderTerminal(answer.message, {
      colour: isTTY === true && !process.env['NO_COLOR'],
      width: columns ?? 100,
    });
    (answer.exit === 2 ? process.stderr : process.stdout).write(`${text}\n`);
  }
  return answer.exit ?? 0;
}

function refusal(dataDir: string, { status, body }: ControlReply): string {
  // A pipe owns the directory too, but has no commands.
  if (status === 404) return `on ${dataDir} runs a tocsin pipe without a bot: it answers no commands.`;
  const [line = ''] = body.trim().split('\n');
  return `the bot on ${dataDir} could not answer: it said ${status} ${line.slice(0, 500)}`.trim();
}
