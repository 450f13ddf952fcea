/**
 * The times of one group's events, folded where they are equal. Grows with distinct times only, as far as `foldAbove` lets it;
 * forgets what is older than the longest span it was ever asked for. A buffer that the hot path owns: it changes in place.
 */
export class SlidingWindow {
  #at: number[] = [];
  #count: number[] = [];
  #head = 0;
  #total = 0;

  /** Adds `count` events at `at` (ms). A time before the last one counts as the last one: a clock that steps back loses nothing. */
  add(at: number, count = 1): void {
    const last = this.#at.length - 1;
    const time = last >= this.#head ? Math.max(at, this.#at[last] as number) : at;
    if (last >= this.#head && this.#at[last] === time) {
      this.#count[last] = (this.#count[last] as number) + count;
    } else if (this.#at.length === 0) {
      // Room for one: of many groups there is never a second event.
      this.#at = [time];
      this.#count = [count];
    } else {
      this.#at.push(time);
      this.#count.push(count);
    }
    this.#total += count;
  }

  /** Forgets events before `from`, and returns how many lie at or after it: the edge counts as inside. */
  countSince(from: number): number {
    while (this.#head < this.#at.length && (this.#at[this.#head] as number) < from) {
      this.#total -= this.#count[this.#head] as number;
      this.#head += 1;
    }
    if (this.#head > 64 && this.#head * 2 > this.#at.length) {
      this.#at = this.#at.slice(this.#head);
      this.#count = this.#count.slice(this.#head);
      this.#head = 0;
    }
    return this.#total;
  }

  /**
   * Keeps no more than `most` times: the newer half as they are, so that a threshold of half as many events is judged exactly; of
   * the older ones those within a 1/(most / 4) of their span count from the first of them, so that what leaves the window leaves it
   * a little early.
   */
  foldAbove(most: number): void {
    if (this.#at.length - this.#head <= most) return;
    const split = this.#at.length - Math.ceil(most / 2);
    const first = this.#at[this.#head] as number;
    const grain = ((this.#at[split] as number) - first) / (most / 4);
    const at: number[] = [];
    const count: number[] = [];
    let until = Number.NEGATIVE_INFINITY;
    for (let i = this.#head; i < this.#at.length; i++) {
      const time = this.#at[i] as number;
      if (i < split && time < until)
        count[count.length - 1] = (count.at(-1) as number) + (this.#count[i] as number);
      else {
        at.push(time);
        count.push(this.#count[i] as number);
        until = time + grain;
      }
    }
    this.#at = at;
    this.#count = count;
    this.#head = 0;
  }

  /** Takes over the events of another window, whose own times may lie between these. */
  take(other: SlidingWindow): void {
    const own = this.#events();
    const all = [...own, ...other.#events()].sort((a, b) => a.at - b.at);
    this.#at = [];
    this.#count = [];
    this.#head = 0;
    this.#total = 0;
    for (const { at, count } of all) this.add(at, count);
  }

  #events() {
    return this.#at.slice(this.#head).map((at, index) => {
      return { at, count: this.#count[this.#head + index] as number };
    });
  }

  /** Time of the oldest event that is still remembered. */
  get firstAt(): number | undefined {
    return this.#at[this.#head];
  }

  /** Time of the newest event. */
  get lastAt(): number | undefined {
    return this.#head < this.#at.length ? this.#at[this.#at.length - 1] : undefined;
  }
}
