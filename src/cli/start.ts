import type { Command } from 'commander';
import { Bot, refuseSecond } from '../bot.ts';
import { loadSettings } from '../config/load-settings.ts';
import { loadInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { createLog } from '../log.ts';
import { keepHeapSmall } from '../small-heap.ts';
import { untilSignal } from './signals.ts';

/** `tocsin start`: the bot. */
export function addStart(program: Command): void {
  program
    .command('start', { isDefault: true })
    .description('the bot: listens for log lines, rings in the chats, answers commands (default)')
    .action(start);
}

async function start(): Promise<void> {
  keepHeapSmall();
  const settings = loadSettings({ env: process.env });
  const { inForce, warnings } = loadInForce(settings);
  const log = createLog({
    level: settings.logLevel,
    secrets: settings.secrets,
    write: (line) => process.stderr.write(line),
    human: process.stderr.isTTY === true,
  });
  for (const { place, message } of [...settings.warnings, ...warnings]) log.warn({ place }, message);
  // A library that forgets a rejection must not end the bot: what it was about is told by the platform's status.
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'A library left a failure unhandled.'),
  );
  // The banner is for people; without a reader the bot runs all the same.
  process.stdout.removeAllListeners('error').on('error', () => {});
  // Before the database is opened: it may be brought to a newer schema, under a bot that does not know it.
  await refuseSecond(settings.dataDir);
  const bot: Bot = new Bot({ settings, inForce, log, hints: () => pageHints(bot) });
  const signal = untilSignal();
  process.on('SIGHUP', () => bot.reload());
  await bot.start();
  for (const line of banner(settings, bot)) process.stdout.write(`tocsin: ${line}\n`);
  log.info(
    { signal: await signal },
    'Ending: what was received is committed, what is queued is sent at the next start.',
  );
  await bot.stop();
}

/** Where to type, where to send logs, which variables add a chat. */
function banner(settings: Settings, bot: Bot): string[] {
  const page = bot.hasConsole ? `http://${bot.httpAddress}/` : undefined;
  const chats = [
    ...(settings.telegram ? ['Telegram'] : []),
    ...(settings.slack ? ['Slack'] : []),
    ...(settings.slackWebhookUrl === undefined ? [] : ['a Slack webhook (send only)']),
    ...(page === undefined ? [] : [page]),
  ];
  const inputs = [
    ...(bot.httpAddress === undefined ? [] : [`http://${bot.httpAddress}/ingest`]),
    ...(bot.udpAddress === undefined ? [] : [`udp://${bot.udpAddress} (syslog, JSON, text)`]),
    ...bot.listenerAddresses.map((address) => address.replace(' ', '://')),
    '"some-command | npx tocsin pipe"',
  ];
  const lines = [
    `type /errors or /observe -v in ${chats.join(', ') || 'a terminal: npx tocsin errors'}`,
    `send log lines to ${inputs.join(', ')}`,
    'add Telegram with ALERT_TELEGRAM_BOT_TOKEN and ALERT_TELEGRAM_CHAT_ID, Slack with SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_CHANNEL (or SLACK_WEBHOOK_URL)',
  ];
  return settings.telegram || settings.slack || settings.slackWebhookUrl !== undefined
    ? lines.slice(0, 2)
    : lines;
}

/** With the ports that were really taken. */
function pageHints({ httpAddress, udpAddress }: Bot): string[] {
  const [, host, port] = /^(.*):(\d+)$/.exec(udpAddress ?? '') ?? [];
  return [
    ...(host === undefined
      ? []
      : [`Syslog: \`logger -n ${host} -P ${port} -d -t api "Error: socket hang up"\``]),
    ...(httpAddress === undefined
      ? []
      : [
          `HTTP: \`curl -d '{"level":"error","msg":"Out of memory","service":"api"}' http://${httpAddress}/ingest\``,
        ]),
    'A program: `some-command 2>&1 | npx tocsin pipe`',
  ];
}
