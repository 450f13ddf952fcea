import { type Logger, pino, stdSerializers } from 'pino';
import { redactText } from './record/redact.ts';

export type Log = Logger;

export interface LogOptions {
  readonly level: string;
  /** Values that must never be written: every secret of the configuration. */
  readonly secrets: readonly string[];
  readonly write: (line: string) => void;
  /** For people at a terminal: `tocsin: WARN Delivery failed, will retry. destination=slack:C0OPS`. */
  readonly human: boolean;
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/**
 * Tocsin's own log. Every line says that it is ours (`"name":"tocsin"`, or the prefix `tocsin: `), so that the loop guard knows
 * it when it comes back; secrets are blanked by value and by shape, whatever the text is that brought them.
 */
export function createLog({ level, secrets, write, human }: LogOptions): Log {
  const blank = (text: string) =>
    secrets.reduce(
      (clean, secret) => (secret === '' ? clean : clean.replaceAll(secret, '[REDACTED]')),
      redactText(text),
    );
  const destination = {
    write(line: string) {
      const clean = blank(line);
      write(human ? forPeople(clean) : clean);
    },
  };
  return pino({ name: 'tocsin', level, serializers: { err: stdSerializers.err } }, destination);
}

function forPeople(line: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return `tocsin: ${line}`;
  }
  const { level, msg, time, pid, hostname, name, err, ...rest } = fields;
  const error = (err as { message?: string } | undefined)?.message;
  const values = Object.entries(error === undefined ? rest : { ...rest, error }).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `tocsin: ${[LEVELS[level as number] ?? '', msg, ...values].join(' ')}\n`;
}
