/** A value of a structured record, as JSON has them. */
export type AnyValue =
  | string
  | number
  | boolean
  | null
  | readonly AnyValue[]
  | { readonly [key: string]: AnyValue };
export type Attributes = { readonly [key: string]: AnyValue };

/** An exception that a record carries (`error.stack`, `exc_info`, `exception.*` …). */
export interface Exception {
  readonly type?: string;
  readonly message?: string;
  readonly stacktrace?: string;
}

/**
 * One log record in the terms of the OpenTelemetry log data model.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/
 *
 * `observedAt` (ms since the epoch) is Tocsin's own clock and decides all alerting; `timestamp` is what the sender claims.
 * `severityNumber` is 0 when the sender said nothing.
 */
export interface LogRecord {
  readonly observedAt: number;
  readonly timestamp?: number;
  readonly severityNumber: number;
  readonly severityText?: string;
  /** The name of what happened, where the source has one (`event` of structlog and friends). */
  readonly event?: string;
  /** The human sentence. */
  readonly body: string;
  /** A separate error text of the record (`error`, `err.message`) when it differs from the body. */
  readonly error?: string;
  readonly exception?: Exception;
  readonly attributes: Attributes;
  readonly resource: { readonly service?: string; readonly host?: string };
  readonly traceId?: string;
  readonly spanId?: string;
  /** The line as it came (a JSON record serialised again): what a sample shows. */
  readonly raw: string;
}

/** A record that is being made: fields are set one by one where that happens for nearly every line. */
export type RecordDraft = { -readonly [Key in keyof LogRecord]: LogRecord[Key] };
