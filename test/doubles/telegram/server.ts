import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultScript, refusalOf, unauthorized } from './faults.ts';
import type { Methods } from './methods.ts';
import { readPayload } from './payload.ts';
import { Refusal } from './refusal.ts';
import type { ApiResponse, Call, Payload } from './types.ts';

export interface ServerParts {
  readonly methods: Methods;
  readonly faults: FaultScript;
  readonly calls: Call[];
  isToken(token: string): boolean;
  isDown(): boolean;
}

/** Listens on 127.0.0.1 at a free port; speaks `/bot<token>/<method>`. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const methods = new Map(
    Object.entries(parts.methods).map(([name, run]) => [name.toLowerCase(), { name, run }]),
  );
  const server = createServer((request, response) => void serve(request, response));
  server.on('connection', (socket) => parts.isDown() && socket.destroy());
  server.keepAliveTimeout = 60_000;

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://telegram');
    const [, token = '', asked = ''] =
      /^\/bot([^/]+)\/([^/]+)$/.exec(url.pathname.replace(/%3A/i, ':')) ?? [];
    const method = methods.get(asked.toLowerCase());
    const hungUp = new AbortController();
    response.on('close', () => !response.writableFinished && hungUp.abort());
    const call: Call = { method: method?.name ?? asked, payload: {}, at: Date.now(), response: undefined };
    parts.calls.push(call);

    const perform = async (payload: Payload) => {
      if (!/^\d+:[\w-]+$/.test(token) || !method) {
        if (/^\d+:[\w-]+$/.test(token) && !parts.isToken(token)) throw unauthorized();
        throw new Refusal(404, 'Not Found');
      }
      if (!parts.isToken(token)) throw unauthorized();
      return method.run(payload, hungUp.signal);
    };

    let payload: Payload = {};
    const read = await answerOf(async () => {
      payload = await readPayload(request, url.searchParams);
      return true;
    });
    Object.assign(call, { payload });
    const fault = parts.faults.next(call.method);
    if (fault?.kind === 'hang' && !(await held(fault.ms, hungUp.signal))) return lose(call, response);
    if (fault?.kind === 'reset') return lose(call, response);
    if (fault?.kind === '502html') return sendBadGateway(call, response);
    const answer = await answerOf(async () => {
      if (fault) throwIf(refusalOf(fault));
      return read.ok ? perform(payload) : Promise.reject(refusalFrom(read));
    });
    if (fault?.kind === 'lost-reply' || hungUp.signal.aborted) return lose(call, response);
    call.response = answer;
    sendJson(response, answer);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export function rootOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs and words the outcome as the API does; a throw that is no refusal is a bug of the double: 500. */
async function answerOf(run: () => Promise<unknown>): Promise<ApiResponse> {
  try {
    return { ok: true, result: await run() };
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    return refused(new Refusal(500, `Internal Server Error: the Telegram double failed: ${String(error)}`));
  }
}

function refused({ code, message, parameters }: Refusal): ApiResponse {
  return { ok: false, error_code: code, description: message, ...(parameters && { parameters }) };
}

function refusalFrom(answer: ApiResponse & { ok: false }): Refusal {
  return new Refusal(answer.error_code, answer.description);
}

function throwIf(error: Error | undefined): void {
  if (error) throw error;
}

/** Waits; false when the client hung up meanwhile. */
async function held(ms: number, hungUp: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: hungUp });
    return true;
  } catch {
    return false;
  }
}

function lose(call: Call, response: ServerResponse): void {
  call.response = 'lost';
  response.socket?.destroy();
}

function sendJson(response: ServerResponse, answer: ApiResponse): void {
  response.writeHead(answer.ok ? 200 : answer.error_code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
}

function sendBadGateway(call: Call, response: ServerResponse): void {
  call.response = { ok: false, error_code: 502, description: 'Bad Gateway' };
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n');
}
