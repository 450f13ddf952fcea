import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const PROBE = new URL('usage-probe.mjs', import.meta.url).href;
/** Only what a program needs: the machine's own tokens must not be used by a benchmark. */
const { PATH, HOME } = process.env;

/** Runs a program to its end with a file as stdin; throws with its stderr when it fails. Only Tocsin tells its memory. */
export async function runProgram({ command, args, input, env = {}, dir, isOurs = false, okCodes = [0] }) {
  const stdin = openSync(input, 'r');
  const usageFile = join(dir, 'usage.json');
  rmSync(usageFile, { force: true });
  // The shell tells the CPU time of what it ran, in seconds.
  const timed = ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', command, ...args];
  const startedAt = performance.now();
  const child = isOurs
    ? spawn(command, args, {
        stdio: [stdin, 'ignore', 'pipe'],
        env: { PATH, HOME, NODE_OPTIONS: `--import=${PROBE}`, TOCSIN_BENCH_USAGE: usageFile, ...env },
      })
    : // Not /dev/null: GNU grep ends at its first match there.
      spawn('bash', timed, { stdio: [stdin, 'pipe', 'pipe'], env: { PATH, HOME, ...env } });
  child.stdout?.resume();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  const ms = performance.now() - startedAt;
  closeSync(stdin);
  if (!okCodes.includes(code)) throw new Error(`${command} ended with ${code}: ${stderr.slice(-2_000)}`);
  if (isOurs) return { ms, ...JSON.parse(readFileSync(usageFile, 'utf8')) };
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? [];
  return { ms, cpuUs: (Number(user) + Number(system)) * 1e6, rssKb: undefined };
}

/** Starts the bot on free ports. */
export async function startBot(env) {
  const child = spawn(process.execPath, [CLI, 'start'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, TOCSIN_HTTP: '127.0.0.1:0', TOCSIN_UDP: '127.0.0.1:0', ...env },
  });
  let output = '';
  const ports = new Promise((resolve, reject) => {
    const look = (chunk) => {
      output = (output + chunk).slice(-20_000);
      const http = /http:\/\/127\.0\.0\.1:(\d+)\/ingest/.exec(output)?.[1];
      const udp = /udp:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (http && udp) resolve({ http: Number(http), udp: Number(udp) });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}: ${output}`)));
  });
  const { http, udp } = await ports;
  return {
    http,
    udp,
    pid: child.pid,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** CPU time and peak memory of a process so far, where there is a /proc (Linux). */
export function usageOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime (proc(5)), in ticks of 10 ms.
    const cpuUs = (Number(fields[11]) + Number(fields[12])) * 10_000;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return { cpuUs, rssKb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) };
  } catch {
    return { cpuUs: Number.NaN, rssKb: undefined };
  }
}
