import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { BodyBudget } from './body-budget.ts';

/** What a source on a TCP stream is given. */
export interface StreamSourceOptions {
  readonly host: string;
  readonly port: number;
  readonly pipeline: Pick<Pipeline, 'submit' | 'overloaded'>;
  readonly maxLineBytes: number;
  readonly maxBodyBytes: number;
  /** How long a record waits for the rest of its stack trace (ms); 0: not at all. */
  readonly stackTraceMs: number;
  /** What all connections together may hold of messages that are not complete. */
  readonly budget: BodyBudget;
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** How often it is looked whether the bot can take lines again (ms). */
const OVERLOADED_WAIT_MS = 50;

/** While the bot is overloaded nothing is read: TCP then holds the sender back. */
export async function waitWhileOverloaded(pipeline: Pick<Pipeline, 'overloaded'>): Promise<void> {
  while (pipeline.overloaded) await sleep(OVERLOADED_WAIT_MS);
}

/** What one connection holds of the shared budget; when it is slow and others need it, the connection ends. */
export function createHold(budget: BodyBudget, socket: Socket) {
  let taken = 0;
  let lastAt = performance.now();
  const release = budget.hold({
    heldSince: () => (taken > 0 ? lastAt : undefined),
    evict: () => {
      budget.give(taken);
      taken = 0;
      socket.destroy();
    },
  });
  socket.once('close', release);
  return {
    /** Holds so many bytes from now on; false when they are not left, and nothing is held then. */
    set(bytes: number): boolean {
      budget.give(taken);
      lastAt = performance.now();
      const granted = budget.take(bytes);
      taken = granted ? bytes : 0;
      return granted;
    },
  };
}
