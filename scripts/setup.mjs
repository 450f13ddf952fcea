import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from './file-lock.mjs';
import { minutes, showProgress } from './progress.mjs';
import { adviceFor } from './setup-advice.mjs';

/** The folder of package.json, whatever folder the command was called from. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const STAMP = join(ROOT, 'node_modules/.tocsin-setup');
const LOCK_FILE = join(ROOT, 'package-lock.json');
const OLDEST_NODE = 20;

/** Compiled on the spot; the file is there when that is done. */
const NATIVE = [
  { name: 'better-sqlite3', binary: 'build/Release/better_sqlite3.node' },
  { name: 're2', binary: 'build/Release/re2.node' },
];

const ALOUD = { say: (text) => process.stderr.write(`${text}\n`), progress: showProgress };
const SILENT = { say() {}, progress: () => () => {} };

/** What a person can do something about: shown without a stack. */
export class SetupError extends Error {}

/** Installs what is missing. Takes a millisecond when nothing is; throws SetupError with what to do when it cannot. */
export async function setup({ quiet = false } = {}) {
  requireNode();
  const wanted = stamp();
  if (isReady(wanted)) return;
  const voice = quiet ? SILENT : ALOUD;
  await withFileLock(join(ROOT, '.tocsin-setup.lock'), {
    onWait: () => voice.say('Another command is installing the packages; waiting for it …'),
    work: async () => {
      if (isReady(wanted)) return;
      if (!isInstalledByHand() || !nativeLoads().ok) await install(voice);
      linkOwnCommand();
      writeFileSync(STAMP, wanted);
    },
  });
}

function requireNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return;
  throw new SetupError(
    `Tocsin needs Node ${OLDEST_NODE} or later, this is ${process.versions.node} (${process.execPath}). ` +
      'Install a newer one from https://nodejs.org or with `nvm install 22`, then run it again.',
  );
}

/** Differs when other packages are wanted, or when the compiled ones do not fit this Node or this machine. */
function stamp() {
  const list = readFileSync(existsSync(LOCK_FILE) ? LOCK_FILE : join(ROOT, 'package.json'));
  const { modules } = process.versions;
  return `${createHash('sha256').update(list).digest('hex')} ${modules} ${process.platform}-${process.arch}\n`;
}

function isReady(wanted) {
  return (
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === wanted &&
    NATIVE.every(({ name, binary }) => existsSync(join(ROOT, 'node_modules', name, binary)))
  );
}

/** Whether somebody ran `npm ci` or `npm install` already: doing that again would cost three minutes for nothing. */
function isInstalledByHand() {
  const installed = packagesOf(join(ROOT, 'node_modules/.package-lock.json'));
  const wanted = packagesOf(LOCK_FILE);
  if (!installed || !wanted) return false;
  const isThere = ([path, { version, optional }]) =>
    path === '' || (installed[path] ? installed[path].version === version : optional === true);
  return Object.entries(wanted).every(isThere);
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

async function install({ say, progress }) {
  const startedAt = Date.now();
  say(
    'Installing the packages. Two of them (better-sqlite3, re2) may be compiled here: about three minutes, once.',
  );
  const hasLock = existsSync(LOCK_FILE);
  let result = await npm(hasLock ? ['ci'] : ['install'], progress);
  // A lock file written on another platform, or edited by hand, can lack entries: `npm ci` refuses, `install` adds.
  if (!result.ok && hasLock && /code EUSAGE/.test(result.output)) {
    say('package-lock.json is not complete for this machine; installing without writing it.');
    result = await npm(['install', '--no-save'], progress);
  }
  if (!result.ok) throw failure(result.output);
  const loaded = nativeLoads();
  if (!loaded.ok) throw nativeFailure(loaded.output);
  say(`Installed in ${minutes(Date.now() - startedAt)}.`);
}

/** Runs npm with its output kept back; `--include=dev`, because the build needs tsc wherever NODE_ENV points. */
function npm(command, progress) {
  const args = [
    ...command,
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=warn',
  ];
  const { execPath, prefix } = npmProgram();
  return new Promise((resolve) => {
    const child = spawn(execPath, [...prefix, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && prefix.length === 0,
    });
    const endProgress = progress(stage);
    const stop = (signal) => {
      child.kill(signal);
      endProgress();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (ok) => {
      endProgress();
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve({ ok, output });
    };
    child.on('error', (error) => {
      keep(`${error.message}\n`);
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

/** The npm that called us, else the one in PATH. */
function npmProgram() {
  const calledBy = process.env.npm_execpath;
  return calledBy?.endsWith('npm-cli.js')
    ? { execPath: process.execPath, prefix: [calledBy] }
    : { execPath: 'npm', prefix: [] };
}

/** npm says nothing while it works: what it is at shows in the files that exist so far. */
function stage() {
  const folder = (name, file) => existsSync(join(ROOT, 'node_modules', name, file));
  const compiling = NATIVE.filter(({ name, binary }) => folder(name, 'build') && !folder(name, binary));
  const done = NATIVE.filter(({ name, binary }) => folder(name, binary));
  if (compiling.length > 0) {
    return `compiling ${compiling.map(({ name }) => name).join(' and ')} (${done.length} of ${NATIVE.length} done)`;
  }
  if (done.length === NATIVE.length) return 'finishing';
  return folder('re2', 'binding.gyp') ? 'looking for ready-made binaries' : 'downloading packages';
}

/** Loads both native packages in a process of their own: a wrong binary can take the process down. */
function nativeLoads() {
  const code = "new (require('better-sqlite3'))(':memory:').close(); new (require('re2'))('a').test('a')";
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { ok: status === 0, output: `${stdout}${stderr}${signal ? `ended by ${signal}\n` : ''}` };
}

function failure(output) {
  const tail = output.trimEnd().split('\n').slice(-60).join('\n');
  return new SetupError(`${tail}\n\nThe installation failed. ${adviceFor(output)}`);
}

function nativeFailure(output) {
  const missing = NATIVE.filter(({ name, binary }) => !existsSync(join(ROOT, 'node_modules', name, binary)));
  const reason =
    missing.length > 0
      ? `${missing.map(({ name }) => name).join(' and ')} was not compiled: npm did not run its install script. ` +
        'Look for `ignore-scripts=true` (`npm config get ignore-scripts`), turn it off for this folder, and run it again.'
      : `better-sqlite3 or re2 does not load on Node ${process.versions.node}. \`rm -rf node_modules\`, and run it again; ` +
        'if it stays, use Node 20, 22 or 24.';
  return new SetupError(`${output.trimEnd()}\n\nThe packages are installed, but ${reason}`);
}

/** So that `npx tocsin …` finds the command in a clone: npm links the commands of dependencies only. */
function linkOwnCommand() {
  if (process.platform === 'win32') return;
  const link = join(ROOT, 'node_modules/.bin/tocsin');
  mkdirSync(join(ROOT, 'node_modules/.bin'), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync('../../dist/cli.js', link);
}

/** Runs a command of this folder: what a person can mend is said without a stack, and the exit code is 1. */
export async function runScript(metaUrl, main) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(metaUrl)) return;
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

await runScript(import.meta.url, () => setup());
