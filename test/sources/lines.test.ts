import { describe, expect, it } from 'vitest';
import { CHUNKS_KEPT, CHUNKS_UNDER_WAY, type LineChunk, textOfLine } from '../../src/record/line-chunk.ts';
import { lineChunks } from '../../src/sources/lines.ts';

async function chunksOf(pieces: readonly string[]): Promise<LineChunk[]> {
  const input = async function* () {
    for (const piece of pieces) yield Buffer.from(piece);
  };
  const chunks: LineChunk[] = [];
  for await (const chunk of lineChunks(input(), 1_000)) chunks.push(chunk);
  return chunks;
}

const firstLines = (chunks: readonly LineChunk[]) => chunks.map((chunk) => textOfLine(chunk, 0));

describe('a chunk of lines', () => {
  it('holds while the next line comes in any number of pieces', async () => {
    const chunks = await chunksOf(['one\nt', ...Array.from({ length: 300 }, () => 'w'), 'o\nthree']);
    expect(firstLines(chunks)).toEqual(['one', `t${'w'.repeat(300)}o`, 'three']);
  });

  it('holds while the end of a line that is too long comes in any number of pieces', async () => {
    const chunks = await chunksOf([
      'one\n',
      'x'.repeat(1_500),
      ...Array.from({ length: 300 }, () => 'y'),
      '\nz\n',
    ]);
    expect(firstLines(chunks)).toEqual(['one', 'x'.repeat(1_000), 'z']);
  });

  it('holds while as many come as others may keep and have under way', async () => {
    const many = CHUNKS_KEPT + CHUNKS_UNDER_WAY;
    const chunks = await chunksOf(Array.from({ length: many + 1 }, (_, n) => `line ${n}\n`));
    expect(firstLines(chunks)).toEqual(chunks.map((_, n) => `line ${n}`));
  });
});
