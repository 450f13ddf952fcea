import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFile } from './corpus.mjs';
import { CLI, runProgram } from './process.mjs';

/** How many lines a peer's run may have: steps, so that files are shared between rows. */
const SIZES = [20_000, 50_000, 100_000, 200_000, 400_000, 800_000];
const FIRST = SIZES[0];

/** The lines that a program has about `seconds` of work with; by its CPU time, which a busy machine stretches least. */
function sizeFor(cpuUs, seconds) {
  return SIZES.findLast((size) => size * cpuUs <= seconds * 1e6) ?? FIRST;
}

/**
 * A row for a program that reads lines on stdin. The start of the process is measured in every round with an empty input and taken
 * off, for ours and for the peers alike: what is told is how the cost grows with the lines. Without `lines`, a first short run finds
 * out how many the others have: peers differ by a factor of a thousand.
 */
export function stdinRow({ name, corpus, form, seconds, lines, program }) {
  let size = lines ?? FIRST;
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
    async warmUp(bench) {
      if (lines === undefined) size = sizeFor((await measure(bench)).cpuUs, seconds);
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
