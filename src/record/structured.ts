import {
  type Budget,
  boundedValue,
  isObject,
  MAX_DEPTH,
  MAX_VALUES,
  type MutableObject,
  memberOf,
  setOwn,
} from './bounded-value.ts';
import { cleanText } from './clean-text.ts';
import { mergeEnvelope } from './envelope.ts';
import { exceptionOfFields } from './exception-of-fields.ts';
import { acceptField } from './field-values.ts';
import { PARENTS, type RankedRole, ROLES, type Role, TRANSPARENT } from './fields.ts';
import { severityOfStatusField } from './http-status.ts';
import type { AnyValue, LogRecord } from './log-record.ts';
import { levelInText } from './severity-in-text.ts';

/** What is known of a record besides its own text. */
export interface RecordContext {
  /** ms since the epoch, Tocsin's own clock. */
  readonly observedAt: number;
  /** The record's own service and host win over these. */
  readonly service?: string;
  readonly host?: string;
  /** The line as it came. */
  readonly raw?: string;
}

/** The attribute that tells a reader that something was left out of a record. */
export const CUT_ATTRIBUTE = 'tocsin.cut';
const CUT_REASON = `only the first ${MAX_VALUES} values and ${MAX_DEPTH} levels are kept`;

/** Fields with a role are kept behind the limit of MAX_VALUES too: a message must not be lost to a thousand tags before it. */
const RESERVED_VALUES = 100;

interface Winner {
  readonly rank: number;
  readonly accepted: AnyValue;
  /** Where the field goes back to when a better one turns up: the attributes. */
  readonly field: { readonly rest: MutableObject; readonly key: string; readonly value: AnyValue };
}
type Winners = Map<Role, Winner>;

/**
 * The log record of an object that some logger wrote, whatever it calls its fields (fields.ts); all other fields become
 * attributes. At most 20 levels and 1,000 values are kept, which the attribute `tocsin.cut` then says. Never throws.
 */
export function recordOfObject(object: object, context: RecordContext): LogRecord {
  return recordOfLevel(object, context, 0);
}

function recordOfLevel(object: object, context: RecordContext, level: number): LogRecord {
  const { copy, cut } = boundedRecord(object);
  const winners: Winners = new Map();
  const attributes = collect(copy, '', winners) ?? {};
  if (cut) attributes[CUT_ATTRIBUTE] = CUT_REASON;
  const raw = context.raw === undefined ? JSON.stringify(copy) : cleanText(context.raw);
  const record = build(winners, attributes, context, raw);
  return level === 0 ? withInnerJson(record, context) : record;
}

function boundedRecord(object: object): { copy: MutableObject; cut: boolean } {
  const budget: Budget = { values: MAX_VALUES, cut: false };
  if (object instanceof Error || Array.isArray(object)) {
    const value = boundedValue(object, budget);
    const copy = isObject(value) ? { err: value } : { values: value };
    return { copy: copy as MutableObject, cut: budget.cut };
  }
  const copy: MutableObject = {};
  for (const key of Object.keys(object)) {
    const known = budget.values <= 0 && ROLES.has(key.toLowerCase());
    if (budget.values <= 0 && !known) {
      budget.cut = true;
      continue;
    }
    const member = memberOf(object, key);
    if (member === undefined) continue;
    const share = known ? { values: RESERVED_VALUES, cut: false } : budget;
    setOwn(copy, cleanText(key), boundedValue(member, share, 1));
    budget.cut ||= share.cut;
  }
  return { copy, cut: budget.cut };
}

/** Finds the fields with a role; returns what is left, or undefined when nothing is. */
function collect(
  object: { readonly [key: string]: AnyValue },
  path: string,
  winners: Winners,
): MutableObject | undefined {
  const rest: MutableObject = {};
  for (const key of Object.keys(object)) {
    const value = object[key] as AnyValue;
    const name = path === '' ? lowerCase(key) : `${path}.${key}`.toLowerCase();
    // Docker's `log` is the line; ECS's `log` is an object whose `level` counts.
    const ranked = name === 'log' && isObject(value) ? undefined : ROLES.get(name);
    if (ranked && take(ranked, value, winners, { rest, key, value })) continue;
    if (!isObject(value)) setOwn(rest, key, value);
    else if (path === '' && TRANSPARENT.has(name)) copyMissing(rest, collect(value, '', winners));
    else if (PARENTS.has(name) || name === 'resource') {
      const inner = collect(value, name, winners);
      if (inner) setOwn(rest, key, inner);
    } else setOwn(rest, key, value);
  }
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Keys in lower case: loggers use the same few again and again. */
const LOWER = new Map<string, string>();
const MAX_LOWER = 5_000;
const LONGEST_KEY = 64;

function lowerCase(key: string): string {
  if (key.length > LONGEST_KEY) return key.toLowerCase();
  let lower = LOWER.get(key);
  if (lower === undefined) {
    lower = key.toLowerCase();
    if (LOWER.size >= MAX_LOWER) LOWER.clear();
    LOWER.set(key, lower);
  }
  return lower;
}

function copyMissing(target: MutableObject, source: MutableObject | undefined): void {
  for (const key of Object.keys(source ?? {})) {
    if (!Object.hasOwn(target, key)) setOwn(target, key, source?.[key] as AnyValue);
  }
}

function take(ranked: RankedRole, value: AnyValue, winners: Winners, field: Winner['field']): boolean {
  const best = winners.get(ranked.role);
  if (best && best.rank <= ranked.rank) return false;
  const accepted = acceptField(ranked.role, value);
  if (accepted === undefined) return false;
  if (best) setOwn(best.field.rest, best.field.key, best.field.value);
  winners.set(ranked.role, { rank: ranked.rank, accepted, field });
  return true;
}

function build(winners: Winners, attributes: MutableObject, context: RecordContext, raw: string): LogRecord {
  const text = (role: Role) => {
    const value = winners.get(role)?.accepted;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const number = (role: Role) => winners.get(role)?.accepted as number | undefined;
  const event = text('event');
  const { error, exception } = exceptionOfFields({
    error: text('error'),
    type: text('exceptionType'),
    message: text('exceptionMessage'),
    stack: text('stack'),
    body: text('body'),
  });
  const body = text('body') ?? event ?? error ?? exception?.message ?? exception?.type ?? '';
  const level = winners.get('severity')?.accepted as { number: number; text?: string } | undefined;
  const requestId = text('requestId');
  if (requestId !== undefined) attributes['request_id'] = requestId;
  const stated = number('severityNumber') ?? level?.number ?? severityOfStatusField(attributes);
  const inBody = stated === undefined ? levelInText(body) : undefined;
  const severityText = level?.text ?? inBody?.text;
  const service = text('service') ?? nameOfProgram(level, attributes) ?? context.service;
  const host = text('host') ?? context.host;
  const timestamp = number('timestamp');
  const traceId = text('traceId');
  const spanId = text('spanId');
  // Put together by assignment: every line of JSON that is not passed over comes by here.
  const record: { -readonly [K in keyof LogRecord]?: LogRecord[K] } = { observedAt: context.observedAt };
  if (timestamp !== undefined) record.timestamp = timestamp;
  record.severityNumber = stated ?? inBody?.number ?? 0;
  if (severityText !== undefined) record.severityText = severityText;
  if (event !== undefined) record.event = event;
  record.body = body;
  if (error !== undefined && error !== body) record.error = error;
  if (exception !== undefined) record.exception = exception;
  record.attributes = attributes;
  record.resource = resourceOf(service, host);
  if (traceId !== undefined) record.traceId = traceId;
  if (spanId !== undefined) record.spanId = spanId;
  record.raw = raw;
  return record as LogRecord;
}

function resourceOf(service: string | undefined, host: string | undefined): LogRecord['resource'] {
  const resource: { service?: string; host?: string } = {};
  if (service !== undefined) resource.service = cleanText(service);
  if (host !== undefined) resource.host = cleanText(host);
  return resource;
}

/** pino and bunyan, whose levels are bare numbers, call the program `name`; other loggers call the logger so. */
function nameOfProgram(
  level: { readonly text?: string } | undefined,
  attributes: MutableObject,
): string | undefined {
  const { name } = attributes;
  return level && level.text === undefined && typeof name === 'string' && name !== '' ? name : undefined;
}

/** Docker, journald and fluent-bit wrap the line of a program: a message that is JSON itself is taken apart, once. */
function withInnerJson(record: LogRecord, context: RecordContext): LogRecord {
  const inner = parseObject(record.body);
  if (!inner) return record;
  const { observedAt } = context;
  return mergeEnvelope(
    recordOfLevel(inner, { observedAt, raw: record.raw }, 1),
    record,
    record.raw,
    record.body,
  );
}

/** The object of a JSON text, or undefined when it is none. Never throws. */
export function parseObject(text: string): object | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  try {
    return JSON.parse(trimmed) as object;
  } catch {
    return undefined;
  }
}
