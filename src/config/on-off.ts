import { single } from './read.ts';

/** `true` and `false`, and the words that people write for them. */
const WORDS: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

/** A switch: 1/0, true/false, yes/no, on/off. */
export const onOff = single(
  (written) => {
    const word = written.toLowerCase();
    return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  },
  'on or off',
  'Write 1 or 0 (also true/false, yes/no, on/off).',
);
