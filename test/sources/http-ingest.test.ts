import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpIngest } from '../../src/sources/http-ingest.ts';
import { cleanUp, tempDir } from '../e2e/bot-process.ts';
import { openRoom } from '../pipeline/room.ts';

it('says how much of a huge body was stored when the database fails in the middle', async () => {
  onTestFinished(cleanUp);
  const room = openRoom({ dataDir: tempDir() });
  const { pipeline } = room;
  let pieces = 0;
  const handle = createHttpIngest({
    pipeline: {
      overloaded: false,
      submit: (submission) => {
        pieces += 1;
        // A database that is closed is a real one that fails.
        if (pieces === 3) room.store.close();
        return pipeline.submit(submission);
      },
    },
    source: 'test',
    token: undefined,
    maxBodyBytes: 1_000_000,
    maxLineBytes: 1_000,
    now: Date.now,
  });
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const body = 'hello\n'.repeat(20_000);
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    accepted: 10_000,
    errors: [{ reason: expect.stringMatching(/only the first 10000/) }],
  });
});
