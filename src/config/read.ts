import { suggestion } from './suggest.ts';
import { quoted, shown, type Where, within, wrong } from './where.ts';
import type { MapEntry, Position, ScalarNode, YamlNode } from './yaml-tree.ts';

/** Turns a node into a value. Undefined: a mistake was noted. The one way for all files and variables. */
export type Reader<T> = (node: YamlNode, where: Where) => T | undefined;
export type ValueOf<R> = R extends Reader<infer T> ? T : never;

/** What a reader of single values says of a text: its value, or undefined for a mistake. */
type Parse<T> = (text: string) => T | undefined;

/**
 * A single value. `expected` and `mend` make the message: `expected a duration, got "5". Write it with a unit, such as 5m.`
 */
export function single<T>(parse: Parse<T>, expected: string, mend: string): Reader<T> {
  return (node, where) => {
    const value = node.kind === 'scalar' && node.value !== null ? parse(node.text.trim()) : undefined;
    return value ?? wrong(where, node.at, `expected ${expected}, got ${shown(node)}. ${mend}`);
  };
}

/** A text as it stands there, not empty. Numbers and the like are taken as they are written. */
export function text(expected: string): Reader<string> {
  return (node, where) => {
    if (node.kind === 'scalar' && node.value !== null && node.text.trim() !== '') return node.text;
    return wrong(where, node.at, `expected ${expected}, got ${shown(node)}. Write one, or remove the key.`);
  };
}

/** A number, in quotes or not. */
export function number(range: {
  readonly expected: string;
  readonly mend: string;
  readonly accepts: (value: number) => boolean;
}): Reader<number> {
  const parse = (written: string) => {
    const value = written === '' ? Number.NaN : Number(written);
    return Number.isFinite(value) && range.accepts(value) ? value : undefined;
  };
  return single(parse, range.expected, range.mend);
}

/** One of a few words, in any case. */
export function oneOf<T extends string>(words: readonly T[], what: string): Reader<T> {
  const known = words.join(', ');
  return (node, where) => {
    const written = node.kind === 'scalar' && node.value !== null ? node.text.trim() : undefined;
    const word = words.find((candidate) => candidate === written?.toLowerCase());
    if (word !== undefined) return word;
    const hint = written === undefined ? `Write one of: ${known}.` : meantOrAll(written, words);
    return wrong(where, node.at, `expected ${what}, got ${shown(node)}. ${hint}`);
  };
}

function meantOrAll(written: string, words: readonly string[]): string {
  const hint = suggestion(written, words);
  return hint.startsWith('Did you') ? `${hint} Known: ${words.join(', ')}.` : hint;
}

/** A list; a single value is a list of one, nothing under the key an empty one. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (node, where) => {
    if (node.kind === 'scalar' && node.value === null) return [];
    if (node.kind !== 'seq') {
      const only = item(node, where);
      return only === undefined ? undefined : [only];
    }
    const read = node.items.map((entry, index) => item(entry, within(where, index)));
    const good = read.filter((value) => value !== undefined);
    return good.length === read.length ? good : undefined;
  };
}

/** A list that may also be one text with commas, as in a variable. */
export function commaList<T>(item: Reader<T>): Reader<readonly T[]> {
  const reader = list(item);
  return (node, where) => {
    if (node.kind !== 'scalar' || !node.text.includes(',')) return reader(node, where);
    const parts = node.text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return reader({ kind: 'seq', at: node.at, items: parts.map((part) => scalar(part, node.at)) }, where);
  };
}

/** A scalar that no file holds: the value of a variable, a part of a list. */
export function scalar(value: string, at: Position): ScalarNode {
  return { kind: 'scalar', value, text: value, style: 'plain', at };
}

/** The entries of a mapping; nothing under the key is an empty one. */
export function entries(node: YamlNode, where: Where, expected: string): readonly MapEntry[] | undefined {
  if (node.kind === 'map') return node.entries;
  if (node.kind === 'scalar' && node.value === null) return [];
  return wrong(
    where,
    node.at,
    `expected ${expected}, got ${shown(node)}. Write \`key: value\` lines below it.`,
  );
}

/** A mapping of any names to values of one kind. Names whose value is wrong are left out; the mistake was noted. */
export function mapOf<T>(value: Reader<T>): Reader<ReadonlyMap<string, T>> {
  return (node, where) => {
    const pairs = entries(node, where, 'a mapping of names');
    return (
      pairs &&
      new Map(
        pairs.flatMap(({ key, value: child }) => {
          const read = value(child, within(where, key));
          return read === undefined ? [] : [[key, read] as const];
        }),
      )
    );
  };
}

/** What a mapping with known keys may hold. */
export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Fields<S extends Shape> = { readonly [K in keyof S]?: ValueOf<S[K]> };

/** Says how to mend an unknown key better than by listing what is known; undefined: no better. */
export type UnknownKey = (key: string, path: string) => string | undefined;

/**
 * A mapping with known keys; every unknown one is a mistake with a suggestion. What is missing or wrong is left out, so that all
 * mistakes are found in one pass.
 */
export function fields<S extends Shape>(shape: S, unknown?: UnknownKey): Reader<Fields<S>> {
  const known = Object.keys(shape);
  return (node, where) => {
    const pairs = entries(node, where, 'a mapping');
    if (!pairs) return undefined;
    const values: Record<string, unknown> = {};
    for (const { key, keyAt, value } of pairs) {
      const reader = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (!reader) {
        const hint = unknown?.(key, where.path) ?? suggestion(key, known);
        wrong(where, keyAt, `unknown key ${quoted(key)}. ${hint}`);
        continue;
      }
      const read = reader(value, within(where, key));
      if (read !== undefined) values[key] = read;
    }
    return values as Fields<S>;
  };
}

/** A value and where it was given. `value` is missing when it was given wrongly (which was noted). */
export interface Found<T> {
  readonly place: string;
  readonly value?: T;
}

/** Keeps the place beside the value, for checks that look at more than one value. */
export function found<T>(reader: Reader<T>): Reader<Found<T>> {
  return (node, where) => {
    const value = reader(node, where);
    const place = where.place(node.at);
    return value === undefined ? { place } : { place, value };
  };
}
