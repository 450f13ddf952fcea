import type { Decoded } from './formats/harvest.ts';
import { decodeOtlp, type OtlpEncoding } from './formats/otlp.ts';
import type { HttpProtocol, HttpRequest, Reply } from './http-receiver.ts';

/**
 * OTLP/HTTP: `POST /v1/logs`, protobuf or JSON; the answer is in the encoding of the request.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const otlpProtocol: HttpProtocol<Decoded> = {
  source: 'otlp',
  decode(request, context) {
    const encoding = encodingOf(request);
    return encoding
      ? decodeOtlp(request.body, encoding, context)
      : { unreadable: 'send application/x-protobuf or application/json' };
  },
  taken({ dropped }, request) {
    const rejected = [...dropped.values()].reduce((sum, count) => sum + count, 0);
    if (rejected === 0) return encoded(request, 200, Buffer.alloc(0), {});
    const errorMessage = `${rejected} log records could not be read`;
    return encoded(request, 200, partialSuccess(rejected, errorMessage), {
      partialSuccess: { rejectedLogRecords: String(rejected), errorMessage },
    });
  },
  // google.rpc.Status, as the specification wants failures to be told.
  refused({ status, reason }, request) {
    const code = CODES[status] ?? 2;
    return encoded(request, status, Buffer.concat([varintField(1, code), bytesField(2, reason)]), {
      code,
      message: reason,
    });
  },
};

/** gRPC codes: invalid argument, unauthenticated, unimplemented, resource exhausted, unavailable. */
const CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 405: 12, 413: 3, 415: 3, 429: 8, 503: 14 };

function encodingOf({ type }: HttpRequest): OtlpEncoding | undefined {
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

function encoded(request: HttpRequest, status: number, protobuf: Buffer, json: object): Reply {
  return encodingOf(request) === 'protobuf'
    ? { status, headers: { 'content-type': 'application/x-protobuf' }, body: protobuf }
    : { status, body: json };
}

/** ExportLogsServiceResponse { partial_success = 1 { rejected_log_records = 1, error_message = 2 } }. */
function partialSuccess(rejected: number, message: string): Buffer {
  return bytesField(1, Buffer.concat([varintField(1, rejected), bytesField(2, message)]));
}

function varintField(number: number, value: number): Buffer {
  return Buffer.from([number << 3, ...varint(value)]);
}

function bytesField(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
