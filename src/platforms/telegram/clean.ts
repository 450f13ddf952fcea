/** No character carries more marks than this in any living language; more is a flood that covers the lines around it. */
const MARKS = 4;

/**
 * Text that cannot disturb the message around it: control characters become visible, colours of terminals and characters that
 * turn the direction of the text are taken out, broken surrogates are replaced, floods of invisible characters are bounded.
 * Line breaks stay.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(ANSI_COLOUR, '')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/[\u0000-\u0009\u000b-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(/\u007f/g, '\u2421')
    .replace(/[\u0080-\u009f]/g, '\ufffd')
    .replace(DIRECTION_OR_TAG, '')
    .replace(FLOOD, '$1');
}

/** The same on one line. */
export function cleanLine(text: string): string {
  const clean = cleanText(text);
  if (!clean.includes('\n')) return clean;
  const lines = clean.split('\n').map((part) => part.trim());
  return lines.filter((part) => part !== '').join(' ');
}

/** Whether nothing of it would be seen: Telegram refuses such a message (td, strip_empty_characters). */
export function isBlank(text: string): boolean {
  return /^[\s\p{Cf}\p{Mark}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc]*$/u.test(text);
}

const ANSI_COLOUR = /\u001b\[[\d;]*m/g;
/** Bidi controls (https://trojansource.codes), deprecated format characters, and tags, in which text can hide. */
const DIRECTION_OR_TAG = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\u{e0000}-\u{e0fff}]/gu;
/** Marks and characters that are not seen at all, in any mixture. */
const FLOOD = new RegExp(`([\\p{Mark}\\p{DI}]{${MARKS}})[\\p{Mark}\\p{DI}]+`, 'gu');
