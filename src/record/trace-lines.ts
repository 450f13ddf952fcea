import { SEVERITY } from './severity.ts';
import { levelInText } from './severity-in-text.ts';

/** What a line may be within a stack trace. */
export type LineKind =
  | 'other'
  | 'blank'
  /** Begins with white space and is no frame. */
  | 'indented'
  /** `    at f (a.js:1:2)`, `  File "a.py", line 1`, `\tfrom a.rb:1:in 'f'`, `\t... 3 more`, `  + Exception Group Traceback`. */
  | 'frame'
  /** `Traceback (most recent call last):` */
  | 'traceback'
  /** `Caused by: …`, `During handling of the above exception, …`: another exception of the same trace follows. */
  | 'cause'
  /** `goroutine 1 [running]:` */
  | 'goroutine'
  /** `Stack trace:`, `[stacktrace]`, `#0 a.php(3): f()` */
  | 'php'
  /** `stack backtrace:`, `note: run with …` */
  | 'rust'
  /** `}` behind the properties of an error, `Node.js v20.1.0`, `exit status 2`: belongs to a trace that is there. */
  | 'tail';

const FRAME = /^\s+(?:at |File "|from |\.\.\. \d|[+|] |\*\*\* )/;
const CAUSE =
  /^(?:Caused by: |Suppressed: |Wrapped by: |During handling of the above|The above exception was|Next [\w\\]+)/;
const GOROUTINE = /^(?:goroutine \d+ |runtime stack:$)/;
const PHP = /^(?:Stack trace:|\[stacktrace\]|#\d+ |"\} ?$)/;
const RUST = /^(?:stack backtrace:|note: )/;
const TAIL = /^(?:[}\])]+$|Node\.js v\d|exit status \d|created by |\[signal |\.\.\.additional frames)/;

/** Tells most lines by their first character. */
export function kindOfLine(line: string): LineKind {
  switch (line.charCodeAt(0)) {
    case 32:
    case 9:
      if (FRAME.test(line)) return 'frame';
      return line.trim() === '' ? 'blank' : 'indented';
    case 84 /* T */:
      if (line.startsWith('Traceback (most recent call last)')) return 'traceback';
      return CAUSE.test(line) ? 'cause' : 'other';
    case 67 /* C */:
    case 68 /* D */:
    case 83 /* S */:
    case 87 /* W */:
      if (CAUSE.test(line)) return 'cause';
      return PHP.test(line) ? 'php' : 'other';
    case 78 /* N */:
      if (CAUSE.test(line)) return 'cause';
      return TAIL.test(line) ? 'tail' : 'other';
    case 103 /* g */:
    case 114 /* r */:
      return GOROUTINE.test(line) ? 'goroutine' : 'other';
    case 35 /* # */:
    case 34 /* " */:
      return PHP.test(line) ? 'php' : 'other';
    case 91 /* [ */:
      if (PHP.test(line)) return 'php';
      return TAIL.test(line) ? 'tail' : 'other';
    case 115 /* s */:
    case 110 /* n */:
      return RUST.test(line) ? 'rust' : 'other';
    case 125 /* } */:
    case 93 /* ] */:
    case 41 /* ) */:
    case 101 /* e */:
    case 99 /* c */:
    case 46 /* . */:
      return TAIL.test(line) ? 'tail' : 'other';
    default:
      return Number.isNaN(line.charCodeAt(0)) ? 'blank' : 'other';
  }
}

/** `a.rb:3:in 'f'`, without `from` in front as Rails writes it; the head has the exception's class behind. */
const RUBY_FRAME = /^[^\s:]+:\d+:in [`'"]/;
const RUBY_HEAD = /\([A-Z][\w:]*\)$/;

export function isRubyFrame(line: string): boolean {
  return RUBY_FRAME.test(line) && !RUBY_HEAD.test(line);
}
/** The last line of a Python traceback. */
export const PYTHON_LAST = /^[A-Za-z_][\w.]*(?::|$)/;
/** A line of a goroutine's stack: `main.f(0x1, 0x2)`. */
export const GO_CALL = /^(?:[\w./*()\-·[\]{}<>$,%~@]+\(.*\)|panic\(.*|r\w{1,2} +0x[0-9a-f]+)$/;
/** `/app/a.js:12`, which Node writes above the source line of an uncaught error. */
export const NODE_PLACE = /^(?:node:|file:|\/|[A-Za-z]:\\)\S*:\d+$/;
/** `fail: Category[13]` of .NET's console, whose text follows in lines of its own. */
export const DOTNET_HEAD = /^(?:trce|dbug|info|warn|fail|crit): \S+\[\d+\]$/;

/** `TypeError: x`, `java.lang.IllegalStateException`, `Exception in thread "main" …`, `Error [ERR_X]: y`. */
const TYPED =
  /^(?:Uncaught |Unhandled exception\. |Exception in thread "[^"]*" )?((?:[A-Za-z_$][\w$]*[.\\/]|::)*[A-Za-z_$][\w$]*)(?: \[\w+\])?(?:: |$)/;
const ERROR_CLASS = /Error|Exception|Throwable|Failure|Fault|Interrupt|panic/;

/** Whether a line may be the head of an exception: its message may go on in the next lines, and frames follow. */
export function isTyped(line: string): boolean {
  const name = TYPED.exec(line)?.[1];
  return name !== undefined && ERROR_CLASS.test(name);
}

const UNCAUGHT = /^(?:Exception in thread "|Unhandled exception\. |Uncaught )/;
const DOTTED = /^[\w$]+\./;

/** Whether an exception's head may stand below a log line: what nobody caught was not logged either. */
export function mayFollow(typed: string, head: string): boolean {
  if (UNCAUGHT.test(typed)) return false;
  const level = levelInText(head);
  if (level === undefined) return SAYS_ERROR.test(head);
  // Java's loggers write warnings with their exception; a bare `TypeError: x` behind a warning was printed by someone else.
  return level.number >= (DOTTED.test(typed) ? SEVERITY.WARN : SEVERITY.ERROR);
}

const SAYS_ERROR =
  /error|exception|fail|fatal|panic|unhandled|uncaught|reject|crash|abort|cannot|could not|unable|critical|severe/i;

/**
 * Whether a line may be the first one of a trace: it is a warning or worse or, without a level, speaks of an error. A line of
 * a lower level is never joined with a trace: the trace of a program that dies behind it must not become information.
 */
export function mayLead(line: string): boolean {
  const level = levelInText(line);
  return level === undefined ? SAYS_ERROR.test(line) : level.number >= SEVERITY.WARN;
}

/** Whether a line begins like one of a log: with a time, a bracket, a PRI, JSON, or a level. */
export function startsLog(line: string): boolean {
  const first = line.charCodeAt(0);
  const sign = first === 91 || first === 123 || first === 60;
  return sign || (first >= 48 && first <= 57) || levelInText(line) !== undefined;
}
