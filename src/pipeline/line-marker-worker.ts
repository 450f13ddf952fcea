import { parentPort, workerData } from 'node:worker_threads';
import { createQuietMarks } from '../classify/quiet-objects.ts';
import type { Ruleset } from '../classify/signature.ts';
import type { MarkRequest } from './line-marker.ts';

/** The thread of a LineMarker: answers each request with the marks of its lines. */
const mark = createQuietMarks(workerData as Ruleset, [])?.texts;

parentPort?.on('message', ({ bytes, bounds }: MarkRequest) => {
  const lines = bounds.length / 2;
  const chunk = {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    starts: bounds.subarray(0, lines),
    ends: bounds.subarray(lines),
  };
  const marks = mark?.(chunk, 0, lines);
  parentPort?.postMessage(marks, marks ? [marks.buffer] : []);
});
