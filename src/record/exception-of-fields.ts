import { exceptionInText, typedMessage } from './exception-in-text.ts';
import type { Exception } from './log-record.ts';

interface ErrorFields {
  /** `error`, `err`: a sentence, or a whole trace. */
  readonly error: string | undefined;
  readonly type: string | undefined;
  readonly message: string | undefined;
  /** A trace, with or without its head. */
  readonly stack: string | undefined;
  readonly body: string | undefined;
}

/** The error text and the exception of a structured record, out of the fields that loggers have for them. */
export function exceptionOfFields(fields: ErrorFields): {
  readonly error: string | undefined;
  readonly exception: Exception | undefined;
} {
  const { error, body } = fields;
  const stack = fields.stack ?? (error?.includes('\n') ? traceIn(error) : undefined);
  const parsed = stack === undefined ? undefined : headOf(stack);
  const type = fields.type ?? parsed?.type;
  const message = fields.message ?? parsed?.message;
  const inBody = stack === undefined && body !== undefined ? exceptionInText(body) : undefined;
  const stacktrace = stack ?? inBody?.stacktrace;
  const exception = {
    ...pick('type', type ?? inBody?.type),
    ...pick('message', message ?? inBody?.message),
    ...pick('stacktrace', stacktrace),
  };
  const short = error === undefined || error === stack ? message : error;
  return {
    error: short === '' ? undefined : short,
    exception: Object.keys(exception).length === 0 ? undefined : exception,
  };
}

function pick(key: keyof Exception, value: string | undefined): Exception {
  return value === undefined || value === '' ? {} : { [key]: value };
}

function traceIn(text: string): string | undefined {
  return exceptionInText(text)?.stacktrace;
}

/** Type and message of a trace; of `ValueError: x` alone too (`exception` of a logger that leaves the frames out). */
function headOf(stack: string): Exception | undefined {
  const found = exceptionInText(stack);
  if (found?.type !== undefined) return found;
  const end = stack.indexOf('\n');
  const first = (end < 0 ? stack : stack.slice(0, end)).trim();
  const typed = typedMessage(first);
  if (typed) return typed;
  // One line that is no frame is a message.
  return end < 0 && !/^(?:at |\S+:\d+)/.test(first) ? { message: first } : undefined;
}
