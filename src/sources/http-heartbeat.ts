import type { Pipeline } from '../pipeline/pipeline.ts';
import { createDoor, type HttpDoor, type ReceiverOptions } from './http-receiver.ts';
import { type Route, route } from './http-server.ts';

/** `/heartbeat/nightly-backup`, `/heartbeat/nightly-backup/fail`. */
const PATH = /^\/heartbeat\/([^/]+)(\/fail)?\/?$/;

export type BeatAnswer =
  | { readonly known: true; readonly nextBy: number }
  | { readonly known: false; readonly hint: string };

export interface HeartbeatOptions extends Omit<ReceiverOptions, 'pipeline'> {
  readonly pipeline: Pick<Pipeline, 'submit'>;
  /** Takes a beat, or what a job says of its failure; resolves after the commit. */
  readonly beat: (name: string, failure: string | undefined) => Promise<BeatAnswer>;
}

/** `POST /heartbeat/<name>` and `…/fail`: jobs that say that they are alive. */
export function heartbeatRoute({ pipeline, beat, ...options }: HeartbeatOptions): Route {
  const door: HttpDoor = {
    source: 'heartbeat',
    refused: ({ status, reason }) => ({ status, body: { ok: false, reason } }),
  };
  // A beat is small: however many lines wait, it is taken.
  const quiet = { overloaded: false, submit: pipeline.submit.bind(pipeline) };
  return route(
    PATH,
    createDoor(door, { ...options, pipeline: quiet }, async ({ path, body }) => {
      const [, name = '', failed] = PATH.exec(path) ?? [];
      try {
        const answer = await beat(decoded(name), failed === undefined ? undefined : body.toString('utf8'));
        return answer.known
          ? { status: 200, body: { ok: true, next_by: new Date(answer.nextBy).toISOString() } }
          : { status: 404, body: { ok: false, reason: answer.hint } };
      } catch {
        return { status: 503, body: { ok: false, reason: 'the database did not take it; come again' } };
      }
    }),
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
