import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createQuietMarks } from '../classify/quiet-objects.ts';
import type { Ruleset } from '../classify/signature.ts';
import { CHUNKS_UNDER_WAY, type LineChunk, type MarkLines } from '../record/line-chunk.ts';

/** Lines of a chunk on their way to a worker: `bounds` are the starts of all lines, then their ends. */
export interface MarkRequest {
  readonly bytes: Uint8Array;
  readonly bounds: Uint32Array;
}

/** What a thread is started with. */
export interface MarkerData {
  readonly rules: Ruleset;
  /** Set to 1 by the thread once RE2 is loaded. */
  readonly loaded: Int32Array;
}

/** Marks the lines of chunks, in threads of their own where there are any. */
export interface LineMarker {
  /** What each line may be at most (a MARK); undefined when nothing can be told. Settles in any order; never rejects. */
  mark(chunk: LineChunk): Promise<Uint8Array | undefined>;
  /** How many chunks may be on their way at once, so that no thread waits for another. */
  readonly inFlight: number;
  close(): Promise<void>;
}

export interface LineMarkerOptions {
  readonly rules: Ruleset;
  /** Threads besides the caller's; 0: all is done in the caller's. */
  readonly workers: number;
  /** A thread could not be started, or died: the others do its work. */
  readonly onFailed: (error: Error) => void;
}

/** Chunks that wait at each thread. */
const AT_EACH = 3;
/** Only compiled: Node 20 runs no TypeScript. */
const ENTRY = new URL('./line-marker-worker.js', import.meta.url);
const IS_COMPILED = extname(import.meta.url) === '.js';
/** A thread has loaded RE2 after some tens of ms. */
const LOADING_MS = 2_000;
/**
 * re2 1.23 keeps one handle for the whole process, which each thread that loads it frees and makes its own: threads are loaded one after
 * the other while this one stands still, and once in the life of a process, since behind the end of one the next would free what is gone
 * (https://github.com/uhop/node-re2/issues/235).
 */
let isLoaded = false;

interface Waiting {
  readonly chunk: LineChunk;
  readonly resolve: (marks: Uint8Array | undefined) => void;
}

/** A thread and what it is asked for, in this order. */
interface Thread {
  readonly worker: Worker;
  readonly asked: Waiting[];
}

/** Threads are started by the first chunk: a program that writes little needs none. */
export function createLineMarker({ rules, workers, onFailed }: LineMarkerOptions): LineMarker {
  let here: MarkLines | undefined | 'unknown' = 'unknown';
  let threads: Thread[] | undefined;
  let closing = false;

  /** In the caller's thread. */
  function markHere(chunk: LineChunk): Uint8Array | undefined {
    if (here === 'unknown') here = createQuietMarks(rules, [])?.texts;
    return here?.(chunk, 0, chunk.starts.length);
  }

  function startAll(): Thread[] {
    if (isLoaded || !IS_COMPILED) return [];
    isLoaded = workers > 0;
    return Array.from({ length: workers }, start);
  }

  function start(): Thread {
    const loaded = new Int32Array(new SharedArrayBuffer(4));
    const data: MarkerData = { rules, loaded };
    const worker = new Worker(ENTRY, { workerData: data });
    Atomics.wait(loaded, 0, 0, LOADING_MS);
    const thread: Thread = { worker, asked: [] };
    worker.on('message', (marks: Uint8Array | undefined) => thread.asked.shift()?.resolve(marks));
    worker.on('error', (error) => {
      onFailed(error);
      threads = threads?.filter((one) => one !== thread);
    });
    worker.on('exit', () => {
      threads = threads?.filter((one) => one !== thread);
      for (const { chunk, resolve } of thread.asked.splice(0)) resolve(closing ? undefined : markHere(chunk));
    });
    return thread;
  }

  function ask({ worker, asked }: Thread, chunk: LineChunk): Promise<Uint8Array | undefined> {
    const { bytes, starts, ends } = chunk;
    const lines = starts.length;
    const bounds = new Uint32Array(2 * lines);
    bounds.set(starts);
    bounds.set(ends, lines);
    // Of bytes that are shared no copy is made.
    const request: MarkRequest = { bytes, bounds };
    return new Promise((resolve) => {
      asked.push({ chunk, resolve });
      worker.postMessage(request, [bounds.buffer]);
    });
  }

  return {
    inFlight: Math.min(CHUNKS_UNDER_WAY, Math.max(1, workers * AT_EACH)),
    mark(chunk) {
      threads ??= startAll();
      const [first, ...others] = threads;
      if (!first) return Promise.resolve(markHere(chunk));
      const freest = others.reduce((best, one) => (one.asked.length < best.asked.length ? one : best), first);
      return ask(freest, chunk);
    },
    async close() {
      closing = true;
      await Promise.all((threads ?? []).map(({ worker }) => worker.terminate()));
    },
  };
}
