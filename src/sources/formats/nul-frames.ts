import { createGrowingBytes } from './growing-bytes.ts';

export interface NulFrames {
  readonly frames: readonly Uint8Array[];
  /** Messages that were longer than the limit, and are passed over. */
  readonly tooLarge: number;
}

/** Splits a byte stream into messages that end with a NUL (GELF over TCP), each of at most `maxBytes`. */
export function createNulSplitter(maxBytes: number) {
  const begun = createGrowingBytes();
  let skipping = false;

  return {
    /** Bytes that a message holds whose end has not come yet. */
    get held(): number {
      return begun.capacity;
    },

    push(chunk: Uint8Array): NulFrames {
      const frames: Uint8Array[] = [];
      let tooLarge = 0;
      const take = (part: Uint8Array) => {
        if (skipping) return;
        if (begun.length + part.length > maxBytes) {
          begun.take();
          skipping = true;
          tooLarge += 1;
        } else begun.append(part);
      };
      let start = 0;
      for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
        take(chunk.subarray(start, end));
        const frame = begun.take();
        // Two NULs in a row end nothing.
        if (frame.length > 0) frames.push(frame);
        skipping = false;
        start = end + 1;
      }
      if (start < chunk.length) take(chunk.subarray(start));
      return { frames, tooLarge };
    },

    /** What stands at the end of the stream without a NUL. */
    end(): NulFrames {
      return { frames: begun.length > 0 ? [begun.take()] : [], tooLarge: 0 };
    },
  };
}
