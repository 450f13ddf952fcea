import type { Destination } from '../delivery/destination.ts';

export type PlatformStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** `reason` is a sentence for people that says how to mend it; no secret is in it. */
  | { readonly state: 'failed'; readonly reason: string };

/** One connected chat platform, as `src/bot.ts` sees it. No failure of a platform ever throws out of it or ends the process. */
export interface Platform {
  readonly name: string;
  /** Where alerts go. */
  readonly destinations: readonly Destination[];
  /** Begins connecting and returns soon; how it went is in `status()` and told to `onStatus`. */
  start(): Promise<void>;
  /** Ends polling and sockets; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  status(): PlatformStatus;
}
