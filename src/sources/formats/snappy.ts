/**
 * Snappy's block format, as Loki and Prometheus use it. https://github.com/google/snappy/blob/main/format_description.txt
 * Undefined for bytes that are none, and for more than `maxBytes` of output. Linear; allocates what the output takes.
 */
export function unsnappy(input: Uint8Array, maxBytes: number): Buffer | undefined {
  const head = readLength(input);
  // A copy of three bytes makes at most 64: a short input cannot claim a long output.
  if (!head || head.length > maxBytes || head.length > 64 * input.length) return undefined;
  const output = Buffer.alloc(head.length);
  let at = head.end;
  let end = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    if ((tag & 3) === 0) {
      const literal = literalAt(input, at, tag >> 2);
      if (!literal || literal.end > input.length || end + literal.length > output.length) return undefined;
      output.set(input.subarray(literal.end - literal.length, literal.end), end);
      at = literal.end;
      end += literal.length;
    } else {
      const copy = copyAt(input, at, tag);
      if (!copy || copy.offset === 0 || copy.offset > end || end + copy.length > output.length)
        return undefined;
      copyWithin(output, end, copy.offset, copy.length);
      at = copy.end;
      end += copy.length;
    }
  }
  return end === output.length ? output : undefined;
}

/** A varint of at most 32 bits. */
function readLength(input: Uint8Array): { length: number; end: number } | undefined {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = input[index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length > 0xffff_ffff ? undefined : { length, end: index + 1 };
  }
  return undefined;
}

/** Lengths from 61 on stand in one to four bytes behind the tag. */
function literalAt(input: Uint8Array, at: number, code: number): { length: number; end: number } | undefined {
  if (code < 60) return { length: code + 1, end: at + code + 1 };
  const bytes = code - 59;
  if (at + bytes > input.length) return undefined;
  const length = littleEndian(input, at, bytes) + 1;
  return { length, end: at + bytes + length };
}

function copyAt(
  input: Uint8Array,
  at: number,
  tag: number,
): { offset: number; length: number; end: number } | undefined {
  const kind = tag & 3;
  const bytes = kind === 3 ? 4 : kind;
  if (at + bytes > input.length) return undefined;
  const low = littleEndian(input, at, bytes);
  if (kind === 1) return { offset: ((tag >> 5) << 8) | low, length: ((tag >> 2) & 7) + 4, end: at + 1 };
  return { offset: low, length: (tag >> 2) + 1, end: at + bytes };
}

function littleEndian(input: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + (input[at + index] as number);
  return value;
}

/** A copy may reach into what it writes itself: it then repeats. */
function copyWithin(output: Buffer, end: number, offset: number, length: number): void {
  if (offset >= length) output.copyWithin(end, end - offset, end - offset + length);
  else
    for (let index = 0; index < length; index++) output[end + index] = output[end + index - offset] as number;
}
