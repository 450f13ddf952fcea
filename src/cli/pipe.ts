import { fstatSync, read } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { AlreadyRunningError } from '../bot.ts';
import { createClock } from '../clock.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { RulesInForce } from '../config/rule-files.ts';
import { loadInForce } from '../config/rule-files.ts';
import type { Settings } from '../config/settings.ts';
import { findRunning } from '../control.ts';
import { createLog, type Log } from '../log.ts';
import { keepHeapSmall } from '../small-heap.ts';
import { lineChunks } from '../sources/lines.ts';
import type { LineSink } from './line-sink.ts';
import { forwardToBot } from './pipe-forward.ts';
import { Sidecar } from './sidecar.ts';
import { untilSignal } from './signals.ts';
import { untilAborted } from './until-aborted.ts';

/** `tocsin pipe`: the sidecar of one program. */
export function addPipe(program: Command): void {
  program
    .command('pipe')
    .description('the sidecar: log lines on stdin; at their end waits until every alert is delivered')
    .action(pipe);
}

async function pipe(): Promise<void> {
  keepHeapSmall();
  const settings = loadSettings({ env: process.env });
  const { inForce, warnings } = loadInForce(settings);
  const log = createLog({
    level: settings.logLevel === 'info' ? 'warn' : settings.logLevel,
    secrets: settings.secrets,
    write: (line) => process.stderr.write(line),
    human: process.stderr.isTTY === true,
  });
  for (const { place, message } of [...settings.warnings, ...warnings]) log.warn({ place }, message);
  const stopping = new AbortController();
  void untilSignal().then(() => stopping.abort());
  const sink = await openSink(settings, inForce, log);
  const input = openStdin();
  await readAll(input, sink, settings.maxLineBytes, stopping.signal);
  const left = await waitForDelivery(sink, stopping.signal);
  await sink.close();
  for (const text of troubles(settings.dataDir, sink.notTaken, left)) {
    process.stderr.write(`tocsin: ${text}\n`);
    process.exitCode = 1;
  }
  // Stdin may still be open after a signal.
  process.stdin.destroy();
}

/** What did not go as it should, a sentence each. */
function troubles(dataDir: string, notTaken: number, left: number | undefined): string[] {
  return [
    ...(notTaken > 0 ? [`${notTaken} lines were not taken by the bot on ${dataDir}; they are lost.`] : []),
    ...(left === undefined
      ? [`the bot on ${dataDir} has gone; what it took is kept there, and sent when it starts again.`]
      : []),
    ...(left !== undefined && left > 0
      ? [`${left} messages could not be delivered yet; they are kept in ${dataDir}.`]
      : []),
  ];
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

/** A program that ends by the same signal still says why: its last lines come a moment later. */
const LAST_WORDS_MS = 300;

/** Bytes that are read of a file at once; of a pipe the system gives what is there. */
const STDIN = 0;
const FILE_PIECE = 64 * 1024;

function openStdin(): AsyncIterable<unknown> {
  return fstatSync(STDIN).isFile() ? filePieces(STDIN) : process.stdin;
}

/** The pieces of an open file, each good until the next one is asked for; that is read meanwhile. */
async function* filePieces(fd: number): AsyncGenerator<Buffer> {
  const readInto = promisify(read);
  const buffers = [Buffer.allocUnsafeSlow(FILE_PIECE), Buffer.allocUnsafeSlow(FILE_PIECE)] as const;
  for (let turn: 0 | 1 = 0, reading = readInto(fd, buffers[0], 0, FILE_PIECE, null); ; ) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    const piece = buffers[turn].subarray(0, bytesRead);
    turn = turn === 0 ? 1 : 0;
    reading = readInto(fd, buffers[turn], 0, FILE_PIECE, null);
    // Nobody asks for it when a signal has ended the reading.
    reading.catch(() => {});
    yield piece;
  }
}

/** Until the end of stdin, or a signal. */
async function readAll(
  input: AsyncIterable<unknown>,
  sink: LineSink,
  maxLineBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const enough = new AbortController();
  const stopSoon = () => setTimeout(() => enough.abort(), LAST_WORDS_MS);
  if (signal.aborted) stopSoon();
  else signal.addEventListener('abort', stopSoon, { once: true });
  for await (const chunk of lineChunks(untilAborted(input, enough.signal), maxLineBytes))
    await sink.take(chunk, signal);
}

const TELL_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 50;
/** A bot that is being restarted is back by then. */
const GONE_AFTER_MS = 15_000;

/** Waits until everything is delivered, or a signal comes; tells now and then what it is waiting for. */
async function waitForDelivery(sink: LineSink, signal: AbortSignal): Promise<number | undefined> {
  let toldAt = performance.now();
  let answeredAt = performance.now();
  for (;;) {
    const left = await sink.undelivered();
    const now = performance.now();
    if (left !== undefined) answeredAt = now;
    if (left === 0 || signal.aborted || now - answeredAt > GONE_AFTER_MS) return left;
    if (now - toldAt > TELL_EVERY_MS) {
      toldAt = now;
      process.stderr.write(
        `tocsin: waiting for ${left ?? 'unknown'} messages to be delivered (Ctrl-C leaves them queued)\n`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
