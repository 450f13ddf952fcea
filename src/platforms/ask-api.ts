/** One answer of a chat's API, or none. Nothing in it is secret: the address of the request is not told. */
export type ApiAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Headers;
      /** Undefined when it was no JSON object. */
      readonly body: Readonly<Record<string, unknown>> | undefined;
      readonly clockAheadMs: number | undefined;
    }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface Question {
  readonly url: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Sent as `Authorization: Bearer …`. */
  readonly bearer?: string;
  readonly now: () => number;
}

const TIMEOUT_MS = 10_000;

/** Asks once, by POST with form fields, and waits 10 s. For looking at a platform, not for sending. */
export async function askApi({ url, fields = {}, bearer, now }: Question): Promise<ApiAnswer> {
  const askedAt = now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { status, headers } = response;
    const clockAheadMs = clockAhead(headers.get('date'), askedAt, now());
    return { kind: 'answer', status, headers, body: objectIn(await response.text()), clockAheadMs };
  } catch (error) {
    return { kind: 'unreachable', reason: reasonOf(error as Error) };
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How far a clock that read `askedAt` and `answeredAt` around an answer is surely ahead of the one in its Date header, which tells
 * whole seconds (RFC 9110, 5.6.7); negative when it is behind, 0 when they may agree.
 */
export function clockAhead(date: string | null, askedAt: number, answeredAt: number): number | undefined {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return undefined;
  if (askedAt > at + 1_000) return askedAt - (at + 1_000);
  return answeredAt < at ? answeredAt - at : 0;
}

/** Never the message of the error: it may hold the address, and so a token. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return (error.cause as { code?: string } | undefined)?.code ?? 'network error';
}
