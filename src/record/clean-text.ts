/// <reference lib="es2024.string" />
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]+/g;
/** Colours and cursor moves (CSI), titles and links (OSC, closed ones only), two-character escapes. Each part is linear. */
const ANSI = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;

/**
 * A text that nothing later breaks on: lone surrogates become U+FFFD, ANSI escapes and control characters other than
 * line feed and tab vanish. A clean text is returned as it is.
 */
export function cleanText(text: string): string {
  const clean = CONTROL.test(text) ? text.replace(ANSI, '').replace(CONTROLS, '') : text;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}
