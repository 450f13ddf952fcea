/**
 * WORD JOINER: invisible, no line break, and neither a word character nor part of an address for Telegram's detector (td,
 * MessageEntity.cpp), so what stands at its two sides is never taken together.
 */
const JOINER = '\u2060';

/**
 * Keeps Telegram from making links of plain text: `main.py`, `@Override`, `/etc`, `#12`, `$HOME`, `tg://…`, mail addresses, phone
 * and card numbers. Looks the same; only for text outside of code.
 */
export function defuse(text: string): string {
  return text
    .replace(/[@#$](?=\S)/g, `$&${JOINER}`)
    .replace(/(?<![\p{L}\p{N}_])\/(?=\w)/gu, `/${JOINER}`)
    .replace(/:(?=\/\/)/g, `:${JOINER}`)
    .replace(/\d+(?:\.\d+)+|\.(?=[\w~-]|[^\u0000-\u00bf])/g, (match) =>
      match === '.' || isAddress(match) ? match.replaceAll('.', `.${JOINER}`) : match,
    )
    .replace(/\+(?=[\d(])/g, `+${JOINER}`)
    .replace(/\d[\d -]{5,}\d/g, (run) => (isNumberToDial(run) ? broken(run) : run));
}

/** What is to stand between two pieces of defused text, so that nothing arises where they meet. */
export function seam(left: string, right: string): string {
  const touches = /\S$/.test(left) && /^\S/.test(right);
  const number = /\d[ -]*$/.test(left) && /^[ -]*\d/.test(right);
  return touches || number ? JOINER : '';
}

/** `10.0.0.1` is one, `3.14` and `1.2.3` are not. */
function isAddress(digits: string): boolean {
  return digits.split('.').length >= 4;
}

/** Seven digits on end look like a phone number, thirteen with spaces between like a card. */
function isNumberToDial(run: string): boolean {
  return /\d{7}/.test(run) || run.replace(/\D/g, '').length >= 13;
}

function broken(run: string): string {
  return run.replace(/(?:\d[ -]*){5}(?=\d)/g, `$&${JOINER}`);
}
