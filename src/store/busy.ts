/**
 * Whether the database refused because another process holds its lock (a person's sqlite3, a backup): it takes the same again when
 * that has let go.
 */
export function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
