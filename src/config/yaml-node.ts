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
