import type { LogRecord } from '../record/log-record.ts';

/** `LOG_AGG_ECHO`: the lines that became events, redacted, on stderr. */
export function echo(record: LogRecord): void {
  process.stderr.write(`${record.raw}\n`);
}
