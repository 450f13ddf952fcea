/** When nothing more came for so long (ms), whoever sends waits for an answer or has nothing to say. */
const LULL_MS = 1;
/** While more keeps coming a commit waits for it until writing takes at most this share of the time, within these bounds (ms). */
const SHARE = 0.1;
const SOONEST_MS = 5;
const LATEST_MS = 100;
/** In a lull so much of the time may be spent on writing: single lines that come one after the other must not be all commits. */
const LULL_SHARE = 0.2;

export interface CommitPace {
  /** Something waits for a commit, at a time (ms, of any clock that only goes forward). */
  submitted(at: number): void;
  /** How long the commit of what waits is to be put off still (ms); 0: it is due. */
  delay(at: number): number;
  /** All that waited is written: it took from one time to another. */
  committed(from: number, to: number): void;
}

/**
 * When to commit what waits: at once while little comes, so that an alert is not late; together while much comes, so that writing
 * (a sync to the disk each time, whose price only the disk knows) leaves the time to the lines.
 */
export function createCommitPace(): CommitPace {
  let firstAt: number | undefined;
  let lastAt = 0;
  let writeMs = 0;
  let writtenAt = Number.NEGATIVE_INFINITY;

  return {
    submitted(at) {
      firstAt ??= at;
      lastAt = at;
    },
    delay(at) {
      const patience = Math.min(LATEST_MS, Math.max(SOONEST_MS, writeMs / SHARE));
      const lull = Math.max(lastAt + LULL_MS, writtenAt + Math.min(LATEST_MS, writeMs / LULL_SHARE));
      return Math.max(0, Math.min((firstAt ?? at) + patience, lull) - at);
    },
    committed(from, to) {
      firstAt = undefined;
      writeMs = to - from;
      writtenAt = to;
    },
  };
}
