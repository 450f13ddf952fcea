/** ASCII letters in lower case, everything else as it is. */
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
const SLOTS = 1024;

interface Entry<T> {
  readonly word: Uint8Array;
  readonly value: T;
  readonly next: Entry<T> | undefined;
}

/** ASCII words that are looked up by their bytes, in any case, without making a string of them. */
export class ByteWords<T> {
  readonly #slots: (Entry<T> | undefined)[] = new Array(SLOTS).fill(undefined);

  constructor(words: Iterable<readonly [word: string, value: T]>) {
    for (const [text, value] of words) {
      const word = Buffer.from(text.toLowerCase());
      const slot = slotOf(word, 0, word.length);
      this.#slots[slot] = { word, value, next: this.#slots[slot] };
    }
  }

  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    if (start === end) return undefined;
    for (let entry = this.#slots[slotOf(bytes, start, end)]; entry; entry = entry.next)
      if (isSame(entry.word, bytes, start, end)) return entry.value;
    return undefined;
  }
}

/** Length, first, middle and last character tell most words apart. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = FOLD[bytes[start] as number] as number;
  const middle = FOLD[bytes[start + ((end - start) >> 1)] as number] as number;
  const last = FOLD[bytes[end - 1] as number] as number;
  return ((end - start) * 7 + first + middle * 37 + last * 149) & (SLOTS - 1);
}

function isSame(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = start; at < end; at++) if (FOLD[bytes[at] as number] !== word[at - start]) return false;
  return true;
}
