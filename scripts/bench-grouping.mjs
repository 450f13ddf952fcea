import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT, runScript, SetupError } from './setup.mjs';

/**
 * Grouping measured on data with known truth, which never enters this repository:
 *
 *     npm run bench:grouping -- DIR [--raw] [--failures N]
 *
 * DIR holds `data/*.jsonl` (or `*.jsonl`): `{"line","truth","raw"?}` a line; perhaps `pairs.json` (`{a,b,expect,kind}`) and
 * `families.json` (`{name,text,values,expect}`). GA: the share of lines whose group holds exactly the lines of their true
 * group. FGA: the F1 of whole groups. (Both as in LogPub, Jiang et al., 2024.)
 */
const FORMS = { fingerprint: [], 'fingerprint --merge': ['--merge'] };

function keysOf(lines, options) {
  const input = `${lines.map((line) => line.replace(/\r?\n/g, '\\n')).join('\n')}\n`;
  const args = [join(ROOT, 'dist/cli.js'), 'fingerprint', ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new SetupError(`tocsin fingerprint failed: ${stderr}`);
  return stdout.trimEnd().split('\n');
}

const sizes = (keys) => keys.reduce((counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1), new Map());

function score(truths, keys) {
  const wanted = sizes(truths);
  const got = sizes(keys);
  const parts = new Map();
  truths.forEach((truth, i) => {
    if (!parts.has(truth)) parts.set(truth, new Set());
    parts.get(truth).add(keys[i]);
  });
  let lines = 0;
  let groups = 0;
  const failures = [];
  for (const [truth, found] of parts) {
    if (found.size === 1 && got.get([...found][0]) === wanted.get(truth)) {
      groups += 1;
      lines += wanted.get(truth);
    } else failures.push({ truth, lines: wanted.get(truth), parts: found.size });
  }
  failures.sort((a, b) => b.lines - a.lines);
  return { ga: lines / truths.length, fga: (2 * groups) / (got.size + wanted.size), failures };
}

function read(dir, name) {
  const file = join(dir, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

function pairsRight(dir, options) {
  const pairs = read(dir, 'pairs.json');
  const right = pairs.filter(({ a, b, expect }) => {
    const [x, y] = keysOf([a, b], options);
    return (x === y) === (expect === 'same');
  });
  return `pairs ${right.length}/${pairs.length}`;
}

function familiesRight(dir, options) {
  const families = read(dir, 'families.json');
  const right = families.filter(({ text, values, expect }) => {
    const keys = keysOf(
      values.map((value) => text.replace('%', value)),
      options,
    );
    return new Set(keys).size === (expect === 'apart' ? values.length : 1);
  });
  return `families ${right.length}/${families.length}`;
}

function measure(dir, name, options, { raw, shown }) {
  const data = existsSync(join(dir, 'data')) ? join(dir, 'data') : dir;
  const files = readdirSync(data).filter((file) => file.endsWith('.jsonl'));
  if (files.length === 0) throw new SetupError(`${data} holds no *.jsonl.`);
  console.log(`\ntocsin ${name}${raw ? ', raw lines' : ''}`);
  const scores = files.sort().map((file) => {
    const rows = readFileSync(join(data, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const lines = rows.map((row) => (raw ? (row.raw ?? row.line) : row.line));
    const result = score(
      rows.map((row) => row.truth),
      keysOf(lines, options),
    );
    console.log(
      `  ${file.replace('.jsonl', '').padEnd(14)} GA ${result.ga.toFixed(3)}  FGA ${result.fga.toFixed(3)}`,
    );
    for (const { truth, lines: count, parts } of result.failures.slice(0, shown)) {
      console.log(
        `      ${count} lines, ${parts === 1 ? 'mixed' : `${parts} parts`}: ${truth.slice(0, 120)}`,
      );
    }
    return result;
  });
  const mean = (key) => (scores.reduce((sum, result) => sum + result[key], 0) / scores.length).toFixed(3);
  console.log(
    `  ${'average'.padEnd(14)} GA ${mean('ga')}  FGA ${mean('fga')}  ${pairsRight(dir, options)}  ${familiesRight(dir, options)}`,
  );
}

await runScript(import.meta.url, async () => {
  const args = process.argv.slice(2);
  const failures = args.indexOf('--failures');
  const dir = args.find((arg, i) => !arg.startsWith('--') && i !== failures + 1) ?? args[0];
  if (dir === undefined || dir.startsWith('--')) {
    throw new SetupError('usage: npm run bench:grouping -- DIR [--raw] [--failures N]');
  }
  await build({ quiet: true });
  const view = { raw: args.includes('--raw'), shown: failures < 0 ? 0 : Number(args[failures + 1]) };
  for (const [name, options] of Object.entries(FORMS)) measure(dir, name, options, view);
});
