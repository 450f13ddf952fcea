import { formatBytes } from '../chat/views/format.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';
import { inspectDatabase } from '../store/inspect.ts';

const ABOUT = 'Database';
const RESCUE =
  'stop the bot, then rescue what is left with `sqlite3 tocsin.db .recover`, put a backup back, or move the file away (a new one is made, the history is gone)';

/** Whether the database opens, is of a schema that is known, and is sound. Reads only, whoever writes into it. */
export function examineDatabase(dataDir: string): Finding[] {
  const found = inspectDatabase(dataDir);
  if (found.state === 'absent')
    return [skipped(ABOUT, `${found.file} is not there yet, the first start makes it`)];
  if (found.state === 'unusable')
    return [wrong(ABOUT, `${found.file} cannot be used (${found.reason}): ${RESCUE}`)];
  const { file, schema, knownSchema, bytes, damage } = found;
  const [first, ...more] = damage;
  if (first !== undefined) {
    const others = more.length > 0 ? `, and ${more.length} more` : '';
    return [wrong(ABOUT, `${file} is damaged (${first}${others}): ${RESCUE}`)];
  }
  if (schema > knownSchema) {
    const text = `${file} was written by a newer Tocsin (schema ${schema}, this one knows ${knownSchema}): update Tocsin, or set TOCSIN_DATA to another directory`;
    return [wrong(ABOUT, text)];
  }
  const older = schema < knownSchema ? `, the next start brings it to ${knownSchema}` : '';
  return [ok(ABOUT, `${file} is sound: ${formatBytes(bytes)}, schema ${schema}${older}`)];
}
