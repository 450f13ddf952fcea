import { MARK } from './line-chunk.ts';
import {
  DOTNET_HEAD,
  GO_CALL,
  isRubyFrame,
  isTyped,
  kindOfLine,
  type LineKind,
  mayFollow,
  mayLead,
  NODE_PLACE,
  PYTHON_LAST,
  startsLog,
} from './trace-lines.ts';

export interface Held<T> {
  readonly line: string;
  readonly item: T;
  readonly at: number;
}

/**
 * - `head`: a line that may lead a trace
 * - `python`: within the frames; `pythonEnd`: behind the exception's line; `pythonNext`: before the next traceback of a chain
 * - `frames`: Java, Node, .NET, Ruby, PHP; `cause`: behind the head of another exception of it, whose message may go on
 * - `go`, `rust`
 */
type Mode = 'head' | 'python' | 'pythonEnd' | 'pythonNext' | 'frames' | 'cause' | 'go' | 'rust';

/** The lines that are one record so far. Owned by the joiner, changes in place. */
export interface Group<T> {
  readonly lines: string[];
  item: T;
  firstAt: number;
  lastAt: number;
  length: number;
  omitted: number;
  omittedAt: number;
  mode: Mode;
  /** Lines that belong to it if a frame follows. */
  readonly tentative: Held<T>[];
  /** Whether it is counted among the open ones. */
  open: boolean;
}

/** An exception's message may have so many lines more before the first frame. */
const MAX_TENTATIVE = 5;

export function openGroup<T>(line: string, item: T, at: number): Group<T> {
  return {
    lines: [line],
    item,
    firstAt: at,
    lastAt: at,
    length: line.length,
    omitted: 0,
    omittedAt: 0,
    mode: modeOfFirst(line),
    tentative: [],
    open: false,
  };
}

/** Makes an emptied group the one of a new line: nearly every line opens one, and that must cost nothing. */
export function reopenGroup<T>(group: Group<T>, line: string, item: T, at: number): void {
  if (group.lines.length > 1) group.lines.length = 1;
  group.lines[0] = line;
  group.item = item;
  group.firstAt = at;
  group.lastAt = at;
  group.length = line.length;
  group.omitted = 0;
  group.mode = modeOfFirst(line);
}

/**
 * Whether more than lines of traces (telling-patterns.ts) may go on a group: it is within a trace, or its head is one whose message may
 * go on. `mark` is what its newest line may be at most.
 */
export function isOpen<T>({ mode, lines, tentative }: Group<T>, mark: number): boolean {
  if (mode !== 'head' || lines.length > 1 || tentative.length > 0) return true;
  const head = lines[0] as string;
  return mark === MARK.TRACE && (isTyped(head) || NODE_PLACE.test(head) || head.includes('panic'));
}

/**
 * Whether a line may go on one that is marked as quiet (telling-patterns.ts), which leads no other lines than these. Of lines that
 * look like any other only the head of an exception and a frame of Ruby may.
 */
export function mayFollowQuiet(line: string): boolean {
  return kindOfLine(line) !== 'other' || isTyped(line) || isRubyFrame(line);
}

function modeOfFirst(line: string): Mode {
  const kind = kindOfLine(line);
  if (kind === 'other') return line.endsWith(':') && line.includes('panicked at ') ? 'rust' : 'head';
  if (kind === 'traceback') return 'python';
  if (kind === 'frame') return isPython(line) ? 'python' : 'frames';
  return kind === 'goroutine' ? 'go' : 'head';
}

/** A syntax error's place, or a group of exceptions: traces without a line that says so. */
function isPython(frame: string): boolean {
  return frame.startsWith('  File "') || frame.startsWith('  + ');
}

/** Whether a line belongs to a group; `maybe` when the next line tells. Changes the group's mode. */
export function continues<T>(group: Group<T>, line: string): 'yes' | 'maybe' | 'no' {
  const kind = kindOfLine(line);
  const verdict = BY_MODE[group.mode](group as Group<unknown>, line, kind);
  return verdict === 'maybe' && group.tentative.length >= MAX_TENTATIVE ? 'no' : verdict;
}

type Verdict = 'yes' | 'maybe' | 'no';
type Continues = (group: Group<unknown>, line: string, kind: LineKind) => Verdict;

function turn(group: Group<unknown>, mode: Mode): 'yes' {
  group.mode = mode;
  return 'yes';
}

const BY_MODE: Readonly<Record<Mode, Continues>> = {
  head: behindHead,
  python: (group, line, kind) => {
    if (line.startsWith('  + ') && group.lines.at(-1)?.endsWith('----')) return 'no';
    if (kind === 'indented' || kind === 'frame' || kind === 'traceback') return 'yes';
    if (kind === 'blank') return 'maybe';
    if (kind !== 'other' || !PYTHON_LAST.test(line) || (startsLog(line) && !isTyped(line))) return 'no';
    // A group of exceptions ends in a rule, and has them all within.
    return group.lines.at(-1)?.endsWith('----') ? 'no' : turn(group, 'pythonEnd');
  },
  pythonEnd: (group, line, kind) => {
    if (kind === 'indented') return 'yes';
    if (kind === 'cause') return turn(group, 'pythonNext');
    if (kind === 'blank') return 'maybe';
    // The message of pydantic and friends goes on: a name, and its mistake indented below.
    return kind === 'other' && group.tentative.length === 0 && !startsLog(line) ? 'maybe' : 'no';
  },
  pythonNext: (group, _line, kind) => {
    if (kind === 'blank') return 'yes';
    return kind === 'traceback' ? turn(group, 'python') : 'no';
  },
  frames: withinFrames,
  cause: (group, line, kind) => {
    if (kind === 'frame') return turn(group, 'frames');
    if (kind === 'indented') return 'yes';
    return kind === 'other' && !startsLog(line) ? 'maybe' : withinFrames(group, line, kind);
  },
  go: (_group, line, kind) => {
    if (kind === 'blank') return 'maybe';
    if (kind === 'indented' || kind === 'frame' || kind === 'goroutine' || kind === 'tail') return 'yes';
    return kind === 'other' && GO_CALL.test(line) ? 'yes' : 'no';
  },
  rust: (group, line, kind) => {
    // The message is the line behind the head.
    if (group.lines.length === 1 && kind !== 'blank') return 'yes';
    if (kind === 'rust' || kind === 'indented' || kind === 'frame') return 'yes';
    const message = kind === 'other' && !startsLog(line) && !line.includes('panicked at ');
    return message && !group.lines.some((above) => kindOfLine(above) === 'rust') ? 'maybe' : 'no';
  },
};

function behindHead(group: Group<unknown>, line: string, kind: LineKind): Verdict {
  const head = group.lines[0] as string;
  switch (kind) {
    case 'other':
      return behindHeadPlain(group, head, line);
    case 'blank':
      return isTyped(head) || NODE_PLACE.test(head) || mayLead(head) ? 'maybe' : 'no';
    case 'indented':
      if (DOTNET_HEAD.test(head) || NODE_PLACE.test(head) || isTyped(head)) return turn(group, 'frames');
      // Behind tentative lines it is the message of the exception among them.
      return mayLead(head) ? (group.tentative.length > 0 ? 'maybe' : turn(group, 'frames')) : 'no';
    case 'frame':
      if (isPython(line)) return mayLead(head) ? turn(group, 'python') : 'no';
      return mayLead(head) || !startsLog(head) ? turn(group, 'frames') : 'no';
    case 'traceback':
      return mayLead(head) ? turn(group, 'python') : 'no';
    case 'goroutine':
      return /panic|fatal error|SIG/.test(head) ? turn(group, 'go') : 'no';
    case 'cause':
    case 'php':
      return mayLead(head) ? turn(group, kind === 'cause' ? 'cause' : 'frames') : 'no';
    case 'rust':
      return head.includes('panicked at') ? turn(group, 'rust') : 'no';
    case 'tail':
      if (line.startsWith('[signal ') && head.startsWith('panic')) return 'maybe';
      return 'no';
  }
}

function behindHeadPlain(group: Group<unknown>, head: string, line: string): Verdict {
  const first = line.charCodeAt(0);
  // Nearly every line of a log begins like this.
  if ((first >= 48 && first <= 57) || first === 91 || first === 123 || first === 60) {
    return first === 91 && NODE_PLACE.test(head) ? 'yes' : 'no';
  }
  if (isRubyFrame(line)) return mayLead(head) ? turn(group, 'frames') : 'no';
  if (group.tentative.length === 0 && isTyped(line)) {
    if (NODE_PLACE.test(head)) return 'yes';
    return !isTyped(head) && mayFollow(line, head) ? 'maybe' : 'no';
  }
  const message = isTyped(group.tentative[0]?.line ?? head) || head.startsWith('panic: ');
  return message && !startsLog(line) && !isTyped(line) ? 'maybe' : 'no';
}

function withinFrames(group: Group<unknown>, line: string, kind: LineKind): Verdict {
  switch (kind) {
    case 'frame':
    case 'indented':
    case 'php':
    case 'tail':
      return 'yes';
    case 'cause':
      return turn(group, 'cause');
    case 'blank':
      return 'maybe';
    case 'goroutine':
      return group.lines[0]?.includes('panic') ? turn(group, 'go') : 'no';
    case 'other':
      if (isRubyFrame(line)) return 'yes';
      // The exception stands below the source line that Node shows of it.
      return isBelowNodeSource(group) ? 'yes' : 'no';
    default:
      return 'no';
  }
}

function isBelowNodeSource({ lines }: Group<unknown>): boolean {
  return (
    lines.length <= 6 &&
    NODE_PLACE.test(lines[0] as string) &&
    !lines.some((line) => kindOfLine(line) === 'frame' || (kindOfLine(line) === 'other' && isTyped(line)))
  );
}
