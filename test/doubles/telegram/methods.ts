import type { Payload } from './types.ts';

/** One method of the API: parameters in, result out; throws a `Refusal` for what the API refuses. */
export type Method = (payload: Payload, hungUp: AbortSignal) => unknown;

/** Methods by the name that the documentation gives them; the API itself ignores case. */
export type Methods = Readonly<Record<string, Method>>;
