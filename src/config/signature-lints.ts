import { PatternSet } from '../classify/pattern-set.ts';
import type { Signature } from '../classify/signature.ts';
import type { Reader } from './reader.ts';
import type { YamlNode } from './yaml-node.ts';

/** A line that a signature is to match, or not to match. */
export interface Example {
  readonly text: string;
  readonly node: YamlNode;
  readonly path: string;
}

/** A signature with what is checked when it is loaded. */
export interface ReadSignature extends Signature {
  readonly match: readonly Example[];
}

/** Remarks on examples that an earlier signature of the file takes: the first match wins. */
export function takenByEarlier(reader: Reader, signatures: readonly ReadSignature[]): void {
  const all = new PatternSet(signatures.map(({ pattern }) => pattern));
  const guards = signatures.map(({ unless }) =>
    unless === undefined ? undefined : new PatternSet([unless]),
  );
  signatures.forEach((signature, own) => {
    for (const { text, node, path } of signature.match) {
      const bytes = Buffer.from(text, 'utf8');
      const winner = all.match(bytes).find((index) => !guards[index]?.match(bytes).length);
      if (winner === undefined || winner === own) continue;
      const id = signatures[winner]?.id ?? '';
      reader.remark(
        node.at,
        path,
        `the earlier signature ${id} takes this line. Move this one up, or make ${id} narrower.`,
      );
    }
  });
}
