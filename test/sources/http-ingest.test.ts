import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createBodyBudget } from '../../src/sources/body-budget.ts';
import { createHttpIngest } from '../../src/sources/http-ingest.ts';
import { cleanUp, eventually, tempDir } from '../e2e/bot-process.ts';
import { openRoom } from '../pipeline/room.ts';

type Options = Parameters<typeof createHttpIngest>[1];

/** The ingest alone, on a real server; returns its address. */
async function serve(options: Pick<Options, 'pipeline'> & Partial<Options>): Promise<string> {
  const handle = createHttpIngest('test', {
    token: undefined,
    maxBodyBytes: 1_000_000,
    maxLineBytes: 1_000,
    now: Date.now,
    ...options,
  });
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const headers = { 'content-type': 'text/plain' };

it('says how much of a huge body was stored when the database fails in the middle', async () => {
  onTestFinished(cleanUp);
  const room = openRoom({ dataDir: tempDir() });
  const { pipeline } = room;
  let pieces = 0;
  const url = await serve({
    pipeline: {
      overloaded: false,
      submit: (submission) => {
        pieces += 1;
        // A database that is closed is a real one that fails.
        if (pieces === 3) room.store.close();
        return pipeline.submit(submission);
      },
    },
  });
  const body = 'hello\n'.repeat(20_000);
  const response = await fetch(url, { method: 'POST', body, headers });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    // The last line of a piece waits for the rest of its stack trace, and went with the piece that failed.
    accepted: 9_999,
    errors: [{ reason: expect.stringMatching(/only the first 9999/) }],
  });
});

it('asks senders to come later while the bodies under way hold too much, and takes them afterwards', async () => {
  onTestFinished(cleanUp);
  const { pipeline } = openRoom({ dataDir: tempDir() });
  const url = await serve({ pipeline, budget: createBodyBudget(100_000) });
  const post = () => fetch(url, { method: 'POST', body: 'hello\n'.repeat(10_000), headers });
  const slow = request(url, { method: 'POST', headers });
  const answered = once(slow, 'response');
  slow.write('hello\n'.repeat(10_000));
  const refused = await eventually(async () => {
    const response = await post();
    return response.status === 429 ? response : undefined;
  });
  expect(refused.headers.get('retry-after')).toBe('1');
  slow.end();
  const [response] = (await answered) as [{ statusCode: number }];
  expect(response.statusCode).toBe(200);
  for (let n = 0; n < 3; n += 1) expect((await post()).status).toBe(200);
});
