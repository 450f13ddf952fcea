/**
 * Severity numbers of the OpenTelemetry log data model (1 to 24), and the names that loggers give them.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export const SEVERITY = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const;

/** A record is an error from here on (product.md section 2). */
export const ERROR_FLOOR: number = SEVERITY.ERROR;

const NAMES: Readonly<Record<string, number>> = {
  trace: SEVERITY.TRACE,
  verbose: SEVERITY.TRACE,
  silly: SEVERITY.TRACE,
  debug: SEVERITY.DEBUG,
  fine: SEVERITY.DEBUG,
  info: SEVERITY.INFO,
  information: SEVERITY.INFO,
  informational: SEVERITY.INFO,
  log: SEVERITY.INFO,
  notice: SEVERITY.INFO + 1,
  success: SEVERITY.INFO,
  warn: SEVERITY.WARN,
  warning: SEVERITY.WARN,
  err: SEVERITY.ERROR,
  error: SEVERITY.ERROR,
  severe: SEVERITY.ERROR,
  crit: SEVERITY.FATAL,
  critical: SEVERITY.FATAL,
  fatal: SEVERITY.FATAL,
  dpanic: SEVERITY.FATAL,
  panic: SEVERITY.FATAL,
  alert: SEVERITY.FATAL + 1,
  emerg: SEVERITY.FATAL + 2,
  emergency: SEVERITY.FATAL + 2,
  // The short names of zerolog, Serilog and .NET's console.
  trc: SEVERITY.TRACE,
  vrb: SEVERITY.TRACE,
  trce: SEVERITY.TRACE,
  dbg: SEVERITY.DEBUG,
  dbug: SEVERITY.DEBUG,
  inf: SEVERITY.INFO,
  wrn: SEVERITY.WARN,
  fail: SEVERITY.ERROR,
  ftl: SEVERITY.FATAL,
  pnc: SEVERITY.FATAL,
};

/** Every name of a level, in lower case. */
export const LEVEL_NAMES: readonly string[] = Object.keys(NAMES);

/** The number of a level name in any case, or undefined for a word that is no level. */
export function severityOfName(name: string): number | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
}

/** Syslog severities 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1, as the OpenTelemetry appendix maps them. */
export function severityOfSyslog(code: number): number {
  return [23, 22, 21, 17, 13, 10, 9, 5][code] ?? 0;
}

/** The levels of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal; custom ones fall in between. */
export function severityOfPinoLevel(level: number): number {
  if (level >= 60) return SEVERITY.FATAL;
  if (level >= 50) return SEVERITY.ERROR;
  if (level >= 40) return SEVERITY.WARN;
  if (level >= 30) return SEVERITY.INFO;
  return level >= 20 ? SEVERITY.DEBUG : SEVERITY.TRACE;
}

/**
 * A numeric `level` of unknown origin, told by its size: syslog and GELF 0 to 7, pino and bunyan 10 to 99, monolog 100 to 600,
 * java.util.logging 700 to 1000, logback 5000 to 40000.
 */
export function severityOfLevelNumber(level: number): number | undefined {
  if (!(level >= 0)) return undefined;
  if (level < 8) return severityOfSyslog(Math.floor(level));
  if (level < 100) return severityOfPinoLevel(level);
  for (const [from, severity] of BIG_LEVELS) if (level >= from) return severity;
  return SEVERITY.TRACE;
}

const BIG_LEVELS: readonly (readonly [from: number, severity: number])[] = [
  [40_000, SEVERITY.ERROR],
  [30_000, SEVERITY.WARN],
  [20_000, SEVERITY.INFO],
  [10_000, SEVERITY.DEBUG],
  [5_000, SEVERITY.TRACE],
  [1000, SEVERITY.ERROR],
  [900, SEVERITY.WARN],
  [700, SEVERITY.INFO],
  [600, SEVERITY.FATAL + 2],
  [550, SEVERITY.FATAL + 1],
  [500, SEVERITY.FATAL],
  [400, SEVERITY.ERROR],
  [300, SEVERITY.WARN],
  [250, SEVERITY.INFO + 1],
  [200, SEVERITY.INFO],
  [100, SEVERITY.DEBUG],
];
