import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml';
import { ConfigError } from './problem.ts';
import { type BuiltNode, TreeBuilder } from './yaml-builder.ts';
import { parseError } from './yaml-errors.ts';

/** A place in a file; both begin with 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** How a scalar is written; a backslash means something else in each. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, where the value is not a string: `1.10`, `0123`, `off`. */
  readonly text: string;
  readonly style: ScalarStyle;
  readonly at: Position;
}

export interface SeqNode {
  readonly kind: 'seq';
  readonly items: readonly YamlNode[];
  readonly at: Position;
}

export interface MapEntry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: YamlNode;
}

/** Entries in the order of the file, integer-like keys included (a JavaScript object would sort those first). */
export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly at: Position;
}

export type YamlNode = MapNode | SeqNode | ScalarNode;

const EMPTY: ScalarNode = {
  kind: 'scalar',
  value: null,
  text: '',
  style: 'plain',
  at: { line: 1, column: 1 },
};

/**
 * Parses YAML or JSON and keeps order and positions. Keys are strings as written, time stamps stay strings, aliases share their
 * node, `<<` merges. An empty file is a null scalar. Throws ConfigError with one problem.
 */
export function parseYaml(written: string, file: string): YamlNode {
  const text = written.startsWith('\u{feff}') ? written.slice(1) : written;
  const builder = new TreeBuilder(text, file);
  try {
    loadAll(text, null, {
      schema: CORE_SCHEMA,
      listener: (event, state) => builder.on(event, state as unknown as BuiltNode),
    });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new ConfigError([parseError(error, { text, file, openedAt: builder.openedAt() })]);
  }
  return builder.root() ?? EMPTY;
}
