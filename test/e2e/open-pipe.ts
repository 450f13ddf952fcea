import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';

/** A `tocsin pipe` whose stdin stays open until the test ends it. */
export interface OpenPipe {
  write(text: string): void;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Closes stdin. */
  end(): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

export function openPipe(env: Readonly<Record<string, string>>): OpenPipe {
  const cli = resolve(import.meta.dirname, '../../dist/cli.js');
  const { PATH, HOME } = process.env;
  const child: ChildProcess = spawn(process.execPath, [cli, 'pipe'], { env: { PATH, HOME, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  child.stdin?.on('error', () => {});
  return {
    write: (text) => void child.stdin?.write(text),
    output: () => output,
    kill: (signal) => void child.kill(signal),
    end: () => void child.stdin?.end(),
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}
