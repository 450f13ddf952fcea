import { isDottedName } from './host.ts';
import { MASK, type MaskRule } from './mask-rule.ts';
import { isIdentifier, isSentence } from './shapes.ts';
import { renderRoute } from './url.ts';
import { isErrorClass, isVendorCode } from './vendor-code.ts';
import { CONSTANT, METHOD, wordKind } from './word-lists.ts';
import { type Before, namesUser } from './word-rules.ts';

/** What becomes of a quotation: kept, masked, or its text scanned as any other. */
export type QuotationFate = 'keep' | 'enter' | MaskRule;

/** What becomes of the quotation from the quote at `at` to that at `end`, which is no value of a key. */
export function quotationFate(before: Before, at: number, end: number): QuotationFate {
  const { text } = before;
  if (end === at + 1) return 'keep';
  if (namesUser(before, 0)) return 'user';
  const blank = text.indexOf(' ', at);
  if (blank > 0 && blank < end && wordKind(text, at + 1, blank) === METHOD) return 'request';
  if (isIdentifier(text, at + 1, end)) {
    if (isDottedName(text, at + 1, end, false) && !text.endsWith(')', end)) return 'host';
    if (wordKind(text, at + 1, end) !== CONSTANT) return 'keep';
  }
  if (isVendorCode(text, at + 1, end, false) || isScopedName(text.slice(at + 1, end))) return 'keep';
  const said = text.charCodeAt(at - 2) === 58 && isSentence(text, at + 1, end);
  return said || isErrorArgument(text, at) || text.slice(at, at + 14).includes('://') ? 'enter' : 'quoted';
}

/** `:app:compileJava` is the path of a task, `std::bad_alloc` a name in its scope: as any other identifier it names what is wrong. */
const SCOPED = /^(?:(?::[A-Za-z_][\w.-]*)+|[A-Za-z_]\w*(?:::~?[A-Za-z_]\w*)+)$/;
/** `fe80::a` is an address. */
const NO_ADDRESS = /[g-z_]/i;
const LONGEST_SCOPED = 100;

function isScopedName(name: string): boolean {
  return name.length <= LONGEST_SCOPED && SCOPED.test(name) && NO_ADDRESS.test(name);
}

/** The longest `errno, ` that is looked for in front of an argument. */
const ERRNO_LENGTH = 8;
const ERRNO = /\(-?\d{1,5}, ?$/;

/** Whether the quote at `at` opens the message of an error: `ValueError('bad address')`, `OSError(28, 'No space left')`. */
function isErrorArgument(text: string, at: number): boolean {
  let open = at - 1;
  if (text.charCodeAt(open) !== 40) {
    const found = ERRNO.exec(text.slice(Math.max(0, at - ERRNO_LENGTH - 1), at));
    if (found === null) return false;
    open = at - found[0].length;
  }
  return text.charCodeAt(open) === 40 && isErrorClass(text, 0, open);
}

/** A request in quotes, as access logs and proxies write it. */
export interface QuotedRequest {
  readonly rendered: string;
  /** Where the status behind it begins and ends; -1 without one. */
  readonly statusStart: number;
  readonly statusEnd: number;
  /** Success is no error: its exact status tells no two errors apart. */
  readonly failed: boolean;
}

const STATUS_BEHIND = /^"? (?:status:? ?)?(\d{3})\b/;
const SERVER_ERROR = 500;
const CLIENT_ERROR = 400;

/**
 * `"GET /users/42 HTTP/1.1" 404 15`: in a line of an access log method and status are the error; of a server's own fault (5xx),
 * and where words follow, the route is a part of it.
 */
export function quotedRequest(text: string, at: number, end: number): QuotedRequest {
  const blank = text.indexOf(' ', at);
  const last = text.indexOf(' ', blank + 1);
  const found = STATUS_BEHIND.exec(text.slice(end, end + 16));
  const status = Number(found?.[1] ?? 0);
  const path = text.slice(blank + 1, last < 0 || last > end ? end : last);
  const route = status > 0 && status < SERVER_ERROR ? MASK : renderRoute(path);
  const statusEnd = found === null ? -1 : end + found[0].length;
  return {
    rendered: `"${text.slice(at + 1, blank)} ${route}"`,
    statusStart: statusEnd < 0 ? -1 : statusEnd - 3,
    statusEnd,
    failed: status >= CLIENT_ERROR,
  };
}
