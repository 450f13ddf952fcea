import type { Db } from './database.ts';

interface SeenAs {
  readonly signatureId: string | undefined;
  readonly signatureKey: string;
  readonly category: string;
}

/** Remembers under which signatures and categories groups were seen: what people type is looked up there. */
export function createSignatures(db: Db) {
  const known = new Set<string>();
  const insert = db.prepare(
    'INSERT OR IGNORE INTO signatures (signature_id, category, signature_key) VALUES (?, ?, ?)',
  );
  return {
    /** To be called within the batch's transaction. */
    seen({ signatureId, category, signatureKey }: SeenAs): void {
      const name = `${signatureId ?? ''}\0${category}`;
      if (known.has(name)) return;
      insert.run(signatureId ?? '', category, signatureId === undefined ? '' : signatureKey);
      known.add(name);
    },
    /** After a rollback: what was added in it is gone. */
    forget(): void {
      known.clear();
    },
  };
}
