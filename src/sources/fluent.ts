import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { LogRecord } from '../record/log-record.ts';
import { countDropped } from './count-dropped.ts';
import { decodeFluent } from './formats/fluent.ts';
import { answerPing, heloMessage } from './formats/fluent-handshake.ts';
import { createMsgpackSplitter, type MsgpackFrames } from './formats/msgpack-frames.ts';
import { encodeMsgpack } from './formats/msgpack-write.ts';
import { StreamServer } from './stream-server.ts';
import { createHold, type StreamSourceOptions, waitWhileOverloaded } from './stream-source.ts';
import { TraceHold } from './trace-hold.ts';

export interface FluentOptions extends StreamSourceOptions {
  /** What senders must know (`shared_key`); undefined: nobody is asked. */
  readonly sharedKey: string | undefined;
}

const SOURCE = 'fluent';
/** A PING is a few hundred bytes; before it nobody is trusted with more. */
const PING_BYTES = 4096;
const HANDSHAKE_MS = 10_000;
const NONCE_BYTES = 16;
/** Records that are committed together, at least, of what came together. */
const COMMIT_RECORDS = 5_000;
/** Acknowledgements that a sender does not read are not kept without end. */
const MAX_UNREAD_BYTES = 1024 ** 2;

/** Fluent Forward over TCP: Fluentd, Fluent Bit, Docker's driver. A chunk is acknowledged after its commit. */
export function createFluent(options: FluentOptions): StreamServer {
  const { host, port, log } = options;
  return new StreamServer({ host, port, log, setting: 'fluent', serve: (socket) => serve(socket, options) });
}

async function serve(socket: Socket, options: FluentOptions): Promise<void> {
  const { pipeline, budget, maxBodyBytes, sharedKey } = options;
  const hold = createHold(budget, socket);
  const traces = new TraceHold({ ...options, source: SOURCE });
  const gate = sharedKey === undefined ? undefined : openGate(socket, sharedKey);
  let splitter = createMsgpackSplitter(gate ? PING_BYTES : maxBodyBytes);
  let trusted = gate === undefined;
  try {
    // Left early, the stream must live on until the last answer is written.
    for await (const piece of socket.iterator({ destroyOnReturn: false })) {
      let chunk = piece as Buffer;
      if (!trusted) {
        const answered = gate?.(splitter.push(chunk));
        if (answered === 'waiting') continue;
        if (answered !== 'trusted') return await countDropped(pipeline, SOURCE, 'unauthorized');
        trusted = true;
        splitter = createMsgpackSplitter(maxBodyBytes);
        chunk = Buffer.alloc(0);
      }
      await waitWhileOverloaded(pipeline);
      const found = splitter.push(chunk);
      if (!(await submit(found, socket, options, traces))) return;
      if (found.broken) return await countDropped(pipeline, SOURCE, 'malformed');
      if (!hold.set(splitter.held)) return await countDropped(pipeline, SOURCE, 'overloaded');
    }
    if (splitter.held > 0) await countDropped(pipeline, SOURCE, 'incomplete');
  } catch {
    // The connection broke; what it had begun was not acknowledged, and comes again.
    if (splitter.held > 0) await countDropped(pipeline, SOURCE, 'incomplete');
  } finally {
    hold.set(0);
    await traces.finish();
  }
}

/** Says HELO; what comes first must be a PING that knows the key. A sender says nothing more before the PONG. */
function openGate(socket: Socket, sharedKey: string) {
  const nonce = randomBytes(NONCE_BYTES);
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.write(heloMessage(nonce));
  return ({ frames, broken }: MsgpackFrames): 'trusted' | 'waiting' | 'refused' => {
    const [ping] = frames;
    if (!ping) return broken ? 'refused' : 'waiting';
    clearTimeout(timer);
    const { ok, pong } = answerPing(ping, nonce, sharedKey);
    if (pong) socket.write(pong);
    return ok ? 'trusted' : 'refused';
  };
}

/** Resolves to false when the connection must end: nothing could be stored (without the acknowledgement the sender comes again), or it reads no answers. */
async function submit(
  { frames }: MsgpackFrames,
  socket: Socket,
  options: FluentOptions,
  traces: TraceHold,
): Promise<boolean> {
  if (frames.length === 0) return true;
  const { pipeline, now, maxLineBytes, maxBodyBytes } = options;
  const context = { observedAt: now(), maxLineBytes, maxBodyBytes };
  const chunks: string[] = [];
  let records: LogRecord[] = [];
  let dropped = new Map<string, number>();
  const commit = async () => {
    const { records: complete, joined } = traces.take(records);
    const submission = { source: SOURCE, records: complete, dropped, joined };
    records = [];
    dropped = new Map();
    await waitWhileOverloaded(pipeline);
    if (complete.length > 0 || submission.dropped.size > 0 || joined > 0) await pipeline.submit(submission);
  };
  try {
    for (const { chunk, batches } of frames.map((frame) => decodeFluent(frame, context))) {
      for (const batch of batches) {
        records = records.length === 0 ? [...batch.records] : records.concat(batch.records);
        for (const [reason, count] of batch.dropped) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
        if (records.length >= COMMIT_RECORDS) await commit();
      }
      if (chunk !== undefined) chunks.push(chunk);
    }
    await commit();
    // What is acknowledged is stored: then nothing waits for the next line.
    const last = chunks.length > 0 ? traces.flush() : undefined;
    if (last && last.records.length > 0) await pipeline.submit({ source: SOURCE, ...last });
  } catch {
    return false;
  }
  for (const chunk of chunks) socket.write(encodeMsgpack({ ack: chunk }));
  return socket.writableLength <= MAX_UNREAD_BYTES;
}
