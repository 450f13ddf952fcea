import { exceptionInText, typedMessage } from '../../record/exception-in-text.ts';
import { type Frame, frameOf, showFrame } from './frame.ts';
import { isOwnCode } from './own-code.ts';

/** Stands in front of each frame in a canonical text. Texts that hold it are never merged: call sites are what they differ in. */
export const FRAME = ' ← ';

/** So many innermost frames of the user's own code tell a place apart: the function, and who called it. */
const FRAMES = 3;
/** Lines that are read at the beginning and at the end of a trace: the innermost frames stand at one of them. */
const FIRST_LINES = 150;
const LAST_LINES = 150;
const MAX_TRACE = 256 * 1024;
const MAX_TYPES = 4;

/** One exception of a trace: itself, or one of its causes. */
interface Section {
  type: string;
  readonly frames: Frame[];
}

/** What a stack trace says about its error. */
export interface Trace {
  /** The type of the exception, and those of its causes. */
  readonly types: readonly string[];
  /** The innermost frames of the user's own code, the innermost first; none when all are of libraries. */
  readonly frames: readonly string[];
  readonly message: string;
  /** Whether the type says too little without its message: a panic. */
  readonly needsMessage: boolean;
}

const TRACEBACK = 'Traceback (most recent call last)';
const CAUSE = /^\s*(?:Caused by: |---> |\[cause\]: )([\w$.\\]{1,200})/;
/** The last line of a Python traceback. */
const PYTHON_LAST = /^([A-Za-z_][\w.]{0,199})(?:: |$)/;
const RUBY_HEAD = /^.{0,300}?:\d+:in [`'][^']{1,200}': (.*) \(([\w:]{1,200})\)$/;
const RAILS_HEAD =
  /^.{0,200}?\b((?:[A-Z]\w*::)*[A-Z]\w*(?:Error|Exception|Invalid|NotFound|Failed)) \((.*)\):\s*$/;
const GO_FILE = /^\s+(\S.*\.go):\d+(?: \+0x[0-9a-f]+)?$/;
const RUST_FILE = /^\s+at (\S+\.rs):\d+(?::\d+)?$/;
const RUST_NAME = /^\s*\d+: +(?:0x[0-9a-f]+ - )?(\S.*)$/;
const RUST_PLACE = /^thread '[^'\n]{0,100}' .{0,20}panicked at (?:'.*', )?([^\s:']+\.rs):\d+/;
const PHP_PLACE = / in (\S+\.php)(?::| on line )\d+/;

/** The stack trace that a text holds, or undefined. Never throws; linear. */
export function traceIn(text: string): Trace | undefined {
  if (!text.includes('\n')) return undefined;
  const cut = text.length > MAX_TRACE ? text.slice(0, MAX_TRACE / 2) + text.slice(-MAX_TRACE / 2) : text;
  const sections = sectionsOf(linesOf(cut));
  const found = exceptionInText(cut) ?? headOf(cut);
  const count = sections.reduce((sum, { frames }) => sum + frames.length, 0);
  if (count === 0 && found?.type !== 'panic') return undefined;
  const own = sections.map(ownFrames).findLast((frames) => frames.length > 0) ?? [];
  const types = [found?.type ?? '', ...sections.map(({ type }) => type)].filter((type) => type !== '');
  const needsMessage = found?.type === 'panic' || found?.type === 'fatal error' || types.length === 0;
  return {
    types: [...new Set(types)].slice(0, MAX_TYPES),
    frames: own,
    message: found?.message ?? '',
    needsMessage,
  };
}

/** Type and message where only Ruby's forms, or the first line, say them. */
function headOf(text: string): { readonly type?: string; readonly message?: string } | undefined {
  const first = text.slice(0, Math.min(4000, text.indexOf('\n')));
  const ruby = RUBY_HEAD.exec(first);
  if (ruby) return { type: ruby[2] ?? '', message: ruby[1] ?? '' };
  const rails = RAILS_HEAD.exec(first);
  if (rails) return { type: rails[1] ?? '', message: rails[2] ?? '' };
  return typedMessage(first) ?? { message: first };
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines;
  return [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)];
}

function sectionsOf(lines: readonly string[]): readonly Section[] {
  let section: Section = { type: '', frames: [] };
  const sections = [section];
  const open = (type: string) => {
    section = { type, frames: [] };
    sections.push(section);
  };
  let python = false;
  let goroutines = 0;
  for (const [index, line] of lines.entries()) {
    const above = lines[index - 1] ?? '';
    if (line.includes(TRACEBACK)) {
      python = true;
      if (section.frames.length > 0) open('');
      continue;
    }
    const cause = CAUSE.exec(line)?.[1];
    if (cause !== undefined) open(cause);
    // The other goroutines of a panic are not the error.
    if (line.startsWith('goroutine ')) goroutines += 1;
    if (goroutines > 1) break;
    const next = lines[index + 1] ?? '';
    const place = placeOf(line, next, lines[index + 2] ?? '');
    if (place === undefined && line.startsWith('#0 ') && section.frames.length === 0)
      section.frames.push(calledIn(line));
    const frame =
      twoLineFrame(line, above) ?? place ?? (line.startsWith('#') ? phpFrame(line, next) : frameOf(line));
    if (frame && python) section.frames.unshift(frame);
    else if (frame) section.frames.push(frame);
    else if (python && section.type === '' && section.frames.length > 0)
      section.type = PYTHON_LAST.exec(line)?.[1] ?? '';
  }
  return sections;
}

/** Go and Rust name the function on the line above the file. */
function twoLineFrame(line: string, above: string): Frame | undefined {
  const go = GO_FILE.exec(line)?.[1];
  if (go !== undefined) {
    if (above.startsWith('created by ')) return undefined;
    return { file: go, name: above.slice(0, 500).replace(/\([^()]*\)$/, '') };
  }
  const rust = RUST_FILE.exec(line)?.[1];
  return rust === undefined
    ? undefined
    : { file: rust, name: (RUST_NAME.exec(above)?.[1] ?? '').replace(/::h[0-9a-f]{16}$/, '') };
}

/** The head of PHP and Rust says where it was thrown; PHP names the function of that place on the first line of the trace. */
function placeOf(line: string, next: string, second: string): Frame | undefined {
  const rust = RUST_PLACE.exec(line.slice(0, 500))?.[1];
  if (rust !== undefined) return { file: rust, name: '' };
  if (!next.startsWith('Stack trace:')) return undefined;
  const php = PHP_PLACE.exec(line.slice(-500))?.[1];
  return php === undefined ? undefined : { file: php, name: frameOf(second)?.name ?? '' };
}

/** PHP writes the call, not the function that it stands in: that one is on the next line. */
function phpFrame(line: string, next: string): Frame | undefined {
  const frame = frameOf(line);
  return frame && { file: frame.file, name: frameOf(next)?.name ?? '' };
}

/** The function that threw, where no head says in which file. */
function calledIn(line: string): Frame {
  return { file: '', name: frameOf(line)?.name ?? '' };
}

function ownFrames({ frames }: Section): readonly string[] {
  const own: string[] = [];
  for (const frame of frames) {
    if (!isOwnCode(frame.file, frame.name)) continue;
    const shown = showFrame(frame);
    // Recursion may be of any depth.
    if (shown === '' || shown === own.at(-1)) continue;
    own.push(shown);
    if (own.length === FRAMES) break;
  }
  return own;
}
