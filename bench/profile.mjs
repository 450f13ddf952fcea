import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.mjs';
import { ROOT, runScript } from '../scripts/setup.mjs';
import { corpusFile } from './corpus.mjs';
import { CLI, runProgram } from './process.mjs';
import { emptyConfig } from './rows-pipe.mjs';
import { makeSignatures, signaturesFile } from './signatures.mjs';

const LINES = 400_000;
const SHOWN = 20;
const WIDTH = 90;

/** Where a node of the profile belongs: a file of ours, a package, Node, or the engine. */
function placeOf({ functionName, url }) {
  if (url.startsWith('file:')) {
    const path = relative(ROOT, fileURLToPath(url));
    return path.includes('node_modules/')
      ? path.replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+).*$/, '$1')
      : path;
  }
  return url.startsWith('node:') ? 'node' : functionName || 'engine';
}

/** Own time of each place and each function of it, in shares of the whole. */
function summarise({ nodes, samples, timeDeltas }) {
  const own = new Map();
  for (const [n, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + timeDeltas[n]);
  const total = [...own.values()].reduce((sum, us) => sum + us, 0);
  const functions = new Map();
  for (const { id, callFrame } of nodes) {
    const place = placeOf(callFrame);
    const name = callFrame.functionName || '(anonymous)';
    const key = (place === name ? name : `${place}  ${name}`).slice(0, WIDTH);
    functions.set(key, (functions.get(key) ?? 0) + (own.get(id) ?? 0));
  }
  return [...functions].sort((a, b) => b[1] - a[1]).map(([name, us]) => [name, (us / total) * 100]);
}

/** `node bench/profile.mjs [raw|json] [signatures] [errors]`: where `tocsin pipe` spends its time. */
await runScript(import.meta.url, async ([form = 'raw', signatures = '200', errors = '0.03']) => {
  await build();
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-profile-'));
  try {
    const rules = join(dir, 'signatures.yml');
    writeFileSync(rules, signaturesFile(makeSignatures(Number(signatures))));
    const input = await corpusFile(dir, { seed: 1, errors: Number(errors), groups: 17_000 }, form, LINES);
    const args = ['--cpu-prof', `--cpu-prof-dir=${dir}`, CLI, 'pipe'];
    const env = {
      TOCSIN_DATA: join(dir, 'data'),
      TOCSIN_CONFIG: emptyConfig(dir),
      ERROR_SIGNATURES_PATH: rules,
      LOG_AGGREGATOR_SHADOW: '1',
    };
    await runProgram({ command: process.execPath, args, input, env, dir, isOurs: true });
    for (const file of readdirSync(dir).filter((name) => name.endsWith('.cpuprofile'))) {
      process.stdout.write(
        `${LINES} ${form} lines, ${signatures} signatures, ${Number(errors) * 100} % errors\n`,
      );
      const rows = summarise(JSON.parse(readFileSync(join(dir, file), 'utf8'))).slice(0, SHOWN);
      for (const [name, share] of rows) process.stdout.write(`${share.toFixed(1).padStart(5)} %  ${name}\n`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
