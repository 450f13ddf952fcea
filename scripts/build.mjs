import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { minutes } from './progress.mjs';
import { ROOT, runScript, SetupError, setup } from './setup.mjs';

const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.build-stamp');
const NEXT = join(ROOT, 'dist.next');
const OLD = join(ROOT, 'dist.old');
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** Compiles src/ to dist/ when anything in it changed, by content. Throws SetupError with the compiler's words. */
export async function build({ quiet = false } = {}) {
  if (isBuilt(stamp())) return;
  await withFileLock(join(ROOT, '.tocsin-build.lock'), {
    onWait: () => quiet || process.stderr.write('Another command is building; waiting for it …\n'),
    work: async () => {
      // Read again: whoever built while we waited may have built this already.
      const wanted = stamp();
      if (isBuilt(wanted)) return;
      const startedAt = Date.now();
      await compile();
      copyAssets();
      chmodSync(join(NEXT, 'cli.js'), 0o755);
      writeFileSync(join(NEXT, '.build-stamp'), wanted);
      putInPlace();
      if (!quiet) process.stderr.write(`Built in ${minutes(Date.now() - startedAt)}.\n`);
    },
  });
}

function isBuilt(wanted) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && existsSync(join(DIST, 'cli.js'));
}

function stamp() {
  const hash = createHash('sha256');
  const inputs = [
    ...SETTINGS.map((name) => join(ROOT, name)).filter((file) => existsSync(file)),
    ...sources().sort(),
  ];
  for (const file of inputs) {
    hash.update(`${relative(ROOT, file)}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return `${hash.digest('hex')}\n`;
}

function sources() {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Into a fresh folder: what was deleted in src/ is gone, and a failed build leaves the last good one in place. */
async function compile() {
  rmSync(NEXT, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', 'dist.next'];
  const { code, output } = await run([...args, ...(process.stderr.isTTY ? ['--pretty'] : [])]);
  if (code === 0) return;
  rmSync(NEXT, { recursive: true, force: true });
  const errors = output.match(/error TS/g)?.length ?? 0;
  throw new SetupError(
    `${output.trimEnd()}\n\nThe build failed: ${errors} type error${errors === 1 ? '' : 's'}. dist/ is as before.`,
  );
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** tsc copies only what it compiles; pages, styles and the like go beside the code that reads them. */
function copyAssets() {
  for (const file of sources().filter((file) => !file.endsWith('.ts'))) {
    cpSync(file, join(NEXT, relative(SRC, file)));
  }
}

function putInPlace() {
  rmSync(OLD, { recursive: true, force: true });
  if (existsSync(DIST)) renameSync(DIST, OLD);
  renameSync(NEXT, DIST);
  rmSync(OLD, { recursive: true, force: true });
}

await runScript(import.meta.url, async () => {
  await setup();
  await build();
});
