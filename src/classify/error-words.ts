import type { LogRecord } from '../record/log-record.ts';
import { ERROR_FLOOR } from '../record/severity.ts';

/** Words by which a line without a level says that it is about an error. `KeyError` and `IOException` count as well. */
export const SAYS_ERROR =
  /(?:error|exception)s?\b|\b(?:err|fatal|panic(?:ked)?|critical|emerg(?:ency)?|traceback|segfault|segmentation fault|core dumped|unhandled|uncaught|fail(?:ed|s|ure|ures|ing)?|abort(?:ed|ing)|cannot|could not|unable to|denied|refused|timed out|OOM|killed process)\b/i;

/** The same words where they say the contrary: `0 errors`, `no error`, `error_count=0`, `errors: none`. */
const SAYS_NO_ERROR =
  /\b(?:0|no|zero|without(?: any)?|any) (?:errors?|exceptions?|fail(?:ed|ures?))\b|\b(?:errors?|exceptions?|failures?|failed|err)(?:[_ ]?(?:count|total|rate|code|no))?["']?\s*[:=]\s*["']?(?:0(?:\.0+)?%?|none|null|nil|false|ok|""|'')(?![\w.])/gi;

/**
 * Whether a record is an error (product.md section 2): its severity is ERROR or above or, where it has none, its text says so.
 * A record that carries an exception and no severity is one too.
 */
export function isError(record: LogRecord, text: string): boolean {
  if (record.severityNumber > 0) return record.severityNumber >= ERROR_FLOOR;
  return record.exception !== undefined || saysError(text);
}

function saysError(text: string): boolean {
  if (!SAYS_ERROR.test(text)) return false;
  return SAYS_ERROR.test(text.replace(SAYS_NO_ERROR, ' '));
}
