import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './chat/command.ts';
import type { Settings } from './config/settings.ts';
import { type Owner, RECORDS, TEXT_ONLY } from './control.ts';
import type { EngineRoom } from './engine-room.ts';
import type { ConnectedPlatforms } from './platforms.ts';
import { createBodyBudget } from './sources/body-budget.ts';
import { readBody } from './sources/http-body.ts';
import { type HeartbeatOptions, heartbeatRoute } from './sources/http-heartbeat.ts';
import { protocolRoutes } from './sources/http-protocols.ts';
import { type Route, route } from './sources/http-server.ts';
import { createRecordIngest } from './sources/record-ingest.ts';

interface Shared {
  readonly settings: Settings;
  readonly room: EngineRoom;
  readonly now: () => number;
}

/** What all requests together may hold while they are read. */
const BODIES_BYTES = 16 * 1024 ** 2;

/** What the network may ask (product.md section 7). */
export function botRoutes(
  options: Shared & {
    readonly ready: () => { readonly ready: boolean };
    readonly beat: HeartbeatOptions['beat'];
    readonly platforms: ConnectedPlatforms;
  },
): Route[] {
  const { settings, room, now, ready, platforms, beat } = options;
  const { maxBodyBytes, maxLineBytes, ingestToken: token } = settings;
  const { pipeline, metrics } = room;
  const budget = createBodyBudget(Math.max(BODIES_BYTES, 2 * maxBodyBytes));
  const receiving = { pipeline, token, maxBodyBytes, maxLineBytes, budget, now, marks: () => room.marks };
  return [
    ...protocolRoutes(receiving),
    heartbeatRoute({ ...receiving, beat }),
    route('/healthz', (_, response) => json(response, 200, { status: 'alive' })),
    route('/readyz', (_, response) => {
      const state = ready();
      json(response, state.ready ? 200 : 503, state);
    }),
    route('/metrics', async (_, response) => {
      const text = await metrics.text();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    }),
    (request, response, path) => platforms.slack?.handle(request, response, path) ?? false,
    (request, response) => platforms.console?.handle(request, response) ?? false,
  ];
}

/** What the command line asks over the socket that only its owner may open. */
export function controlRoutes(
  options: Shared & { readonly ask: (words: readonly string[]) => Answer },
): Route[] {
  const { settings, room, ask } = options;
  const { maxBodyBytes } = settings;
  const { pipeline } = room;
  return [
    route(RECORDS, createRecordIngest({ pipeline, source: 'pipe', maxBodyBytes })),
    ping('bot'),
    route('/command', async (request: IncomingMessage, response: ServerResponse) => {
      const read = await readBody(request, { maxBytes: 64 * 1024 });
      if (!read.ok) return json(response, read.status, { reason: read.reason });
      const answer = ask(JSON.parse(read.body.toString('utf8')) as string[]);
      const { message, exit } = answer;
      // All lines of a large database are many: they are read only for scripts.
      json(response, 200, request.url?.endsWith(TEXT_ONLY) ? { message, exit } : answer);
    }),
    route('/drained', (_, response) => {
      // What the pipe handed over is committed: it waited for that.
      json(response, 200, { waiting: room.store.outbox.waiting() });
    }),
  ];
}

/** Says who owns the data directory. */
export function ping(owner: Owner): Route {
  return route('/ping', (_, response) => json(response, 200, { owner }));
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
