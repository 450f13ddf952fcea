import type { Api } from 'grammy';

/** grammY's own signal type, which is not the platform's; at run time both do. */
type Signal = NonNullable<Parameters<Api['getMe']>[0]>;

export interface DeadlineOptions {
  readonly ms: number;
  /** Ends the work earlier. */
  readonly stopping?: AbortSignal;
}

/** Runs a call that is aborted after some time. grammY's own limit is one for all calls of a client, long polls included. */
export async function withDeadline<T>(
  { ms, stopping }: DeadlineOptions,
  call: (signal: Signal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  if (stopping?.aborted) abort();
  stopping?.addEventListener('abort', abort, { once: true });
  try {
    return await call(controller.signal as unknown as Signal);
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', abort);
  }
}
