import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runScript, setup } from './setup.mjs';

const FOLDERS = ['src', 'test', 'examples', 'bench'];

/** The longest first: on two cores the short ones then fill the other. */
const TOOLS = [
  { name: 'types', package: 'typescript/bin/tsc', args: ['--noEmit'] },
  {
    name: 'import direction',
    package: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.cjs', ...FOLDERS.filter(hasCode)],
  },
  { name: 'dead code', package: 'knip/bin/knip.js', args: ['--no-progress'] },
  {
    name: 'format and lint',
    package: '@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '--max-diagnostics=100', '.'],
  },
];

function hasCode(folder) {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true }).some((name) => /\.(ts|mjs)$/.test(name));
  } catch {
    return false;
  }
}

/** Runs one tool of node_modules; its output is kept, and is worth reading only when it failed. */
function run({ name, package: program, args }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      resolve({ name, ok: code === 0, output, seconds });
    });
  });
}

await runScript(import.meta.url, async () => {
  await setup();
  const results = await Promise.all(TOOLS.map(run));
  for (const { name, output } of results.filter(({ ok }) => !ok)) {
    process.stdout.write(`\n--- ${name}\n${output.trimEnd()}\n\n`);
  }
  for (const { name, ok, seconds } of results) {
    process.stdout.write(`${ok ? '✓' : '✗'} ${name.padEnd(17)} ${seconds} s\n`);
  }
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
});
