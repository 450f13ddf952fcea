import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

/** The real bot, as a user starts it: the built command line in a process of its own. */
export interface BotProcess {
  readonly http: string;
  readonly udpPort: number;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** All that it wrote so far, both streams. */
  output(): string;
  post(body: string, type?: string): Promise<{ status: number; body: IngestAnswer }>;
  get(path: string): Promise<{ status: number; text: string }>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Nobody reads its output any more. */
  closeOutput(): void;
}

export interface IngestAnswer {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { line: number; reason: string }[];
}

const dirs: string[] = [];
const running = new Set<ChildProcess>();

/** A directory that is removed by `cleanUp`. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  dirs.push(dir);
  return dir;
}

/** Ends what a test left running, and removes its directories. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((child) => endProcess(child, 'SIGKILL')));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** Starts the bot on free ports and waits until it listens; rejects with its output when it ends instead. */
export async function startBot(env: Readonly<Record<string, string>> = {}): Promise<BotProcess> {
  const dataDir = env['TOCSIN_DATA'] ?? join(tempDir(), 'data');
  const full = { TOCSIN_HTTP: '127.0.0.1:0', TOCSIN_UDP: '127.0.0.1:0', TOCSIN_DATA: dataDir, ...env };
  const child = spawn(process.execPath, [CLI, 'start'], {
    env: cleanEnv(full),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const ports = new Promise<{ http: string; udpPort: number }>((done, fail) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      const http = /http:\/\/(127\.0\.0\.1:\d+)\/ingest/.exec(output)?.[1];
      const udp = /udp:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (http && udp) done({ http: `http://${http}`, udpPort: Number(udp) });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => fail(new Error(`the bot ended with ${code}:\n${output}`)));
  });
  const { http, udpPort } = await ports;
  return {
    http,
    udpPort,
    dataDir,
    env: full,
    output: () => output,
    async post(body, type = 'application/x-ndjson') {
      const response = await fetch(`${http}/ingest`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      return { status: response.status, body: (await response.json()) as IngestAnswer };
    },
    async get(path) {
      const response = await fetch(http + path);
      return { status: response.status, text: await response.text() };
    },
    kill: (signal) => endProcess(child, signal),
    closeOutput() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await exited)[0];
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of the built command line to its end. */
export async function cli(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: cleanEnv(options.env ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** What the machine's own environment says about chats must not leak into a test. */
function cleanEnv(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env };
}

/** Looks again and again until `look` gives something, at most `timeoutMs`. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 5_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`nothing within ${timeoutMs} ms: ${look}`);
    await new Promise((resolveLater) => setTimeout(resolveLater, 20));
  }
}
