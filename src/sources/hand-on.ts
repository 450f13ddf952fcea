import type { LogRecord } from '../record/log-record.ts';
import { TraceHold, type TraceHoldOptions } from './trace-hold.ts';

/** Datagrams are handed on together this often (ms); the pipeline commits them within its own short wait. */
const HAND_ON_MS = 10;

export interface HandOn {
  add(record: LogRecord): void;
  drop(reason: string, count?: number): void;
  /** Hands on what is there; resolves when all that was handed on is committed, or could not be. */
  finish(): Promise<void>;
}

/** Collects what comes in single messages that nobody waits for, and submits it in groups. */
export function createHandOn(options: TraceHoldOptions): HandOn {
  const { pipeline, source } = options;
  const hold = new TraceHold(options);
  let joined = 0;
  let records: LogRecord[] = [];
  let dropped = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  const pending = new Set<Promise<void>>();

  const handOn = () => {
    clearTimeout(timer);
    timer = undefined;
    if (records.length === 0 && dropped.size === 0 && joined === 0) return;
    const submission = { source, records, dropped, joined };
    joined = 0;
    records = [];
    dropped = new Map();
    // A batch that cannot be stored is counted by the pipeline; there is no sender to tell.
    const forget = () => void pending.delete(done);
    const done: Promise<void> = pipeline.submit(submission).then(forget, forget);
    pending.add(done);
  };
  const soon = () => {
    timer ??= setTimeout(handOn, HAND_ON_MS);
  };

  return {
    add(record) {
      const complete = hold.take([record]);
      records.push(...complete.records);
      joined += complete.joined;
      soon();
    },
    drop(reason, count = 1) {
      if (count <= 0) return;
      dropped.set(reason, (dropped.get(reason) ?? 0) + count);
      soon();
    },
    async finish() {
      handOn();
      await Promise.allSettled([...pending, hold.finish()]);
    },
  };
}
