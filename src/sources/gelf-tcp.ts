import type { Socket } from 'node:net';
import { countDropped } from './count-dropped.ts';
import { decodeGelf } from './formats/gelf.ts';
import { createHarvest } from './formats/harvest.ts';
import { createNulSplitter, type NulFrames } from './formats/nul-frames.ts';
import { StreamServer } from './stream-server.ts';
import { createHold, type StreamSourceOptions, waitWhileOverloaded } from './stream-source.ts';
import { TraceHold } from './trace-hold.ts';

/** GELF over TCP: messages that end with a NUL. */
export function createGelfTcp(options: StreamSourceOptions): StreamServer {
  const { host, port, log } = options;
  return new StreamServer({
    host,
    port,
    log,
    setting: 'gelf.tcp',
    serve: (socket) => serve(socket, options),
  });
}

async function serve(socket: Socket, options: StreamSourceOptions): Promise<void> {
  const { pipeline, budget, maxLineBytes } = options;
  const splitter = createNulSplitter(maxLineBytes);
  const hold = createHold(budget, socket);
  const traces = new TraceHold({ ...options, source: 'gelf' });
  try {
    for await (const chunk of socket) {
      await waitWhileOverloaded(pipeline);
      await submit(splitter.push(chunk as Buffer), options, traces);
      if (!hold.set(splitter.held)) return await countDropped(pipeline, 'gelf', 'overloaded');
    }
    await submit(splitter.end(), options, traces);
  } catch {
    // The connection broke; what it had begun is all that is lost.
    if (splitter.held > 0) await countDropped(pipeline, 'gelf', 'incomplete');
  } finally {
    hold.set(0);
    await traces.finish();
  }
}

async function submit(
  { frames, tooLarge }: NulFrames,
  options: StreamSourceOptions,
  traces: TraceHold,
): Promise<void> {
  const { pipeline, now, maxLineBytes, maxBodyBytes } = options;
  const context = { observedAt: now(), maxLineBytes, maxBodyBytes };
  const harvest = createHarvest(context);
  harvest.drop('too_large', tooLarge);
  for (const frame of frames) {
    const message = decodeGelf(frame, context);
    if ('dropped' in message) harvest.drop(message.dropped);
    else harvest.add(message.record);
  }
  const { dropped } = harvest;
  const { records, joined } = traces.take(harvest.records);
  if (records.length === 0 && dropped.size === 0 && joined === 0) return;
  // A batch that cannot be stored is counted by the pipeline; GELF has no answer that would tell the sender.
  await pipeline.submit({ source: 'gelf', records, joined, dropped }).catch(() => undefined);
}
