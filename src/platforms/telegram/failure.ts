import { GrammyError, HttpError } from 'grammy';

/** What went wrong with a call, without anything secret: grammY's errors carry the address of the request, and so the token. */
export type Failure =
  /** Telegram answered, and refused. */
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly description: string;
      readonly retryAfterMs: number | undefined;
      readonly migratedTo: number | undefined;
    }
  /** No answer of Telegram. `maybeDone`: the request had left, its answer was lost. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly maybeDone: boolean }
  /** A bug of ours or grammY's. */
  | { readonly kind: 'bug'; readonly reason: string };

/** Connecting failed, so nothing was sent. Certificates are checked before the first byte of the request. */
const NEVER_LEFT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_INVALID_URL|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|EPROTO)$/;

/** Sorts what a call of grammY threw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GrammyError) {
    const { retry_after: seconds, migrate_to_chat_id: migratedTo } = error.parameters;
    return {
      kind: 'refused',
      code: error.error_code,
      description: error.description,
      retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
      migratedTo,
    };
  }
  if (error instanceof HttpError) return unreachable(error.error);
  return { kind: 'bug', reason: error instanceof Error ? error.name : typeof error };
}

/** A refusal or an outage in a few words. */
export function describe(failure: Failure): string {
  return failure.kind === 'refused' ? `${failure.code}: ${failure.description}` : failure.reason;
}

function unreachable(cause: unknown): Failure {
  const { name = '', code, type } = (cause ?? {}) as { name?: string; code?: string; type?: string };
  if (name === 'AbortError') return { kind: 'unreachable', reason: 'no answer in time', maybeDone: true };
  // A gateway's HTML page (502, 504): the server behind it may have done its work before the gateway lost patience.
  if (type === 'invalid-json') {
    return { kind: 'unreachable', reason: 'an answer that is not of the Bot API', maybeDone: true };
  }
  const reason = code ?? 'network error';
  return { kind: 'unreachable', reason, maybeDone: !NEVER_LEFT.test(reason) };
}
