import { REDACTED } from './redact-shapes.ts';
import type { Work } from './redact-work.ts';
import { bareEnd, quoteAt } from './value-end.ts';

const FLAG = /(?<=[\s"'])-p(?=\S)/g;
/** How far a command's name may stand in front of the flag. */
const COMMAND_LENGTH = 200;
/** The flag's own command: nothing between them ends it. */
const CLIENT = /(?:^|[\s/"'`(=])(?:mysql|mariadb|sshpass)[\w.-]{0,20}["']?[\s,][^|;\n]*$/i;
/** `-u root -psecret` of a command whose name is not there. */
const AFTER_USER = /(?:^|\s)(?:-u ?|--user[= ])\S+\s+$/;
/** `-p8080:80` and `-p22` are ports; a client of MySQL takes no ports by `-p`. */
const PORTS = /^[\d.:/-]+(?:\/(?:tcp|udp))?$/;

/** Blanks the password that some clients take joined to `-p`: `mysql -uroot -psecret`. Linear. */
export function redactFlags(text: string, work: Work): string {
  let out = '';
  let done = 0;
  FLAG.lastIndex = 0;
  for (let match = FLAG.exec(text); match; match = FLAG.exec(text)) {
    if (work.left <= 0) return out + text.slice(done, match.index) + REDACTED;
    work.left -= 1;
    const before = text.slice(Math.max(done, match.index - COMMAND_LENGTH), match.index);
    const client = CLIENT.test(before);
    if (!client && !AFTER_USER.test(before)) continue;
    const at = match.index + match[0].length;
    const to = endOfValue(text, at);
    if (to <= at || (!client && PORTS.test(text.slice(at, to)))) continue;
    out += text.slice(done, at) + REDACTED;
    done = to;
    FLAG.lastIndex = Math.max(done, FLAG.lastIndex);
  }
  return done === 0 ? text : out + text.slice(done);
}

function endOfValue(text: string, at: number): number {
  const quote = quoteAt(text, at);
  if (!quote) return bareEnd(text, at);
  const close = text.indexOf(quote.mark, quote.end);
  return close < 0 ? bareEnd(text, quote.end) : close + 1;
}

/** Whether an argument of a command's list is such a password. */
export function isPasswordFlag(values: readonly unknown[], value: unknown): boolean {
  const [command] = values;
  return (
    typeof command === 'string' &&
    typeof value === 'string' &&
    /(?:^|\/)(?:mysql|mariadb|sshpass)[\w.-]{0,20}$/i.test(command) &&
    /^-p./s.test(value)
  );
}
