import type { Command } from 'commander';
import { AlreadyRunningError } from '../bot.ts';
import { createClock } from '../clock.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import { loadInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { findRunning } from '../control.ts';
import { createLog, type Log } from '../log.ts';
import { lineGroups } from '../sources/lines.ts';
import type { LineSink } from './line-sink.ts';
import { forwardToBot } from './pipe-forward.ts';
import { Sidecar } from './sidecar.ts';
import { untilSignal } from './signals.ts';

/** `tocsin pipe`: the sidecar of one program. */
export function addPipe(program: Command): void {
  program
    .command('pipe')
    .description('the sidecar: log lines on stdin; at their end waits until every alert is delivered')
    .action(pipe);
}

async function pipe(): Promise<void> {
  const settings = loadSettings({ env: process.env });
  const { inForce, warnings } = loadInForce(settings);
  const log = createLog({
    level: settings.logLevel === 'info' ? 'warn' : settings.logLevel,
    secrets: settings.secrets,
    write: (line) => process.stderr.write(line),
    human: process.stderr.isTTY === true,
  });
  for (const { place, message } of [...settings.warnings, ...warnings]) log.warn({ place }, message);
  const signal = untilSignal().then(() => 'signal' as const);
  const sink = await openSink(settings, inForce, log);
  const reading = readAll(sink, settings.maxLineBytes).then(() => 'end' as const);
  const ended = await Promise.race([reading, signal]);
  const left = await waitForDelivery(sink, ended === 'signal' ? Promise.resolve('signal') : signal);
  await sink.close();
  if (left > 0) {
    process.stderr.write(
      `tocsin: ${left} messages could not be delivered yet; they are kept in ${settings.dataDir}.\n`,
    );
    process.exitCode = 1;
  }
  // Stdin may still be open after a signal.
  process.stdin.destroy();
}

async function openSink(settings: Settings, inForce: RulesInForce, log: Log): Promise<LineSink> {
  const now = createClock();
  const owner = await findRunning(settings.dataDir);
  if (owner === 'bot') return forwardToBot({ settings, inForce, now });
  if (owner === 'pipe') {
    throw new AlreadyRunningError(
      `TOCSIN_DATA: another tocsin pipe writes into ${settings.dataDir}. Set TOCSIN_DATA to a directory of its own, or run the bot: pipes hand their lines to it.`,
    );
  }
  const sidecar = new Sidecar({ settings, inForce, log, now });
  await sidecar.start();
  return sidecar;
}

async function readAll(sink: LineSink, maxLineBytes: number): Promise<void> {
  for await (const lines of lineGroups(process.stdin, maxLineBytes)) await sink.take(lines);
}

const TELL_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Waits until everything is delivered, or a signal comes; tells now and then what it is waiting for. */
async function waitForDelivery(sink: LineSink, signal: Promise<string>): Promise<number> {
  let stopped = false;
  void signal.then(() => {
    stopped = true;
  });
  let toldAt = performance.now();
  for (;;) {
    const left = await sink.undelivered();
    if (left === 0 || stopped) return left;
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      toldAt = performance.now();
      process.stderr.write(
        `tocsin: waiting for ${left} messages to be delivered (Ctrl-C leaves them queued)\n`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
