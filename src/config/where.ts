import type { Problem } from './problem.ts';
import type { Position, YamlNode } from './yaml-tree.ts';

/** Where a reader is, and where its mistakes go. */
export interface Where {
  /** `categories.web.signatures[2]`; empty at the top and for a variable. */
  readonly path: string;
  /** `file:line:column`, or the name of the variable. */
  place(at: Position): string;
  readonly problems: Problem[];
}

/** Reads out of a file; mistakes go into `problems`. */
export function inFile(file: string, problems: Problem[]): Where {
  return { path: '', place: (at) => `${file}:${at.line}:${at.column}`, problems };
}

/** Reads the value of a variable; mistakes go into `problems` under its name. */
export function inVariable(name: string, problems: Problem[]): Where {
  return { path: '', place: () => name, problems };
}

/** The same one step further down: a key, or an index in a list. */
export function within(where: Where, step: string | number): Where {
  const { path } = where;
  const dot = path === '' ? '' : '.';
  return { ...where, path: typeof step === 'number' ? `${path}[${step}]` : `${path}${dot}${step}` };
}

/** Notes a mistake and returns undefined, what a reader then returns. */
export function wrong(where: Where, at: Position, message: string): undefined {
  where.problems.push({
    place: where.place(at),
    message: where.path === '' ? message : `${where.path}: ${message}`,
  });
  return undefined;
}

const SHOWN = 60;

/** A value as it is named in a message: `"ops"`, `499`, `a list`, `nothing`. */
export function shown(node: YamlNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'seq') return 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? quoted(node.value) : node.text;
}

/** A text in quotes, on one line and cut. */
export function quoted(text: string): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return JSON.stringify(cut.toWellFormed());
}
