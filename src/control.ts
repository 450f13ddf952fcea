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

/** Where a pipe hands its lines over. */
export const RECORDS = '/records';

/** Behind the path of a command: no data, only what people read. */
export const TEXT_ONLY = '?text';

export interface ControlReply {
  readonly status: number;
  readonly body: string;
}

/** A bot that may not be asked. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(dataDir: string, reason: string, cause?: Error) {
    super(`TOCSIN_DATA: the bot on ${dataDir} cannot be asked: ${reason}.`, { cause });
  }
}

/** A bot that is alive answers within some ms. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Lines wait until they are committed, or refused because another process held the database for long (pipeline.ts). */
const COMMIT_TIMEOUT_MS = 30_000;

/** Asks the running bot; undefined when none is running on this data directory. Rejects with ControlError. */
export function askBot(
  dataDir: string,
  method: 'GET' | 'POST',
  path: string,
  body = '',
  type = 'application/json',
): Promise<ControlReply | undefined> {
  return new Promise((resolveReply, reject) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    // A connection of its own: one that is kept may lead to a bot that has ended since.
    const to = { socketPath: controlSocket(dataDir), method, path, headers, agent: false };
    const request = httpRequest(to, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => reject(new ControlError(dataDir, error.message, error)));
      response.on('end', () =>
        resolveReply({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // No socket, or one that a killed process left behind.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR')
        resolveReply(undefined);
      else if (error.code === 'EACCES')
        reject(new ControlError(dataDir, 'it runs as another user: ask as that user', error));
      else reject(new ControlError(dataDir, error.message, error));
    });
    const timeoutMs = path === RECORDS ? COMMIT_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
    request.setTimeout(timeoutMs, () =>
      request.destroy(new Error(`it does not answer (${timeoutMs / 1000} s)`)),
    );
    request.end(body);
  });
}

/** Who writes into a data directory: there is only ever one. */
export type Owner = 'bot' | 'pipe';

/** Who answers on this data directory, if anybody does. */
export async function findRunning(dataDir: string): Promise<Owner | undefined> {
  const reply = await askBot(dataDir, 'GET', '/ping');
  if (reply && reply.status !== 200) throw new ControlError(dataDir, `it answers ${reply.status}`);
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
