import type { GroupState } from '../alerting/decide.ts';
import { SlidingWindow } from '../alerting/sliding-window.ts';
import type { PersistedState } from '../store/group-state.ts';

export interface GroupStateCache {
  /** The live state of a group; read back from the database when it is not in memory. */
  get(fingerprint: string, sinceMs: number): GroupState;
  /** So many times of events each group may remember, so that all of them together stay within some ten MB (16 bytes each). */
  readonly timesEach: number;
  /** After a batch that could not be committed: what was decided in it never happened. */
  forget(fingerprints: Iterable<string>): void;
  /** After new rules: windows may have become longer. */
  clear(): void;
}

/** Times of events that all groups remember together, and one of them at least and at most. */
const TIMES = { all: 2_000_000, least: 64, most: 20_000 };

/**
 * The engine's memory. The database holds the same, so that a group which is dropped here (too many, a restart, a rollback)
 * is read back as it was. Holds the `capacity` groups that were used last.
 */
export function createGroupStateCache(
  load: (fingerprint: string, sinceMs: number) => PersistedState | undefined,
  capacity = 200_000,
): GroupStateCache {
  // Two generations instead of an exact LRU: a hit in the old one moves to the young one, and the old one is dropped whole.
  let young = new Map<string, GroupState>();
  let old = new Map<string, GroupState>();

  function read(fingerprint: string, sinceMs: number): GroupState {
    const persisted = load(fingerprint, sinceMs);
    const window = new SlidingWindow();
    for (const { at, count } of persisted?.events ?? []) window.add(at, count);
    return { window, lastAlertAt: persisted?.lastAlertAt, isNew: persisted === undefined };
  }

  return {
    get(fingerprint, sinceMs) {
      let state = young.get(fingerprint);
      if (state) return state;
      state = old.get(fingerprint) ?? read(fingerprint, sinceMs);
      if (young.size >= capacity / 2) {
        old = young;
        young = new Map();
      }
      young.set(fingerprint, state);
      return state;
    },
    get timesEach() {
      return Math.min(TIMES.most, Math.max(TIMES.least, Math.floor(TIMES.all / (young.size + old.size + 1))));
    },
    forget(fingerprints) {
      for (const fingerprint of fingerprints) {
        young.delete(fingerprint);
        old.delete(fingerprint);
      }
    },
    clear() {
      young.clear();
      old.clear();
    },
  };
}

/** Two groups have become one: what the engine remembers of `other` belongs to `state` as well. */
export function uniteStates(state: GroupState, other: GroupState): void {
  state.window.take(other.window);
  state.isNew &&= other.isNew;
  if (other.lastAlertAt !== undefined)
    state.lastAlertAt = Math.max(state.lastAlertAt ?? 0, other.lastAlertAt);
}
