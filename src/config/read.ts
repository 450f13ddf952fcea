import type { Problem } from './problem.ts';
import { suggestion } from './suggest.ts';
import type { MapNode, Position, ScalarNode, YamlNode } from './yaml-tree.ts';

/** Where a reader is: its path for the message, and where it notes what is wrong. */
export interface Where {
  /** `categories.web.signatures[2]`; empty at the top and for a variable. */
  readonly path: string;
  /** `file:line:column`, or the name of the variable. */
  place(at: Position): string;
  /** Notes a mistake; the path is put before the message. */
  note(at: Position, message: string): void;
}

/** Turns a node into a value. Undefined: a mistake was noted. */
export type Reader<T> = (node: YamlNode, where: Where) => T | undefined;
export type ValueOf<R> = R extends Reader<infer T> ? T : never;

/** Reads out of a file; mistakes go into `problems`. */
export function inFile(file: string, problems: Problem[]): Where {
  return whereBy((at) => `${file}:${at.line}:${at.column}`, problems, '');
}

/** Reads the value of a variable; mistakes go into `problems` under its name. */
export function inVariable(name: string, problems: Problem[]): Where {
  return whereBy(() => name, problems, '');
}

function whereBy(place: Where['place'], problems: Problem[], path: string): Where {
  return {
    path,
    place,
    note: (at, message) => problems.push({ place: place(at), message: path ? `${path}: ${message}` : message }),
  };
}

/** The same place one step further down: a key, or an index in a list. */
export function within(where: Where, step: string | number): Where {
  const path = typeof step === 'number' ? `${where.path}[${step}]` : `${where.path}${where.path ? '.' : ''}${step}`;
  return {
    path,
    place: where.place,
    note: (at, message) => where.note(at, `\0${path}\0${message}`),
  };
}
