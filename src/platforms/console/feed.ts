import type { Message } from '../../message/message.ts';

/** What the pages show, oldest first. `id` is the message id that buttons carry back. */
export type Entry = { readonly id: string; readonly at: number } & Content;

export type Content =
  | { readonly kind: 'message'; readonly message: Message }
  /** What somebody typed. */
  | { readonly kind: 'line'; readonly text: string };

/** An entry and the number of its last change, by which a page that comes back says what it has seen. */
export interface Change {
  readonly sequence: number;
  readonly entry: Entry;
}

export interface FeedOptions {
  /** How many entries are remembered. */
  readonly keep: number;
  readonly now: () => number;
}

/** The chat's memory: the last entries, and who wants to hear of changes. */
export function createFeed({ keep, now }: FeedOptions) {
  const kept: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let sequence = 0;
  let lastId = 0;

  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };

  return {
    /** Appends an entry and returns its id. */
    add(content: Content, known?: { readonly id: string; readonly at: number }): string {
      // Numbers go on behind those of an earlier run, so that no message gets the changes of another.
      lastId = Math.max(lastId + 1, Number(known?.id) || 0);
      sequence += 1;
      const change: Change = { sequence, entry: { id: String(lastId), at: now(), ...known, ...content } };
      kept.push(change);
      if (kept.length > keep) kept.shift();
      tell(change);
      return change.entry.id;
    },
    /** Gives a message new content in its place; false if it is no longer remembered. */
    replace(id: string, message: Message): boolean {
      const index = kept.findIndex(({ entry }) => entry.id === id && entry.kind === 'message');
      const old = kept[index];
      if (old === undefined) return false;
      sequence += 1;
      const change: Change = { sequence, entry: { id, at: old.entry.at, kind: 'message', message } };
      kept[index] = change;
      tell(change);
      return true;
    },
    /** All remembered entries that changed after that number, oldest entry first. */
    since(after: number): readonly Change[] {
      return kept.filter((change) => change.sequence > after);
    },
    sequence: (): number => sequence,
    /** Returns the function that ends the subscription. */
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type Feed = ReturnType<typeof createFeed>;
