import type { LogRecord } from '../../record/log-record.ts';
import { cutRecord } from './line-limits.ts';

/** What a decoder found in one request or message: each item is a record, or is counted with the reason why it is none. */
export interface Decoded {
  readonly records: readonly LogRecord[];
  readonly dropped: ReadonlyMap<string, number>;
}

/** The whole request means nothing to the decoder. */
export interface Unreadable {
  readonly unreadable: string;
}

export interface DecodeContext {
  /** ms since the epoch, Tocsin's own clock. */
  readonly observedAt: number;
  /** Longer records are cut (bytes of UTF-8). */
  readonly maxLineBytes: number;
  /** What compressed parts may become (bytes). */
  readonly maxBodyBytes: number;
}

/** Collects what a decoder finds. */
export interface Harvest extends Decoded {
  /** Returns false when the record was one too many. */
  add(record: LogRecord): boolean;
  drop(reason: string, count?: number): void;
}

/** Why records beyond MAX_RECORDS are dropped. */
export const TOO_MANY = 'too_many';
/** A body of 10 MB can hold millions of empty records; so many of one request are taken. */
export const MAX_RECORDS = 50_000;

export function createHarvest(context: DecodeContext): Harvest {
  const records: LogRecord[] = [];
  const dropped = new Map<string, number>();
  const drop = (reason: string, count = 1) => {
    if (count > 0) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  };
  return {
    records,
    dropped,
    drop,
    add(record) {
      if (records.length >= MAX_RECORDS) {
        drop(TOO_MANY);
        return false;
      }
      records.push(cutRecord(record, context));
      return true;
    },
  };
}
