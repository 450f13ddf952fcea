import { isObject } from './bounded-value.ts';
import type { Role } from './fields.ts';
import type { AnyValue } from './log-record.ts';
import { severityOfLevelNumber, severityOfName, severityOfSyslog } from './severity.ts';
import { timestampOf } from './timestamp.ts';

const MAX_NAME = 256;

type Accept = (value: AnyValue) => AnyValue | undefined;

/** What a value means in a role, or undefined when it cannot mean that: it then stays an attribute. */
export function acceptField(role: Role, value: AnyValue): AnyValue | undefined {
  return ACCEPT[role](value);
}

const ACCEPT: Readonly<Record<Role, Accept>> = {
  severity: levelOf,
  severityNumber: (value) =>
    typeof value === 'number' && value >= 1 && value <= 24 ? Math.floor(value) : undefined,
  body: bodyOf,
  event: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  error: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  exceptionType: nameOf,
  exceptionMessage: (value) => (typeof value === 'string' ? value : undefined),
  stack: stackOf,
  service: nameOf,
  host: nameOf,
  timestamp: timestampOf,
  traceId: traceOf,
  spanId: idOf,
  requestId: idOf,
};

/** A level's number and its name, if it has one (pino has only the number). */
function levelOf(value: AnyValue): AnyValue | undefined {
  if (typeof value === 'number') {
    const number = severityOfLevelNumber(value);
    return number === undefined ? undefined : { number };
  }
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,5}$/.test(value)) return levelOf(Number(value));
  const named = severityOfName(value) ?? severityOfName(LETTERS[value.trim().toUpperCase()] ?? '');
  if (named !== undefined) return { number: named, text: value.trim() };
  // `<3>`, `core:error`, `ERROR:`, `Level.SEVERE`.
  const word = /([A-Za-z]{3,11})\W*$/.exec(value.slice(-40))?.[1];
  const number = word === undefined ? undefined : severityOfName(word);
  if (number !== undefined) return { number, text: value.trim().slice(0, MAX_NAME) };
  const code = /^<([0-7])>$/.exec(value)?.[1];
  return code === undefined ? undefined : { number: severityOfSyslog(Number(code)) };
}

/** MongoDB and klog write one letter. */
const LETTERS: Readonly<Record<string, string>> = {
  D: 'debug',
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'fatal',
};

function bodyOf(value: AnyValue): AnyValue | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return undefined;
  if (isBytes(value)) return new TextDecoder().decode(Uint8Array.from(value));
  if (isObject(value)) {
    const text = value['message'] ?? value['msg'] ?? value['stringValue'];
    if (typeof text === 'string' && text !== '') return text;
  }
  return JSON.stringify(value);
}

/** journald gives a message that is no UTF-8 as an array of bytes. */
function isBytes(value: AnyValue): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'number' && item >= 0 && item < 256)
  );
}

function stackOf(value: AnyValue): AnyValue | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    return value.join('\n');
  }
  return undefined;
}

function nameOf(value: AnyValue): AnyValue | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME
    ? value.trim()
    : undefined;
}

function idOf(value: AnyValue): AnyValue | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 128 ? value : undefined;
}

/** A trace id, or the one inside a W3C traceparent or Google's name of a trace. */
function traceOf(value: AnyValue): AnyValue | undefined {
  const id = idOf(value);
  if (typeof id !== 'string') return undefined;
  const [, parent, google] =
    /^(?:[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-|projects\/[^/]+\/traces\/(\w+)$)/.exec(id) ?? [];
  return parent ?? google ?? id;
}
