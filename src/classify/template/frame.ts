import { MASK } from './mask-rule.ts';

/** One line of a stack trace. */
export interface Frame {
  readonly file: string;
  readonly name: string;
}

/** A line is read up to here. */
const LINE_LENGTH = 500;

/**
 * The frames of the languages, one form a row; `$file` and `$name` are groups. Each is anchored and has one way to match, so it
 * is linear. The first that matches wins.
 */
const FORMS: readonly RegExp[] = [
  // File "/app/worker.py", line 88, in run_job
  /^File "(?<file>[^"]+)", line \d+(?:, in (?<name>.+))?$/,
  // at com.acme.Orders.total(Orders.java:41) ~[app.jar:1.2]
  /^at (?:[\w.@-]*\/{1,2})?(?<name>[\w$.<>]+)\((?<file>[\w$-]+\.(?:java|kt|kts|scala|groovy|clj)|Native Method|Unknown Source|<generated>)(?::\d+)?\)/,
  // at async handle [as run] (/app/src/orders.js:10:5), at /app/src/orders.js:10:5
  /^at (?:async )?(?:(?<name>[^()]+?) )?\((?:[^()]*\()?(?<file>[^()]+?)(?::\d+){1,2}\)+$/,
  /^at (?:async )?(?<file>[^()\s]+?)(?::\d+){1,2}$/,
  // at Acme.Orders.Total(Int32 id) in C:\src\Orders.cs:line 42
  /^at (?<name>[^()]+)\([^()]*\)(?: in (?<file>.+):line \d+)?$/,
  // from app/models/order.rb:10:in `total'; the first line has its message behind it
  /^(?:from )?(?<file>[^\s:]+\.(?:rb|erb|rake)|[^\s:]*\/bin\/[^\s:]+|<internal:[^>]+>):\d+:in [`'](?<name>[^']+)'/,
  // #0 /app/src/Orders.php(12): Acme\Orders->total(5)
  /^#\d+ (?<file>[^()]+)\(\d+\): (?<name>[^()]+)/,
  /^#\d+ (?<file>\[internal function\]): (?<name>[^()]+)/,
];

/** The frame that a line of a trace is, or undefined. (Those of Go and Rust have two lines: `trace.ts`.) */
export function frameOf(line: string): Frame | undefined {
  const text = line.slice(0, LINE_LENGTH).trim();
  const first = text.charCodeAt(0);
  // a, f, F, #, <, /, and what a relative path of Ruby begins with.
  if (first !== 97 && first !== 70 && first !== 35 && !text.includes(':in ')) return undefined;
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups) return { file: groups['file'] ?? '', name: groups['name'] ?? '' };
  }
  return undefined;
}

/** A frame as the group shows it: `total (models/order.rb)`; without line, build and machine. */
export function showFrame(frame: Frame): string {
  const name = functionName(frame.name);
  const file = fileName(frame.file);
  if (file === '') return name;
  return name === '' ? file : `${name} (${file})`;
}

/** Numbers that compilers give to what has no name: `lambda$run$3`, `func1`, `<Run>d__5`, `Orders$1`, `List`1[T]`. */
const GENERATED = /\$\$[\w$]+|\/0x[0-9a-f]+|(?<=\$|__|func|`)\d+/g;
const PREFIXES = /^(?:async |new |Object\.|Module\.|block (?:\(\d+ levels\) )?in |global\.)+/;
const ALIAS = / \[as [^\]]*\]$/;

function functionName(name: string): string {
  const plain = name.replace(PREFIXES, '').replace(ALIAS, '').replace(GENERATED, '').trim();
  // A minifier gives other short names in each build.
  return plain.length <= 2 || plain === '<anonymous>' ? '' : plain;
}

/** File names that say nothing without their folder. */
const COMMON = /^(?:index|main|__init__|mod|lib|page|route|layout|app|server|handler|utils?)\.\w+$/i;
/** A shallower path may begin anywhere: `/app/worker.py` is `/srv/app/worker.py` elsewhere. */
const DEEP = 4;

function fileName(file: string): string {
  // `Native Method`, `Unknown Source`, `<generated>`
  if (/^(?:<|Native |Unknown )/.test(file)) return '';
  const path = file
    .replaceAll('\\', '/')
    .replace(/^[a-z-]+:\/\/\/?[^/]*\//i, '')
    .replace(/[?#].*$/, '');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const base = withoutBuild(parts.at(-1) ?? '');
  const folder = parts.at(-2);
  if (folder === undefined || (parts.length < DEEP && !COMMON.test(base))) return base;
  return `${/\d{3}|^[0-9a-f]{7,}$/.test(folder) ? MASK : folder}/${base}`;
}

/** A file name without the hash of its build: `main.4f3a9c.js`, `index-BxK3f9Qa.js`, `2.chunk.js`. */
function withoutBuild(base: string): string {
  const parts = base.split(/(?=[.~-])/);
  return parts
    .filter((part, index) => index === 0 || index === parts.length - 1 || !isBuild(part.slice(1)))
    .join('');
}

function isBuild(part: string): boolean {
  if (/^\d+$/.test(part)) return true;
  if (/^[0-9a-f]{6,}$/.test(part)) return /\d/.test(part) || part.length >= 8;
  return part.length >= 8 && /^\w+$/.test(part) && (/\d/.test(part) || /[a-z][A-Z].*[a-z]/.test(part));
}
