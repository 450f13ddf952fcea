import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { minutes, showProgress } from '../scripts/progress.mjs';
import { ROOT, runScript, SetupError, setup } from '../scripts/setup.mjs';
import { readRealLines } from './corpus.mjs';
import { makeRows } from './matrix.mjs';
import { makeSignatures, signaturesFile } from './signatures.mjs';
import { renderTables, summarise } from './table.mjs';

const USAGE = `npm run bench -- [options]

  --only <words>    only the rows whose name has all these words in it ("pipe raw 1000"); --list shows the names
  --full            every combination of form, signatures and errors
  --scaling         only what a line costs over ten thousand to ten million lines, 10 to 100,000 groups, 15 to 1,000 signatures
  --peers           also the other programs that are installed, on the same lines
  --lines <folder>  lines of *.log, *.txt, *.jsonl ({"line","raw"}) in place of made-up ones
  --rounds <n>      how often each row runs (3); the table has the medians
  --seconds <n>     how long a run takes, about (2)
  --seed <n>        of the made-up lines (1)
  --json            one object a row
  --list            the names of the rows`;

const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  full: { type: 'boolean', default: false },
  scaling: { type: 'boolean', default: false },
  peers: { type: 'boolean', default: false },
  lines: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** The signature files and pattern lists of a run, each written once. */
function createRules(dir) {
  const made = new Map();
  return (count, extra = '') => {
    const key = `${count}-${extra.length}`;
    if (!made.has(key)) {
      const list = makeSignatures(count);
      const [file, patterns] = [join(dir, `signatures-${key}.yml`), join(dir, `patterns-${key}.txt`)];
      writeFileSync(file, signaturesFile(list, extra));
      writeFileSync(patterns, `${list.map(({ pattern }) => pattern).join('\n')}\n`);
      made.set(key, { list, file, patterns });
    }
    return made.get(key);
  };
}

/** Every row once a round, one after the other: what else goes on on the machine hits all of them alike. */
async function measure(rows, rounds, bench) {
  const results = new Map(rows.map((row) => [row, []]));
  const failed = new Set();
  const startedAt = Date.now();
  let now = '';
  let done = 0;
  const total = rows.length * (rounds + 1);
  const left = () =>
    done < rows.length ? '' : `, about ${minutes(((Date.now() - startedAt) / done) * (total - done))} left`;
  const end = showProgress(() => `[${done}/${total}] ${now}${left()}`);
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const row of rows) {
        now = round === 0 ? `${row.name} (warm-up)` : row.name;
        if (failed.has(row)) continue;
        try {
          if (round === 0) await row.warmUp(bench);
          else results.get(row).push(await row.run(bench));
        } catch (error) {
          // Another program that does not run here must not cost the whole measurement.
          if (row.comparedWith === undefined) throw error;
          failed.add(row);
          process.stderr.write(`\n${row.name}: ${error.message}\n`);
        }
        done += 1;
      }
    }
  } finally {
    end();
  }
  return rows.filter((row) => !failed.has(row)).map((row) => summarise(row, results.get(row)));
}

function describeMachine() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`;
  return `${cores}, ${memory}, ${process.platform}, Node ${process.versions.node}, Tocsin ${commit}`;
}

function readOptions(args) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

await runScript(import.meta.url, async (args) => {
  const values = readOptions(args);
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const [rounds, seconds, seed] = [values.rounds, values.seconds, values.seed].map(Number);
  const { rows, missing } = makeRows({
    seed,
    seconds,
    real: values.lines === undefined ? undefined : readRealLines(values.lines),
    full: values.full,
    scaling: values.scaling,
    peers: values.peers,
    only: values.only.flatMap((words) => words.split(/\s+/)),
  });
  if (values.list) return void process.stdout.write(`${rows.map(({ name }) => name).join('\n')}\n`);
  if (rows.length === 0)
    throw new SetupError(`no row is called "${values.only.join(' ')}"; --list shows the names`);
  await setup();
  await build();
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  try {
    const emptyFile = join(dir, 'empty');
    writeFileSync(emptyFile, '');
    const loadBefore = loadavg()[0];
    const summaries = await measure(rows, rounds, { dir, emptyFile, rulesOf: createRules(dir) });
    if (values.json) {
      for (const summary of summaries) process.stdout.write(`${JSON.stringify(summary)}\n`);
      return;
    }
    const source = values.lines === undefined ? `made-up lines, seed ${seed}` : `lines of ${values.lines}`;
    process.stdout.write(`${describeMachine()}\n${source}; medians of ${rounds} interleaved runs`);
    process.stdout.write(`; load of the machine before: ${loadBefore.toFixed(1)}\n`);
    if (missing.length > 0) process.stdout.write(`not installed: ${missing.join(', ')}\n`);
    process.stdout.write(`\n${renderTables(summaries)}\n`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
