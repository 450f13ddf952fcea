/**
 * Finds where a MessagePack value ends, in a stream that comes in pieces: only how many values and bytes are still missing is
 * remembered, so that nesting costs nothing. https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export interface ValueScan {
  /**
   * Goes on at `from`; returns the index behind the value, `undefined` when it goes on in the next piece, or `broken` when this is no
   * MessagePack, or the value needs more than the limit.
   */
  advance(bytes: Uint8Array, from: number): number | 'broken' | undefined;
}

/** A scan for one value of at most `maxBytes`; it begins anew after each value. */
export function createValueScan(maxBytes: number): ValueScan {
  let values = 1;
  let skip = 0;
  let head: number[] = [];
  let left = maxBytes;

  return {
    advance(bytes, from) {
      let at = from;
      while (at < bytes.length) {
        if (skip > 0) {
          const step = Math.min(skip, bytes.length - at);
          skip -= step;
          at += step;
        } else {
          head.push(bytes[at] as number);
          at += 1;
          if (head.length < headLength(head[0] as number)) continue;
          const { members, payload } = contentOf(head);
          if (Number.isNaN(members)) return 'broken';
          left -= head.length + payload;
          skip = payload;
          values += members - 1;
          head = [];
          // Each value that is still to come takes a byte at least.
          if (left < values) return 'broken';
        }
        if (values === 0 && skip === 0) {
          values = 1;
          left = maxBytes;
          return at;
        }
      }
      return undefined;
    },
  };
}

/** The index behind the value at `from`, or undefined when it is broken or cut off. */
export function valueEnd(bytes: Uint8Array, from: number): number | undefined {
  const end = createValueScan(bytes.length - from).advance(bytes, from);
  return end === 'broken' ? undefined : end;
}

/** The bytes from 0xc0 on that have more head than themselves: lengths, and the types of extensions. */
const HEADS: Readonly<Record<number, number>> = {
  196: 2,
  197: 3,
  198: 5,
  199: 3,
  200: 4,
  201: 6,
  217: 2,
  218: 3,
  219: 5,
  220: 3,
  221: 5,
  222: 3,
  223: 5,
};

function headLength(first: number): number {
  return HEADS[first] ?? 1;
}

/** Payload of the types with a fixed one: floats, integers, fixext (whose type is part of it). */
const PAYLOADS: Readonly<Record<number, number>> = {
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  212: 2,
  213: 3,
  214: 5,
  215: 9,
  216: 17,
};

/** How many values and how many bytes follow a head. NaN for the byte that is never used. */
function contentOf(head: readonly number[]): { readonly members: number; readonly payload: number } {
  const first = head[0] as number;
  if (first < 0x80 || first >= 0xe0) return NOTHING;
  if (first < 0x90) return { members: 2 * (first & 15), payload: 0 };
  if (first < 0xa0) return { members: first & 15, payload: 0 };
  if (first < 0xc0) return { members: 0, payload: first & 31 };
  if (first === 0xc1) return { members: Number.NaN, payload: 0 };
  const fixed = PAYLOADS[first];
  if (fixed !== undefined) return { members: 0, payload: fixed };
  const extension = first >= 199 && first <= 201;
  const length = head.slice(1, extension ? -1 : undefined).reduce((sum, byte) => sum * 256 + byte, 0);
  if (first === 220 || first === 221) return { members: length, payload: 0 };
  if (first === 222 || first === 223) return { members: 2 * length, payload: 0 };
  return { members: 0, payload: length };
}

const NOTHING = { members: 0, payload: 0 } as const;
