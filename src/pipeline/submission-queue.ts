import type { Submission } from './submission.ts';

/** A submission, and who waits for it. */
export interface Waiting {
  readonly submission: Submission;
  /** When it came (performance.now). */
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What waits for its commit, in its order. */
export class SubmissionQueue {
  #waiting: Waiting[] = [];
  #records = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Records of all that waits. */
  get records(): number {
    return this.#records;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#records += waiting.submission.records.length;
  }

  /** Takes out what came first: so many records, or few more. */
  take(most: number): readonly Waiting[] {
    const taken: Waiting[] = [];
    for (let records = 0; records < most; ) {
      const next = this.#waiting.shift();
      if (!next) break;
      taken.push(next);
      records += next.submission.records.length;
    }
    this.#records -= recordsOf(taken);
    return taken;
  }

  /** They are the next again. */
  putBack(taken: readonly Waiting[]): void {
    this.#waiting = [...taken, ...this.#waiting];
    this.#records += recordsOf(taken);
  }
}

export function recordsOf(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { submission }) => sum + submission.records.length, 0);
}
