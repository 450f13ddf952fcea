/**
 * Splits a byte stream into lines (without `\n` and `\r`), in groups of what came together. A line longer than `maxBytes` is
 * cut there, and what follows up to its end is left out. Pulls only as fast as it is consumed.
 */
export async function* lineGroups(input: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  for await (const piece of input) {
    const chunk: Buffer = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const part = chunk.subarray(start, end);
      if (!skipping) lines.push(text(rest.length === 0 ? part : Buffer.concat([rest, part]), maxBytes));
      rest = Buffer.alloc(0);
      skipping = false;
      start = end + 1;
    }
    if (!skipping) {
      rest = rest.length === 0 ? chunk.subarray(start) : Buffer.concat([rest, chunk.subarray(start)]);
      if (rest.length > maxBytes) {
        lines.push(text(rest, maxBytes));
        rest = Buffer.alloc(0);
        skipping = true;
      }
    }
    if (lines.length > 0) yield lines;
  }
  if (!skipping && rest.length > 0) yield [text(rest, maxBytes)];
}

function text(bytes: Buffer, maxBytes: number): string {
  const cut = bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes;
  return cut.toString('utf8').replace(/\r$/, '');
}
