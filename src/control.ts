import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Unix socket paths end at 108 bytes on Linux, 104 on macOS (unix(7)). */
const LONGEST_SOCKET_PATH = 100;

/** Where the bot of a data directory is reached by the command line: a socket that only its owner may open. */
export function controlSocket(dataDir: string): string {
  const path = resolve(dataDir, 'tocsin.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  return join(tmpdir(), `tocsin-${createHash('sha1').update(path).digest('hex').slice(0, 12)}.sock`);
}

export interface ControlReply {
  readonly status: number;
  readonly body: string;
}

/** A bot that may not be asked. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(dataDir: string, cause: NodeJS.ErrnoException) {
    const reason = cause.code === 'EACCES' ? 'it runs as another user: ask as that user' : cause.message;
    super(`TOCSIN_DATA: the bot on ${dataDir} cannot be asked: ${reason}.`, { cause });
  }
}

/** Asks the running bot; undefined when none is running on this data directory. */
export function askBot(
  dataDir: string,
  method: 'GET' | 'POST',
  path: string,
  body = '',
  type = 'application/json',
): Promise<ControlReply | undefined> {
  return new Promise((resolveReply, reject) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const request = httpRequest({ socketPath: controlSocket(dataDir), method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolveReply({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // No socket, or one that a killed process left behind.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR')
        resolveReply(undefined);
      else reject(new ControlError(dataDir, error));
    });
    request.end(body);
  });
}

/** Who writes into a data directory: there is only ever one. */
export type Owner = 'bot' | 'pipe';

/** Who answers on this data directory, if anybody does. */
export async function findRunning(dataDir: string): Promise<Owner | undefined> {
  const reply = await askBot(dataDir, 'GET', '/ping');
  return reply && (JSON.parse(reply.body) as { owner: Owner }).owner;
}

/** Removes what a killed process left behind; to be called when nobody answers there. */
export function clearStaleSocket(dataDir: string): string {
  const path = controlSocket(dataDir);
  rmSync(path, { force: true });
  return path;
}

/** Only the owner may talk to the bot through it. */
export function protectSocket(path: string): void {
  chmodSync(path, 0o600);
}
