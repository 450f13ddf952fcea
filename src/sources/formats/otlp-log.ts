import type { AnyValue, Attributes } from '../../record/log-record.ts';

/** A log record as both encodings of OTLP have it. */
export interface OtlpLog {
  /** ns since the epoch; 0 when the sender did not say. */
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: Attributes;
  /** Hex; empty when there is none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
  readonly scope: string;
}

/** Told what a reader finds; a log that cannot be read is `undefined`. */
export type OtlpVisitor = (log: OtlpLog | undefined, resource: Attributes) => void;
