import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml';
import { ConfigError } from './problem.ts';
import { type BuiltNode, TreeBuilder } from './yaml-builder.ts';
import { parseError } from './yaml-errors.ts';
import type { ScalarNode, YamlNode } from './yaml-node.ts';

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
