import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFile } from './corpus.mjs';
import { CLI, runProgram } from './process.mjs';

/** How many lines a run may have: steps, so that files are shared between rows. */
const SIZES = [20_000, 50_000, 100_000, 200_000, 400_000, 800_000];
const FIRST = SIZES[0];

/** A number of lines that a program needs about `seconds` for, going by a first run. */
function sizeFor(linesPerS, seconds) {
  return SIZES.findLast((size) => size <= linesPerS * seconds) ?? FIRST;
}

/**
 * A row for a program that reads lines on stdin. The start of the process is measured in every round with an empty input and taken
 * off, for ours and for the peers alike: what is told is how the cost grows with the lines.
 */
export function stdinRow({ name, corpus, form, seconds, program }) {
  let size = FIRST;
  const measure = async (bench) => {
    const input = await corpusFile(bench.dir, corpus, form, size);
    const start = await program(bench, bench.emptyFile);
    const whole = await program(bench, input);
    const ms = Math.max(1, whole.ms - start.ms);
    return {
      linesPerS: (size / ms) * 1000,
      cpuUs: Math.max(0, whole.cpuUs - start.cpuUs) / size,
      rssMb: whole.rssKb === undefined ? undefined : whole.rssKb / 1024,
      startMs: start.ms,
      lines: size,
    };
  };
  return {
    name,
    /** A first short run finds out how many lines the others have. */
    async warmUp(bench) {
      size = FIRST;
      size = sizeFor((await measure(bench)).linesPerS, seconds);
      await corpusFile(bench.dir, corpus, form, size);
    },
    run: measure,
  };
}

/** `tocsin pipe` on a fresh data directory, everything on, in shadow mode: all is decided and stored, nothing is sent. */
export function pipeProgram(signatures) {
  return async ({ dir, rulesOf }, input) => {
    const data = mkdtempSync(join(dir, 'data-'));
    const env = {
      TOCSIN_DATA: data,
      TOCSIN_CONFIG: emptyConfig(dir),
      ERROR_SIGNATURES_PATH: rulesOf(signatures).file,
      LOG_AGGREGATOR_SHADOW: '1',
    };
    const used = await runProgram({
      command: process.execPath,
      args: [CLI, 'pipe'],
      input,
      env,
      dir,
      isOurs: true,
    });
    rmSync(data, { recursive: true });
    return used;
  };
}

export function emptyConfig(dir) {
  const file = join(dir, 'tocsin.yml');
  writeFileSync(file, '{}\n');
  return file;
}
