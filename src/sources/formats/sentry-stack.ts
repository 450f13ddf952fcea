import { isObject } from '../../record/bounded-value.ts';

/** One exception of a Sentry event. https://develop.sentry.dev/sdk/data-model/event-payloads/exception/ */
export interface SentryException {
  readonly type: string;
  readonly value: string;
  /** The caller first, as Sentry has them. */
  readonly frames: readonly unknown[];
}

/** Deeper stacks are recursions. */
const MAX_FRAMES = 100;
const MAX_CAUSES = 10;

/** The exceptions of an event, the one that was reported first; its causes follow. Sentry has them the other way round. */
export function exceptionsOf(exception: unknown): readonly SentryException[] {
  const values = isObject(exception) ? (exception['values'] ?? [exception]) : exception;
  if (!Array.isArray(values)) return [];
  return (values as readonly unknown[])
    .slice(-MAX_CAUSES)
    .flatMap((value) => (isObject(value) ? [readException(value)] : []))
    .filter(({ type, value }) => type !== '' || value !== '')
    .reverse();
}

function readException(exception: { readonly [key: string]: unknown }): SentryException {
  const { type, value, stacktrace } = exception;
  const frames = isObject(stacktrace) ? stacktrace['frames'] : undefined;
  return {
    type: textOf(type),
    value: typeof value === 'object' && value !== null ? JSON.stringify(value) : textOf(value),
    frames: Array.isArray(frames) ? (frames as unknown[]).slice(-MAX_FRAMES) : [],
  };
}

/** The trace as the runtime would have printed it, in the form of Python or of Node. */
export function renderStack(exceptions: readonly SentryException[], platform: string): string {
  const [first, ...causes] = exceptions;
  if (!first || exceptions.every(({ frames }) => frames.length === 0)) return '';
  if (platform === 'python') return [...causes.reverse(), first].map(python).join('\n\n');
  return [node(first), ...causes.map((cause) => `Caused by: ${node(cause)}`)].join('\n');
}

/** `TypeError: x is undefined`. */
export function headline({ type, value }: SentryException): string {
  if (type === '') return value;
  return value === '' ? type : `${type}: ${value}`;
}

function python(exception: SentryException): string {
  const lines = exception.frames.flatMap((frame) => {
    const { file, line, name, source } = placeOf(frame);
    return [`  File "${file}", line ${line}, in ${name}`, ...(source === '' ? [] : [`    ${source.trim()}`])];
  });
  return ['Traceback (most recent call last):', ...lines, headline(exception)].join('\n');
}

function node(exception: SentryException): string {
  const lines = [...exception.frames].reverse().map((frame) => {
    const { file, line, column, name } = placeOf(frame);
    const place = `${file}:${line}${column === '' ? '' : `:${column}`}`;
    return name === '' ? `    at ${place}` : `    at ${name} (${place})`;
  });
  return [headline(exception), ...lines].join('\n');
}

function placeOf(frame: unknown) {
  const {
    filename,
    abs_path,
    module,
    lineno,
    colno,
    function: name,
    context_line,
  } = isObject(frame) ? frame : {};
  return {
    file: textOf(filename) || textOf(abs_path) || textOf(module) || '<unknown>',
    line: textOf(lineno),
    column: textOf(colno),
    name: textOf(name),
    source: textOf(context_line).slice(0, 200),
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}
