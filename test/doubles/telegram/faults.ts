import { migrated, Refusal, tooManyRequests } from './refusal.ts';

/** What can go wrong between a bot and Telegram, to be scripted per method. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: '429'; readonly retryAfter: number }
  | { readonly kind: '500' }
  /** The HTML page of a proxy in front of the API. */
  | { readonly kind: '502html' }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'reset' }
  /** Done, but the connection breaks before the answer: the bot can't know. */
  | { readonly kind: 'lost-reply' }
  /** Held for so long, then done as usual unless the bot has hung up. */
  | { readonly kind: 'hang'; readonly ms: number }
  | { readonly kind: '401' }
  | { readonly kind: '409' }
  | { readonly kind: '403'; readonly description: string }
  | { readonly kind: '400'; readonly description: string }
  | { readonly kind: 'migrate'; readonly to: number }
);

export interface FaultScript {
  add(method: string, fault: Fault): void;
  clear(): void;
  /** The fault for this request, used up by asking. */
  next(method: string): Fault | undefined;
}

/** Faults of one method are used up in the order they were added; `*` is for any method. */
export function createFaultScript(): FaultScript {
  const queues = new Map<string, { fault: Fault; left: number }[]>();
  const take = (key: string): Fault | undefined => {
    const queue = queues.get(key);
    const first = queue?.[0];
    if (!first) return undefined;
    first.left -= 1;
    if (first.left <= 0) queue.shift();
    return first.fault;
  };
  return {
    add(method, fault) {
      const key = method.toLowerCase();
      const queue = queues.get(key) ?? [];
      queues.set(key, queue);
      queue.push({ fault, left: fault.times ?? 1 });
    },
    clear: () => queues.clear(),
    next: (method) => take(method.toLowerCase()) ?? take('*'),
  };
}

/** The refusal that a fault stands for, if it is one that the API itself would word. */
export function refusalOf(fault: Fault): Refusal | undefined {
  switch (fault.kind) {
    case '429':
      return tooManyRequests(fault.retryAfter);
    case '500':
      return new Refusal(500, 'Internal Server Error');
    case '401':
      return unauthorized();
    case '409':
      return conflict();
    case '403':
      return new Refusal(403, withPrefix('Forbidden: ', fault.description));
    case '400':
      return new Refusal(400, withPrefix('Bad Request: ', fault.description));
    case 'migrate':
      return migrated(fault.to);
    default:
      return undefined;
  }
}

export function unauthorized(): Refusal {
  return new Refusal(401, 'Unauthorized');
}

export function conflict(): Refusal {
  const advice = 'make sure that only one bot instance is running';
  return new Refusal(409, `Conflict: terminated by other getUpdates request; ${advice}`);
}

function withPrefix(prefix: string, description: string): string {
  return description.startsWith(prefix) ? description : prefix + description;
}
