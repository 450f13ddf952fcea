import type { Exception } from './log-record.ts';

/** Longer texts are searched up to here: an exception's head stands near its beginning, a Python one near its end. */
const SEARCH_LENGTH = 64 * 1024;
const MAX_TYPE = 200;

const TRACEBACK = 'Traceback (most recent call last)';
/** The last line of a Python traceback: `ValueError: x`, `pkg.errors.NotFound`, `KeyboardInterrupt`. */
const PYTHON_LAST = /^([A-Za-z_][\w.]{0,199})(?:: (.*))?$/;
/** `  | ExceptionGroup: x (2 sub-exceptions)`, above the first rule. */
const PYTHON_GROUP = /^ {2}\| ([A-Za-z_][\w.]{0,199})(?:: (.*))?$/m;
const FRAME = /^\s+at \S/;
/** `TypeError: x`, `java.lang.IllegalStateException: x`, `Error [ERR_X]: x`, behind whatever a logger wrote in front. */
const TYPED =
  /(?:^|[\s"])((?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Za-z_$][\w$]{0,80}(?:Error|Exception|Throwable|Failure|Fault|Interrupt)|Error)(?: \[\w{1,60}\])?(?:: (.*)|\s*$)/;
const CAUSED_BY = /^\s*Caused by: ([\w$.]{1,200})(?:: (.*))?$/;
/** `pkg.NotFound: x`, `NotFound: x` above the first frame: a class need not be called an error. */
const NAMED = /^((?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,80})(?:: (.*))?$/;
/** .NET writes the inner exception below, the framework of old behind the outer one. */
const INNER = / ?---> .*$/;
const GO_PANIC = /^(?:(panic|fatal error)|.{0,60}http: (panic) serving [^\s]{1,60}): (.*)$/m;
/** `a.rb:3:in 'f': message (Class)`, and Rails' `Class (message):`. */
const RUBY_HEAD = /^\S{1,500}:\d+:in [`'"][^\n]{0,300}?['"]: ([^\n]*) \(([A-Z][\w:]{0,200})\)$/m;
const RAILS_HEAD = /(?:^|\s)([A-Z]\w{0,80}(?:::[A-Z]\w{0,80}){0,12}) \(([^\n]*)\):$/m;
const RUBY_TRACE = /\n(?:\tfrom )?[^\s:]{1,500}:\d+:in [`'"]/;
const RUST_PANIC = /^thread '[^'\n]{0,100}' panicked at (?:'([^\n]*)', )?[^\n]*$/m;
/** Monolog's form of an exception, with the backslashes of its JSON. */
const MONOLOG = /\[object\] \(([\w\\]{1,200})\(code: [^)\n]{1,40}\): ([^\n]*?) at [^\s]{1,500}:\d+\)$/m;
const PHP_UNCAUGHT = /Uncaught ([\w\\]{1,200}): ([^\n]*?)(?: in \S+:\d+)?$/m;

/**
 * The exception whose stack trace a text carries: Python, Java and .NET (the outer one; causes are in the trace), Node, Go and
 * Rust panics, PHP. Undefined for a text without a trace: a lone `TypeError: x` is a message. Linear.
 */
export function exceptionInText(text: string): Exception | undefined {
  if (!text.includes('\n')) return undefined;
  const traceback = text.lastIndexOf(TRACEBACK);
  if (traceback >= 0) return python(text, traceback);
  const search = text.length > SEARCH_LENGTH ? text.slice(0, SEARCH_LENGTH) : text;
  if (search.includes('\ngoroutine ')) return go(search, text);
  if (search.includes('panicked at ')) return rust(search, text);
  if (search.includes('\nStack trace:\n#0')) return found(search, PHP_UNCAUGHT.exec(search), text);
  if (search.includes('\n[stacktrace]\n#0')) return monolog(search, text);
  if (RUBY_TRACE.test(search)) return ruby(search, text);
  return withFrames(search, text);
}

function go(search: string, text: string): Exception | undefined {
  const match = GO_PANIC.exec(search);
  return match ? exception(match[1] ?? match[2], match[3], text.slice(match.index)) : undefined;
}

function monolog(search: string, text: string): Exception | undefined {
  const match = MONOLOG.exec(search);
  return match ? exception(match[1]?.replaceAll('\\\\', '\\'), match[2], text.slice(match.index)) : undefined;
}

function ruby(search: string, text: string): Exception | undefined {
  const own = RUBY_HEAD.exec(search);
  if (own) return exception(own[2], own[1], text.slice(own.index));
  const rails = RAILS_HEAD.exec(search);
  return rails ? exception(rails[1], rails[2], text.slice(rails.index).trimStart()) : undefined;
}

function found(search: string, match: RegExpExecArray | null, text: string): Exception | undefined {
  if (!match || !search) return undefined;
  return exception(match[1], match[2], text.slice(match.index));
}

function python(text: string, last: number): Exception {
  const stacktrace = text.slice(text.indexOf(TRACEBACK));
  const tail = text.slice(last, last + SEARCH_LENGTH);
  const lines = (text.length > last + SEARCH_LENGTH ? text.slice(-SEARCH_LENGTH) : tail).split('\n');
  const group = text.includes('Exception Group Traceback') ? PYTHON_GROUP.exec(text) : undefined;
  if (group) return exception(group[1], group[2], stacktrace);
  // The head of the exception is the first line after the frames that is not indented.
  for (let index = 1; index < lines.length; index++) {
    const match = PYTHON_LAST.exec(lines[index] ?? '');
    if (match && isIndented(lines[index - 1])) return exception(match[1], match[2], stacktrace);
  }
  return { stacktrace };
}

function isIndented(line: string | undefined): boolean {
  return line !== undefined && /^\s+\S/.test(line);
}

function rust(search: string, text: string): Exception | undefined {
  const match = RUST_PANIC.exec(search);
  if (!match) return undefined;
  const rest = search.slice(match.index + match[0].length + 1);
  const message = match[1] ?? rest.slice(0, rest.indexOf('\n') < 0 ? undefined : rest.indexOf('\n'));
  return exception('panic', message, text.slice(match.index));
}

/** Frames that begin with `at`: their exception's head is the nearest line above that names a type. */
function withFrames(search: string, text: string): Exception | undefined {
  const lines = search.split('\n');
  const frame = lines.findIndex((line) => FRAME.test(line));
  if (frame < 1) return undefined;
  for (let index = frame - 1; index >= 0 && index >= frame - 30; index--) {
    const line = (lines[index] ?? '').slice(0, 4000).replace(INNER, '');
    const match = CAUSED_BY.exec(line) ?? TYPED.exec(line) ?? (index === frame - 1 ? NAMED.exec(line) : null);
    if (!match) continue;
    const between = lines
      .slice(index + 1, frame)
      .filter((below) => !INNER.test(below))
      .join('\n');
    const message = between === '' ? match[2] : `${match[2] ?? ''}\n${between}`;
    const before = lines.slice(0, index).reduce((length, above) => length + above.length + 1, 0);
    return exception(match[1], message, text.slice(before + match.index).trimStart());
  }
  return undefined;
}

function exception(type: string | undefined, message: string | undefined, stacktrace: string): Exception {
  return {
    ...(type ? { type: type.slice(0, MAX_TYPE) } : {}),
    ...(message ? { message } : {}),
    stacktrace,
  };
}

/** A first line such as `TypeError: x` taken apart, for a stack or an error text that has nothing else. */
export function typedMessage(line: string): { readonly type: string; readonly message?: string } | undefined {
  const match = TYPED.exec(line.slice(0, 4000));
  if (!match?.[1] || match.index > 0) return undefined;
  return match[2] ? { type: match[1], message: match[2] } : { type: match[1] };
}
