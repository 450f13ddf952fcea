import { type LineChunk, MARK, type QuietMarks } from '../../record/line-chunk.ts';
import { findMessage, type MessageRange } from './syslog-bytes.ts';

const LINE_FEED = 10;
const PRI = 60;
const OPEN = 123;
/** A line break as rsyslog writes it (syslog.ts). */
const ESCAPED_BREAK = '#012';
const NAME = 'tocsin';
/** A datagram begins with nothing that is left out of it: white space, NUL. */
const FIRST = 33;
const LAST = 126;

/**
 * What the lines of datagrams (each one trimmed at its end) may be at most: the message of a syslog line is looked at without its
 * head, as it will be matched.
 */
export function markDatagrams(chunk: LineChunk, { texts, names }: QuietMarks): Uint8Array {
  const { bytes, starts, ends } = chunk;
  const marks = new Uint8Array(starts.length).fill(MARK.TRACE);
  const found: MessageRange = { start: 0, hostStart: 0, hostEnd: 0, appStart: 0, appEnd: 0 };
  const messages = Buffer.allocUnsafe(bytes.length + starts.length);
  const picked = { starts: [] as number[], ends: [] as number[], lines: [] as number[] };
  let at = 0;
  for (let line = 0; line < starts.length; line++) {
    const end = ends[line] as number;
    let start = starts[line] as number;
    const first = bytes[start] as number;
    if (end === start || first < FIRST || first > LAST) continue;
    if (first === PRI) {
      if (!findMessage(bytes, start, end, found) || isNamed(bytes, found, names)) continue;
      start = found.start;
    }
    const textEnd = at + bytes.copy(messages, at, start, end);
    const message = messages.subarray(at, textEnd);
    if (message.includes(LINE_FEED)) continue;
    // Behind a head it becomes a line break, and an object with one is none; in a text it tells by itself (telling-patterns.ts).
    if (first === PRI && message[0] === OPEN && message.includes(ESCAPED_BREAK)) continue;
    picked.lines.push(line);
    picked.starts.push(at);
    picked.ends.push(textEnd);
    messages[textEnd] = LINE_FEED;
    at = textEnd + 1;
  }
  const told = texts({ ...picked, bytes: messages.subarray(0, at) }, 0, picked.lines.length);
  for (const [index, line] of picked.lines.entries()) marks[line] = told[index] as number;
  return marks;
}

/** Whether the head names ourselves (loop-guard.ts), or a service that must be heard. */
function isNamed(bytes: Buffer, found: MessageRange, names: ReadonlySet<string>): boolean {
  const { hostStart, hostEnd, appStart, appEnd } = found;
  if (names.size === 0 && hostEnd - hostStart !== NAME.length && appEnd - appStart !== NAME.length)
    return false;
  const host = bytes.toString('latin1', hostStart, hostEnd);
  const app = bytes.toString('latin1', appStart, appEnd);
  return host === NAME || app === NAME || names.has(host) || names.has(app);
}
