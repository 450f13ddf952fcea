/** What a field of a structured record is for Tocsin. */
export type Role =
  | 'severity'
  | 'severityNumber'
  | 'body'
  | 'event'
  | 'error'
  | 'exceptionType'
  | 'exceptionMessage'
  | 'stack'
  | 'service'
  | 'host'
  | 'timestamp'
  | 'traceId'
  | 'spanId'
  | 'requestId';

/**
 * The names that loggers give their fields, the one that counts most first. In lower case; a dot is a dot in the name or a
 * nested object (`log.level` is ECS either way).
 */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  severityNumber: ['severitynumber', 'severity_number'],
  // monolog and python-json-logger have a number in `level` beside the name.
  severity: [
    'level_name',
    'levelname',
    'severity_text',
    'severitytext',
    'log.level',
    'level',
    'severity',
    'lvl',
    'loglevel',
    'log_level',
    '@l',
    'level.name',
    'record.level.name',
    'priority',
    's',
  ],
  body: [
    'message',
    'msg',
    'body',
    '@message',
    '@m',
    'log.message',
    'text',
    'short_message',
    'textpayload',
    'log',
    '@mt',
  ],
  event: ['event', 'event_name', 'event.name', 'eventname'],
  error: ['error', 'err', 'exc', 'error_message', 'errormessage'],
  exceptionType: [
    'exception.type',
    'error.type',
    'err.type',
    'exc.type',
    'exception.name',
    'error.name',
    'err.name',
    'exc.name',
    'error.kind',
    'exception.class',
    'error.class',
    'thrown.name',
    'exception_class',
  ],
  exceptionMessage: [
    'exception.message',
    'error.message',
    'err.message',
    'exc.message',
    'error.msg',
    'exception.msg',
    'thrown.message',
  ],
  stack: [
    'exception.stacktrace',
    'exception.stack',
    'exception.stack_trace',
    'error.stack_trace',
    'error.stack',
    'error.stacktrace',
    'err.stack',
    'err.stacktrace',
    'exc.stack',
    'thrown.extendedstacktrace',
    'stack_trace',
    'stacktrace',
    'stack',
    'exc_info',
    'exc_text',
    'exception',
    'traceback',
    '@x',
  ],
  service: [
    'service.name',
    'service',
    'service_name',
    'servicename',
    'resource.service.name',
    'dd.service',
    'app.name',
    'application.name',
    'application',
    'app',
    'app_name',
    'appname',
    'syslog_identifier',
    'program',
    'kubernetes.container_name',
    'container_name',
    'fly.app.name',
  ],
  host: [
    'host.name',
    'hostname',
    'host',
    'host.hostname',
    'resource.host.name',
    '_hostname',
    'kubernetes.host',
  ],
  timestamp: [
    'timestamp',
    '@timestamp',
    'time',
    'ts',
    '@t',
    't',
    'asctime',
    'datetime',
    'date',
    'timeunixnano',
    'time_unix_nano',
    'timestamp_ms',
    'timemillis',
    'instant',
    '__realtime_timestamp',
    'record.time.timestamp',
  ],
  traceId: [
    'trace_id',
    'traceid',
    'trace.id',
    'dd.trace_id',
    'otel.trace_id',
    'traceparent',
    '@tr',
    'contextmap.traceid',
    'mdc.traceid',
    'logging.googleapis.com/trace',
  ],
  spanId: [
    'span_id',
    'spanid',
    'span.id',
    'dd.span_id',
    'otel.span_id',
    '@sp',
    'contextmap.spanid',
    'mdc.spanid',
    'logging.googleapis.com/spanid',
  ],
  requestId: [
    'request_id',
    'requestid',
    'request.id',
    'req_id',
    'reqid',
    'req.id',
    'x_request_id',
    'x-request-id',
    'http.request.id',
    'contextmap.requestid',
    'mdc.requestid',
    'correlation_id',
    'correlationid',
  ],
};

export interface RankedRole {
  readonly role: Role;
  /** 0 counts most. */
  readonly rank: number;
}

/** Role and rank of a field name in lower case, dotted. */
export const ROLES: ReadonlyMap<string, RankedRole> = new Map(
  Object.entries(NAMES).flatMap(([role, names]) =>
    names.map((name, rank) => [name, { role: role as Role, rank }] as const),
  ),
);

/** Objects whose members are fields as well: `error: {message}` is `error.message`. */
export const PARENTS: ReadonlySet<string> = new Set(
  [...ROLES.keys()].flatMap((name) => {
    const parts = name.split('.');
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
  }),
);

/** Objects whose members stand for members of the record itself (OpenTelemetry's JSON). */
export const TRANSPARENT: ReadonlySet<string> = new Set(['attributes']);
