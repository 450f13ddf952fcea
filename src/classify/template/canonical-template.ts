import { REDACTED } from '../../record/redact-shapes.ts';
import { labelOf } from '../canonical.ts';
import { messageStart } from './header.ts';
import { MASK } from './mask-rule.ts';
import { maskText } from './scan.ts';
import { FRAME, type Trace, traceIn } from './trace.ts';

/** Longer texts are cut (UTF-16 units): whoever can write into a log must not be able to make it expensive. */
export const TEMPLATE_LENGTH = 8192;

/** Labels that say too little: in front of the text they keep its errors together in a list, and apart in groups. */
const PREFIXES: ReadonlySet<string> = new Set(['unhandled exception', 'network reset', 'non-zero exit']);

/**
 * The canonical text of the `template` form (product.md section 4): a label, or the template of the message, with the label in
 * front where it says only what kind of error it is; of a stack trace its types and the innermost frames of the user's own code.
 * `stacktrace` is of the record's exception, where the text does not hold it. Stateless, linear, never throws.
 */
export function canonicalTemplate(text: string, stacktrace?: string): string {
  const cut = text.length > TEMPLATE_LENGTH ? text.slice(0, TEMPLATE_LENGTH) : text;
  const label = labelOf(cut);
  if (label !== undefined && !PREFIXES.has(label)) return label;
  const trace = traceIn(text) ?? (stacktrace === undefined ? undefined : traceIn(stacktrace));
  const template = trace === undefined ? messageTemplate(cut) : traceTemplate(trace);
  return label === undefined ? template : `${label}: ${template}`;
}

/** `TypeError ← total (models/order.js) ← handle (routes/order.js)`; with only frames of libraries, type and message. */
function traceTemplate({ types, frames, message, needsMessage }: Trace): string {
  const masked = messageTemplate(message);
  const type = types.join(' < ');
  const head =
    needsMessage || frames.length === 0 ? [type, masked].filter((part) => part !== '').join(': ') : type;
  return frames.length === 0 ? head : [head, ...frames].join(FRAME);
}

/** The message of one line as a template: its head is left out, what varies is masked. */
export function messageTemplate(text: string): string {
  const { message } = messageOf(text);
  const template = maskText(message);
  // A text that is one mask would be a group with all others of its kind: of `worker-7` the letters stay.
  return template === MASK && message.length <= LONGEST_NAME ? message.replace(DIGITS, MASK) : template;
}

/** A line taken apart: its head, and its message as the scanner takes it (one line, single blanks, not too long). */
export function messageOf(text: string): { readonly head: string; readonly message: string } {
  const cut = text.length > TEMPLATE_LENGTH ? text.slice(0, TEMPLATE_LENGTH) : text;
  const start = messageStart(cut);
  return {
    head: cut.slice(0, start),
    message: singleBlanks(withSecrets(start > 0 ? cut.slice(start) : cut)),
  };
}

/** A secret that was taken out is masked as the secret itself would be: with or without redaction the error is the same. */
function withSecrets(text: string): string {
  return text.includes(REDACTED) ? text.replaceAll(REDACTED, 'REDACTED0') : text;
}

const LONGEST_NAME = 100;
const DIGITS = /\p{Nd}+/gu;
const BLANKS = /\s+/g;
const OTHER_BLANK = /[^\S ]| {2}|^ | $/;

function singleBlanks(text: string): string {
  return OTHER_BLANK.test(text) ? text.replace(BLANKS, ' ').trim() : text;
}
