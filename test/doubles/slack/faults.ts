import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpAnswer, sendAnswer, text } from './http.ts';
import { refuse } from './message-rules.ts';
import { json, rateLimited } from './web-api.ts';

/** What goes wrong with a call, ordered by a test. */
export type Fault =
  | { readonly kind: '429'; readonly retryAfter: number }
  | { readonly kind: '500' }
  | { readonly kind: '502html' }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'reset' }
  /** Everything is done, then the connection breaks before the answer. */
  | { readonly kind: 'lost-reply' }
  /** Nothing for `ms`; then it goes on, unless the caller has left. */
  | { readonly kind: 'hang'; readonly ms: number }
  | { readonly kind: 'error'; readonly error: string; readonly extra?: Readonly<Record<string, unknown>> };

export interface Faults {
  /** `method` is a Web API method, `webhook`, `response_url`, or `*` for all. */
  add(method: string, fault: Fault, times: number): void;
  next(method: string): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  let queue: { readonly method: string; readonly fault: Fault; left: number }[] = [];
  return {
    add(method, fault, times) {
      queue.push({ method, fault, left: times });
    },
    next(method) {
      const entry = queue.find((e) => e.method === method || e.method === '*');
      if (entry === undefined) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) queue = queue.filter((e) => e !== entry);
      return entry.fault;
    },
    clear() {
      queue = [];
    },
  };
}

/** Runs the call under the fault and answers it; returns what was answered, undefined when nothing was. */
export async function answerUnder(
  fault: Fault | undefined,
  work: () => HttpAnswer,
  req: IncomingMessage,
  res: ServerResponse,
  isWebApi: boolean,
): Promise<unknown> {
  if (fault?.kind === 'reset') {
    req.socket.destroy();
    return undefined;
  }
  if (fault?.kind === 'hang') {
    await new Promise((resolve) => setTimeout(resolve, fault.ms).unref());
    if (req.socket.destroyed) return undefined;
  }
  const answer = faultAnswer(fault, isWebApi) ?? work();
  if (fault?.kind === 'lost-reply') {
    req.socket.destroy();
    return undefined;
  }
  sendAnswer(res, answer);
  return answer.response;
}

function faultAnswer(fault: Fault | undefined, isWebApi: boolean): HttpAnswer | undefined {
  switch (fault?.kind) {
    case '429':
      if (isWebApi) return rateLimited(fault.retryAfter);
      return text(429, 'rate_limited', { 'retry-after': String(fault.retryAfter) });
    case '500':
      return isWebApi ? { ...json(refuse('internal_error')), status: 500 } : text(500, 'rollup_error');
    case '502html':
      return text(502, '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>');
    case 'error':
      if (isWebApi) return json({ ...refuse(fault.error), ...fault.extra });
      return text(
        ['no_service', 'no_team', 'channel_not_found'].includes(fault.error) ? 404 : 400,
        fault.error,
      );
    default:
      return undefined;
  }
}
