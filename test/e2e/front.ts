import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Front {
  readonly origin: string;
  stop(): Promise<void>;
}

export interface FrontOptions {
  /** Where requests really go: the origin of a double. */
  readonly target: string;
  /** Changes the answer to a method, as only the real platform could give it. */
  readonly change?: Readonly<Record<string, (result: Record<string, unknown>) => Record<string, unknown>>>;
  /** How far the clock of the platform is from ours (ms). */
  readonly clockMs?: number;
}

/** Stands before a double of the Bot API and tells what the double itself has no way to say. */
export async function startFront({ target, change = {}, clockMs = 0 }: FrontOptions): Promise<Front> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(target + request.url, {
      method: request.method ?? 'POST',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    const body = (await answer.json()) as { result?: Record<string, unknown> };
    const adapt = change[(request.url ?? '').split('/').at(-1) ?? ''];
    if (adapt && body.result) body.result = adapt(body.result);
    response.sendDate = false;
    const date = new Date(Date.now() + clockMs).toUTCString();
    response.writeHead(answer.status, { 'content-type': 'application/json', date });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
