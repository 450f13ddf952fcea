import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT, runScript, setup } from './setup.mjs';

const NOTHING_RAN = { passed: 0, failed: 1, skipped: 0 };

/** Runs vitest with the counting reporter beside the usual one, and takes its arguments: files, `-t name`, `--update`. */
async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  const countsFile = join(folder, 'counts.json');
  try {
    const code = await vitest(args, countsFile);
    return { code, counts: readCounts(countsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(args, countsFile) {
  const program = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/count-reporter.mjs')}`];
  const child = spawn(process.execPath, [program, 'run', ...reporters, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TOCSIN_TEST_COUNTS: countsFile },
  });
  // On Ctrl-C the terminal tells vitest, too; waiting for it lets the tests clean up.
  process.on('SIGINT', () => {}).on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** vitest that died before its end wrote nothing, and that is a failure. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return NOTHING_RAN;
  }
}

await runScript(import.meta.url, async (args) => {
  let counts = NOTHING_RAN;
  let code = 1;
  try {
    await setup();
    await build();
    ({ code, counts } = await runTests(args));
  } finally {
    const { passed, failed, skipped } = counts;
    process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    if (code !== 0 || failed > 0 || passed === 0) process.exitCode = 1;
  }
});
