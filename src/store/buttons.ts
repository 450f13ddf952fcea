import type { Db } from './database.ts';

/** What a button stands for when it does not fit into the 64 bytes that it carries. Buttons work as long as their rows are kept. */
export function createButtons(db: Db) {
  const put = db.prepare<[string, number], { id: number }>(`
    INSERT INTO buttons (payload, created_at) VALUES (?, ?)
    ON CONFLICT (payload) DO UPDATE SET created_at = excluded.created_at RETURNING id`);
  const get = db.prepare<[number], { payload: string }>('SELECT payload FROM buttons WHERE id = ?');
  return {
    /** Keeps a payload and returns its short name. */
    put(payload: string, at: number): string {
      return (put.get(payload, at) as { id: number }).id.toString(36);
    },
    get(name: string): string | undefined {
      const id = Number.parseInt(name, 36);
      return Number.isSafeInteger(id) ? get.get(id)?.payload : undefined;
    },
  };
}
