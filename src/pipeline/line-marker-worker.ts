import { parentPort, workerData } from 'node:worker_threads';
import { createQuietMarks } from '../classify/quiet-objects.ts';
import type { MarkerData, MarkRequest } from './line-marker.ts';

/** The thread of a LineMarker: answers each request with the marks of its lines. */
const { rules, loaded } = workerData as MarkerData;
Atomics.store(loaded, 0, 1);
Atomics.notify(loaded, 0);
const mark = createQuietMarks(rules, [])?.texts;

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
