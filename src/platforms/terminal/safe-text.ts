/**
 * Text that can be written to a terminal: it moves no cursor, sets no colour or window title and turns no direction round. Colour
 * sequences are taken out, all other control characters and the bidi controls are shown in a visible form; line breaks stay.
 */
export function safeText(text: string): string {
  return text
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\r\n/g, '\n')
    .replace(/\t/g, '    ')
    .replace(CONTROL, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(INVISIBLE, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`)
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** C0 without the line feed: Unicode has a picture for each at U+2400. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/g;

/** DEL and C1, the bidi controls (https://trojansource.codes), and the line separators that some terminals obey. */
const INVISIBLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text).replace(/\s*\n\s*/g, ' ');
}
