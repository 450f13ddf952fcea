/** A small snappy compressor for the tests: literals, and copies of what stood at most 64 kB before. */
export function snappy(input: Uint8Array): Buffer {
  const out: Buffer[] = [varint(input.length)];
  const seen = new Map<string, number>();
  let literal = 0;
  let at = 0;
  const flush = (end: number) => {
    for (let from = literal; from < end; from += 60) {
      const part = input.subarray(from, Math.min(end, from + 60));
      out.push(Buffer.from([(part.length - 1) << 2]), Buffer.from(part));
    }
  };
  while (at + 4 <= input.length) {
    const key = Buffer.from(input.subarray(at, at + 4)).toString('latin1');
    const before = seen.get(key);
    seen.set(key, at);
    if (before === undefined || at - before > 0xffff) {
      at += 1;
      continue;
    }
    let length = 4;
    while (length < 64 && at + length < input.length && input[before + length] === input[at + length])
      length += 1;
    flush(at);
    const offset = at - before;
    out.push(Buffer.from([((length - 1) << 2) | 2, offset & 255, offset >> 8]));
    at += length;
    literal = at;
  }
  flush(input.length);
  return Buffer.concat(out);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
