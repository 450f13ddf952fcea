import { lineGroups } from '../sources/lines.ts';

/** A line on stdin that is not what the command takes. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** How the lines on stdin are to be read: as they are, or each as JSON. */
export const INPUT_FORMS = ['lines', 'json'] as const;
export type InputForm = (typeof INPUT_FORMS)[number];

/** Longest line that a command reads from stdin (bytes). */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** The lines of stdin in the groups in which they come: for commands that are measured by the million lines. */
export function stdinGroups(): AsyncGenerator<readonly string[]> {
  return lineGroups(process.stdin, MAX_LINE_BYTES);
}

/** The lines of stdin with their numbers from 1. */
export async function* stdinLines(): AsyncGenerator<readonly [number: number, line: string]> {
  let number = 0;
  for await (const lines of stdinGroups()) {
    for (const line of lines) {
      number += 1;
      yield [number, line];
    }
  }
}

/** Parses one line of stdin as JSON. Throws InputError with its number, and what to do instead. */
export function jsonLine(number: number, line: string, instead: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw new InputError(`stdin:${number}: is no JSON: ${(error as Error).message}. ${instead}`);
  }
}

const CHUNK = 64 * 1024;

/** Writes lines to stdout in large pieces, no faster than they are read. */
export function createOutput() {
  let pending = '';
  return {
    async line(text: string): Promise<void> {
      pending += `${text}\n`;
      if (pending.length >= CHUNK) await this.flush();
    },
    async lines(texts: readonly string[]): Promise<void> {
      if (texts.length > 0) pending += `${texts.join('\n')}\n`;
      if (pending.length >= CHUNK) await this.flush();
    },
    async flush(): Promise<void> {
      const text = pending;
      pending = '';
      if (text !== '' && !process.stdout.write(text)) {
        await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()));
      }
    },
  };
}
