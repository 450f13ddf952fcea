import type { Problem } from './problem.ts';
import { closest, suggestion } from './suggest.ts';
import { parseDuration, parseSize } from './units.ts';
import type { MapEntry, MapNode, Position, YamlNode } from './yaml-node.ts';

/** Turns a node into a value; undefined when a mistake was noted. `path` is how the place is called: `categories.web.policy`. */
export type Read<T> = (node: YamlNode, path: string) => T | undefined;

/**
 * Reads a YAML tree into typed values. Every mistake is noted with its place, what is wrong and how to mend it, and reading goes
 * on: a user sees all mistakes of a file at once.
 */
export class Reader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  place({ line, column }: Position): string {
    return `${this.#file}:${line}:${column}`;
  }

  wrong(at: Position, path: string, message: string): undefined {
    this.problems.push({ place: this.place(at), message: path === '' ? message : `${path}: ${message}` });
    return undefined;
  }

  remark(at: Position, path: string, message: string): void {
    this.warnings.push({ place: this.place(at), message: `${path}: ${message}` });
  }

  /** A mapping; an empty value counts as an empty one. */
  map(node: YamlNode, path: string): MapNode | undefined {
    if (node.kind === 'map') return node;
    if (node.kind === 'scalar' && node.value === null) return { kind: 'map', entries: [], at: node.at };
    return this.wrong(node.at, path, `expected a mapping (key: value), got ${describe(node)}.`);
  }

  /** A mapping whose keys are known; an unknown one is a mistake, with a suggestion. */
  fields(node: YamlNode, path: string, known: readonly string[]): ReadonlyMap<string, MapEntry> {
    const fields = new Map<string, MapEntry>();
    for (const entry of this.map(node, path)?.entries ?? []) {
      if (known.includes(entry.key)) fields.set(entry.key, entry);
      else
        this.wrong(
          entry.keyAt,
          join(path, entry.key),
          `there is no such key. ${suggestion(entry.key, known)}`,
        );
    }
    return fields;
  }

  /** A list; an empty value counts as an empty one. */
  list<T>(node: YamlNode, path: string, read: Read<T>): T[] | undefined {
    if (node.kind === 'scalar' && node.value === null) return [];
    if (node.kind !== 'seq')
      return this.wrong(node.at, path, `expected a list ([a, b] or lines with "- "), got ${describe(node)}.`);
    return node.items.flatMap((item, index) => {
      const value = read(item, `${path}[${index}]`);
      return value === undefined ? [] : [value];
    });
  }

  readonly text: Read<string> = (node, path) => {
    if (node.kind === 'scalar') {
      if (typeof node.value === 'string') return node.value;
      if (node.value !== null) return node.text;
    }
    return this.wrong(node.at, path, `expected a text, got ${describe(node)}.`);
  };

  readonly flag: Read<boolean> = (node, path) => {
    const value = node.kind === 'scalar' ? parseFlag(String(node.value)) : undefined;
    return value ?? this.wrong(node.at, path, `expected true or false, got ${describe(node)}.`);
  };

  readonly duration: Read<number> = (node, path) => {
    const ms = node.kind === 'scalar' ? parseDuration(node.text || String(node.value)) : undefined;
    return (
      ms ?? this.wrong(node.at, path, `expected a span such as 30s, 5m, 2h or 7d, got ${describe(node)}.`)
    );
  };

  readonly size: Read<number> = (node, path) => {
    const bytes = node.kind === 'scalar' ? parseSize(node.text || String(node.value)) : undefined;
    return (
      (bytes || undefined) ??
      this.wrong(node.at, path, `expected a size such as 8KB, 10MB or 2GB, got ${describe(node)}.`)
    );
  };

  number(limits: {
    readonly above?: number;
    readonly least?: number;
    readonly whole?: boolean;
  }): Read<number> {
    const { above, least, whole = false } = limits;
    const what = `a ${whole ? 'whole ' : ''}number${above === undefined ? ` of ${least} or more` : ` above ${above}`}`;
    return (node, path) => {
      const value = node.kind === 'scalar' ? node.value : undefined;
      const good =
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (above === undefined || value > above) &&
        (least === undefined || value >= least) &&
        (!whole || Number.isInteger(value));
      return good ? (value as number) : this.wrong(node.at, path, `expected ${what}, got ${describe(node)}.`);
    };
  }

  oneOf<T extends string>(words: readonly T[]): Read<T> {
    return (node, path) => {
      const word = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
      const found = words.find((candidate) => candidate === word?.toLowerCase());
      if (found !== undefined) return found;
      const meant = word === undefined ? undefined : closest(word, words);
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      return this.wrong(node.at, path, `expected one of ${words.join(', ')}, got ${describe(node)}.${hint}`);
    };
  }
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

const FLAGS: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

/** `1`, `true`, `yes`, `on` and their contraries, in any case; undefined for anything else. */
export function parseFlag(text: string): boolean | undefined {
  const key = text.trim().toLowerCase();
  return Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
}

function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'seq') return 'a list';
  if (node.value === null) return 'nothing';
  const text = typeof node.value === 'string' ? JSON.stringify(node.value) : node.text;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
