import { MARK } from './line-chunk.ts';
import { continues, type Group, type Held, isOpen, openGroup, reopenGroup } from './trace-group.ts';

export interface JoinerOptions {
  /** How long the last line of a stream waits for another one of its trace (ms); 0: nothing is joined. */
  readonly waitMs: number;
  /** Lines of one trace that are kept: the first, and the last quarter. */
  readonly maxLines?: number;
  /** Characters of one trace that are kept. */
  readonly maxLength?: number;
  /** Streams with a line that waits. */
  readonly maxStreams?: number;
}

/** Takes lines that are one record: their text, what came with the first of them, and how many they are. */
export type Joined<T> = (text: string, item: T, lines: number) => void;

/** However steadily its lines come, a trace is complete after so many times `waitMs`. */
const LONGEST_WAITS = 4;

/**
 * Joins the consecutive lines of one stack trace (Python, Java, Node, Go, Ruby, .NET, PHP, Rust), with the log line that leads it,
 * for any number of streams. A line waits for the next one of its stream, `waitMs` at most; time is an argument.
 */
export class StackJoiner<T> {
  readonly #waitMs: number;
  readonly #maxLines: number;
  readonly #maxLength: number;
  readonly #maxStreams: number;
  readonly #groups = new Map<string, Group<T>>();
  readonly #onJoined: Joined<T>;
  /** Every stream that waits is ahead of it; from the beginning it would pass all that have gone, again and again. */
  #byAge = this.#groups.keys();
  #open = 0;

  constructor(
    onJoined: Joined<T>,
    { waitMs, maxLines = 200, maxLength = 64 * 1024, maxStreams = 2_000 }: JoinerOptions,
  ) {
    this.#onJoined = onJoined;
    this.#waitMs = waitMs;
    this.#maxLines = maxLines;
    this.#maxLength = maxLength;
    this.#maxStreams = maxStreams;
  }

  /** Whether a line waits. */
  get waiting(): boolean {
    return this.#groups.size > 0;
  }

  /** Whether some line that is no line of a trace (MARK) may go on what waits. */
  get open(): boolean {
    return this.#open > 0;
  }

  /** The same of what waits in one stream. */
  isOpen(stream: string): boolean {
    return this.#groups.get(stream)?.open === true;
  }

  /** Takes the next line of a stream. `mark` is what it may be at most. */
  feed(stream: string, line: string, item: T, at: number, mark: number = MARK.TRACE): void {
    if (this.#waitMs <= 0) {
      this.#onJoined(line, item, 1);
      return;
    }
    const group = this.#groups.get(stream);
    if (!group) {
      if (this.#groups.size >= this.#maxStreams) this.#completeOldest();
      const opened = openGroup(line, item, at);
      this.#groups.set(stream, opened);
      this.#note(opened, mark);
      return;
    }
    const verdict = continues(group, line);
    if (verdict === 'no') {
      if (group.tentative.length > 0) this.#restart(stream, group, { line, item, at });
      else {
        this.#emit(group);
        reopenGroup(group, line, item, at);
        this.#note(group, mark);
      }
      return;
    }
    group.lastAt = at;
    if (verdict === 'maybe') group.tentative.push({ line, item, at });
    else {
      for (const held of group.tentative) this.#append(group, held.line);
      group.tentative.length = 0;
      this.#append(group, line);
    }
    this.#note(group, mark);
  }

  #note(group: Group<T>, mark: number): void {
    const open = isOpen(group, mark);
    if (open !== group.open) this.#open += open ? 1 : -1;
    group.open = open;
  }

  #remove(stream: string, group: Group<T>): void {
    this.#groups.delete(stream);
    if (group.open) this.#open -= 1;
  }

  /** A record without text lines of its own (JSON) comes in a stream: what waits there is complete. */
  complete(stream: string): void {
    const group = this.#groups.get(stream);
    if (!group) return;
    this.#remove(stream, group);
    this.#emit(group);
  }

  /** Completes what has waited long enough; returns when the next is due, or undefined when nothing waits. */
  due(at: number): number | undefined {
    let next: number | undefined;
    for (const [stream, group] of this.#groups) {
      const dueAt = Math.min(group.lastAt + this.#waitMs, group.firstAt + LONGEST_WAITS * this.#waitMs);
      // A clock that was set back must not make a line wait.
      if (dueAt <= at || group.lastAt > at + this.#waitMs) this.complete(stream);
      else next = next === undefined ? dueAt : Math.min(next, dueAt);
    }
    return next;
  }

  /** Completes all that waits. */
  flush(): void {
    for (const stream of [...this.#groups.keys()]) this.complete(stream);
  }

  #completeOldest(): void {
    let next = this.#byAge.next();
    // It has come to the end of what was there: all that waits came later.
    if (next.done) {
      this.#byAge = this.#groups.keys();
      next = this.#byAge.next();
    }
    if (!next.done) this.complete(next.value);
  }

  /** The group is complete; its tentative lines are lines like any other, and so is the new one. */
  #restart(stream: string, group: Group<T>, next: Held<T>): void {
    const again = group.tentative.splice(0);
    this.#remove(stream, group);
    this.#emit(group);
    for (const { line, item, at } of again) this.feed(stream, line, item, at);
    this.feed(stream, next.line, next.item, next.at);
  }

  /** Keeps the beginning and the end of a trace that is too long: the exception stands in either. */
  #append(group: Group<T>, line: string): void {
    group.lines.push(line);
    group.length += line.length + 1;
    const head = Math.ceil(this.#maxLines * 0.75);
    while (
      group.lines.length > this.#maxLines ||
      (group.length > this.#maxLength && group.lines.length > 2)
    ) {
      const at = Math.min(head, group.lines.length >> 1);
      const [left = ''] = group.lines.splice(at, 1);
      group.length -= left.length + 1;
      group.omittedAt = at;
      group.omitted += 1;
    }
  }

  #emit(group: Group<T>): void {
    const { lines, omitted, omittedAt, item, tentative } = group;
    if (lines.length === 1) this.#onJoined(lines[0] as string, item, 1);
    else {
      const shown =
        omitted === 0 ? lines : lines.toSpliced(omittedAt, 0, `    [… ${omitted} lines left out]`);
      this.#onJoined(shown.join('\n'), item, lines.length + omitted);
    }
    // What waited for a proof that never came.
    for (const held of tentative) this.#onJoined(held.line, held.item, 1);
  }
}
