import { ConfigError } from './problem.ts';
import type { MapEntry, MapNode, Position, ScalarNode, ScalarStyle, SeqNode, YamlNode } from './yaml-node.ts';
import { positionFinder } from './yaml-position.ts';

/** What js-yaml tells its listener of a node (https://github.com/nodeca/js-yaml, lib/loader.js, composeNode). */
export interface BuiltNode {
  readonly position: number;
  readonly kind: 'scalar' | 'sequence' | 'mapping' | null;
  readonly result: unknown;
  readonly anchor: string | null;
}

interface Frame {
  /** Offset before the node, its properties and the blanks before them. */
  readonly open: number;
  close: number;
  kind: BuiltNode['kind'];
  result: unknown;
  node: YamlNode | undefined;
  readonly children: Frame[];
}

const BLANK = /(?:[ \t\r\n]|#[^\r\n]*)*/y;
const PROPERTY = /[&!][^\s,[\]{}]*/y;
const STYLES: Readonly<Record<string, ScalarStyle>> = {
  "'": 'single',
  '"': 'double',
  '|': 'block',
  '>': 'block',
};

/**
 * Builds the tree out of js-yaml's "open" and "close" of each node. js-yaml tries readings and drops them, so a node may come twice
 * (the inner of the two counts), and an abandoned one may stand among the children; what the parser made of the node decides.
 */
export class TreeBuilder {
  readonly #text: string;
  readonly #file: string;
  readonly #position: (offset: number) => Position;
  readonly #stack: Frame[] = [];
  readonly #roots: Frame[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  readonly #collections = new WeakMap<object, YamlNode>();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#position = positionFinder(text);
  }

  on(event: 'open' | 'close', state: BuiltNode): void {
    if (event === 'open') {
      const frame: Frame = {
        open: state.position,
        close: state.position,
        kind: null,
        result: null,
        node: undefined,
        children: [],
      };
      this.#stack.push(frame);
      return;
    }
    const frame = this.#stack.pop();
    if (!frame) return;
    frame.close = state.position;
    frame.kind = state.kind;
    frame.result = state.result;
    frame.node = this.#build(frame);
    if (state.anchor !== null) this.#anchors.set(state.anchor, frame.node);
    if (typeof state.result === 'object' && state.result !== null && state.kind !== null) {
      this.#collections.set(state.result, frame.node);
    }
    (this.#stack.at(-1)?.children ?? this.#roots).push(frame);
  }

  /** The one document of the file. */
  root(): YamlNode | undefined {
    const [first, second] = this.#roots;
    if (second) {
      const at = this.#position(this.#skipBlank(second.open));
      this.#fail(
        at,
        'a second YAML document begins here. Keep one document in the file: remove the line "---".',
      );
    }
    return first?.node;
  }

  /** Where the node begins that the parser is in: what is never closed. */
  openedAt(): number | undefined {
    const frame = this.#stack.at(-1);
    return frame && this.#contentStart(frame.open);
  }

  #build(frame: Frame): YamlNode {
    const { kind, result, children } = frame;
    const inner = children.find((child) => child.kind === kind && Object.is(child.result, result))?.node;
    if (inner) return inner;
    if (kind === 'mapping') return this.#map(frame);
    if (kind === 'sequence') return this.#seq(frame);
    const start = this.#contentStart(frame.open);
    if (kind === 'scalar') return this.#scalar(frame, start);
    if (this.#text[start] === '*' && frame.close > start) return this.#alias(frame, start);
    // A node without content; its place is where it would begin.
    return scalarNode(null, '', 'plain', this.#position(frame.open));
  }

  #scalar(frame: Frame, start: number): ScalarNode {
    const style = STYLES[this.#text[start] ?? ''] ?? 'plain';
    const value = frame.result as ScalarNode['value'];
    const written = style === 'plain' ? this.#text.slice(start, frame.close).trim() : String(value);
    return scalarNode(value, typeof value === 'string' ? value : written, style, this.#position(start));
  }

  #alias(frame: Frame, start: number): YamlNode {
    const [name = ''] = /^[^\s,[\]{}]*/.exec(this.#text.slice(start + 1)) ?? [];
    const { result } = frame;
    const node =
      typeof result === 'object' && result !== null ? this.#collections.get(result) : this.#anchors.get(name);
    return (
      node ??
      this.#fail(
        this.#position(start),
        `the alias *${name} stands inside of what it refers to. Write the values out.`,
      )
    );
  }

  #map(frame: Frame): MapNode {
    const written: MapEntry[] = [];
    const made = frame.result as object;
    const { children } = frame;
    for (let index = 0; index < children.length; index += 1) {
      const key = children[index] as Frame;
      if (!Object.hasOwn(made, keyOf(key.result))) continue;
      const value = this.#valueAfter(key, children[index + 1]);
      if (value) index += 1;
      written.push(this.#entry(key, value));
    }
    return this.#mapNode(written, frame.open);
  }

  #mapNode(written: readonly MapEntry[], open: number): MapNode {
    return { kind: 'map', entries: this.#merged(written), at: this.#position(this.#contentStart(open)) };
  }

  #entry(key: Frame, value: Frame | undefined): MapEntry {
    const { node } = key;
    if (node?.kind !== 'scalar') {
      return this.#fail(
        this.#position(this.#contentStart(key.open)),
        'a key must be a text, not a list or a mapping. Put it in quotes.',
      );
    }
    const text = node.value === null && node.text === '' ? 'null' : node.text;
    const isMerge = text === '<<' && node.style === 'plain';
    const empty = scalarNode(null, '', 'plain', this.#position(key.close));
    return { key: isMerge ? MERGE : text, keyAt: node.at, value: value?.node ?? empty };
  }

  /** The frame of the value, if a colon stands between the two. */
  #valueAfter(key: Frame, next: Frame | undefined): Frame | undefined {
    if (!next) return undefined;
    const between = this.#text.slice(key.close, next.open).replace(/#[^\r\n]*/g, '');
    return between.includes(':') ? next : undefined;
  }

  /** `<<` brings in the entries of other mappings; what is written in the mapping itself wins, then the first that is named. */
  #merged(written: readonly MapEntry[]): readonly MapEntry[] {
    if (!written.some(({ key }) => key === MERGE)) return written;
    const taken = new Set(written.map(({ key }) => key));
    return written.flatMap((entry) => {
      if (entry.key !== MERGE) return [entry];
      const sources = entry.value.kind === 'seq' ? entry.value.items : [entry.value];
      return sources.flatMap((source) => {
        if (source.kind !== 'map')
          return this.#fail(
            entry.keyAt,
            '`<<` expects a mapping to merge, or a list of them. Write `<<: *name`.',
          );
        const fresh = source.entries.filter(({ key }) => !taken.has(key));
        for (const { key } of fresh) taken.add(key);
        return fresh;
      });
    });
  }

  #seq(frame: Frame): SeqNode {
    const start = this.#contentStart(frame.open);
    const items = this.#text[start] === '[' ? this.#flowItems(frame) : this.#blockItems(frame, start);
    return { kind: 'seq', items, at: this.#position(start) };
  }

  /** `[a, b: c]`: a pair is a mapping of its own. */
  #flowItems({ children }: Frame): YamlNode[] {
    const items: YamlNode[] = [];
    for (let index = 0; index < children.length; index += 1) {
      const item = children[index] as Frame;
      const value = this.#valueAfter(item, children[index + 1]);
      if (value) {
        index += 1;
        items.push(this.#mapNode([this.#entry(item, value)], item.open));
      } else if (item.node) items.push(item.node);
    }
    return items;
  }

  /** Of a dash without anything behind it the listener is told nothing, so the dashes are counted. */
  #blockItems({ result, children }: Frame, start: number): YamlNode[] {
    const items: YamlNode[] = [];
    let cursor = start;
    let index = 0;
    for (let left = (result as unknown[]).length; left > 0; left -= 1) {
      const dash = this.#skipBlank(cursor);
      const child = children[index];
      if (child?.node && child.open <= this.#skipBlank(dash + 1)) {
        items.push(child.node);
        cursor = child.close;
        index += 1;
      } else {
        items.push(scalarNode(null, '', 'plain', this.#position(dash)));
        cursor = dash + 1;
      }
    }
    return items;
  }

  #skipBlank(offset: number): number {
    BLANK.lastIndex = offset;
    BLANK.exec(this.#text);
    return BLANK.lastIndex;
  }

  /** Where the content of a node begins, behind blanks, anchor and tag. */
  #contentStart(open: number): number {
    for (let offset = this.#skipBlank(open); ; offset = this.#skipBlank(PROPERTY.lastIndex)) {
      PROPERTY.lastIndex = offset;
      if (!PROPERTY.test(this.#text)) return offset;
    }
  }

  #fail(at: Position, message: string): never {
    throw new ConfigError([{ place: `${this.#file}:${at.line}:${at.column}`, message }]);
  }
}

/** No key can be written like this: a null byte is refused. */
const MERGE = '\0<<';

/** The name under which js-yaml keeps a key. */
function keyOf(result: unknown): string {
  if (Array.isArray(result))
    return String(result.map((part) => (isMapping(part) ? '[object Object]' : part)));
  return isMapping(result) ? '[object Object]' : String(result);
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalarNode(value: ScalarNode['value'], text: string, style: ScalarStyle, at: Position): ScalarNode {
  return { kind: 'scalar', value, text, style, at };
}
