import { createGrowingBytes } from './growing-bytes.ts';
import { createValueScan } from './msgpack-scan.ts';

export interface MsgpackFrames {
  /** Whole MessagePack values, one each. */
  readonly frames: readonly Uint8Array[];
  /** What follows cannot be read: it is no MessagePack, or larger than the limit. */
  readonly broken: boolean;
}

/** Splits a byte stream into MessagePack values of at most `maxBytes`. */
export function createMsgpackSplitter(maxBytes: number) {
  const scan = createValueScan(maxBytes);
  const begun = createGrowingBytes();
  return {
    /** Bytes that a value holds whose end has not come yet. */
    get held(): number {
      return begun.capacity;
    },

    push(chunk: Uint8Array): MsgpackFrames {
      const frames: Uint8Array[] = [];
      for (let at = 0; at < chunk.length; ) {
        const end = scan.advance(chunk, at);
        if (end === 'broken') {
          begun.take();
          return { frames, broken: true };
        }
        begun.append(chunk.subarray(at, end));
        if (end === undefined) break;
        frames.push(begun.take());
        at = end;
      }
      return { frames, broken: false };
    },
  };
}
