import { type MutableObject, setOwn } from './bounded-value.ts';
import type { AnyValue, Attributes, LogRecord } from './log-record.ts';
import { isPasswordFlag, redactFlags } from './redact-flags.ts';
import { redactPairs } from './redact-pairs.ts';
import { REDACTED, redactShapes } from './redact-shapes.ts';
import { redactUrls } from './redact-urls.ts';
import { newWork, type Work } from './redact-work.ts';
import { isSecretKey } from './secret-keys.ts';
import { SUSPECT, suspicion } from './suspicion.ts';

/** Deeper nesting than any program writes; the recursion must end. */
const MAX_DEPTH = 200;
/** A pass that finds something may uncover more; in practice the second one finds nothing. */
const MAX_PASSES = 5;

/**
 * A text without its secrets: each is replaced by `[REDACTED]`, its key is kept (rules: product.md section 2). JSON that is the
 * text, or the end of it, is serialised again if it holds a secret. Redact a whole text before cutting it. Idempotent; linear.
 */
export function redactText(text: string): string {
  return redactWithin(text, undefined);
}

/** With the work that is left for the text around, if there is one. */
function redactWithin(text: string, around: Work | undefined): string {
  let clean = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const rules = suspicion(clean);
    if (rules === 0) return clean;
    const work = around ?? newWork();
    if (work.left <= 0) return REDACTED;
    const next = redactOnce(clean, rules, work);
    if (next === clean) return clean;
    clean = next;
  }
  return REDACTED;
}

function redactOnce(text: string, rules: number, work: Work): string {
  const json = redactJson(text, work);
  if (json?.whole) return json.text;
  let clean = redactShapes(json?.text ?? text, rules);
  if (rules & SUSPECT.URL) clean = redactUrls(clean, work);
  if (rules & SUSPECT.FLAG) clean = redactFlags(clean, work);
  return rules & SUSPECT.PAIR ? redactPairs(clean, work) : clean;
}

/** JSON, whole or at the end of a text, redacted by structure. `whole` when there is nothing else in the text. */
function redactJson(text: string, work: Work): { text: string; whole: boolean } | undefined {
  const last = text.trimEnd().at(-1);
  if (last !== '}' && last !== ']') return undefined;
  const start = last === '}' && !text.trimStart().startsWith('[') ? text.indexOf('{') : text.search(/\S/);
  if (start < 0 || (text[start] !== '{' && text[start] !== '[')) return undefined;
  const tail = text.slice(start);
  let parsed: AnyValue;
  try {
    parsed = JSON.parse(tail) as AnyValue;
  } catch {
    return undefined;
  }
  const whole = text.slice(0, start).trim() === '';
  const clean = redactValue(parsed, 1, work);
  return { text: clean === parsed ? text : text.slice(0, start) + JSON.stringify(clean), whole };
}

/** A value without its secrets; the value itself when there are none. */
function redactValue(value: AnyValue, depth: number, work: Work): AnyValue {
  // A string may be JSON again; each such level is at most half as long as the one around it.
  if (typeof value === 'string') return redactWithin(value, work);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH || work.left <= 0) return REDACTED;
  return Array.isArray(value)
    ? redactArray(value, depth, work)
    : redactObject(value as Attributes, depth, work);
}

/** `['Authorization', 'Basic …', '--password', 'x']`: raw headers and argument lists have a key in front of its value. */
function redactArray(values: readonly AnyValue[], depth: number, work: Work): readonly AnyValue[] {
  let changed = false;
  const copy = values.map((value, index) => {
    const before = index > 0 ? values[index - 1] : undefined;
    const secret = typeof before === 'string' && typeof value === 'string' && isBareKey(before);
    const flag = isPasswordFlag(values, value);
    const clean = secret ? REDACTED : flag ? `-p${REDACTED}` : redactValue(value, depth + 1, work);
    changed ||= clean !== value;
    return clean;
  });
  return changed ? copy : values;
}

function isBareKey(text: string): boolean {
  return text.length <= 64 && /^[\w.-]+$/.test(text) && isSecretKey(text);
}

const NAME_KEY = /^(?:name|key|k|header|field|param)$/i;
const VALUE_KEY = /^(?:values?|v|val|content)$/i;

function redactObject(object: Attributes, depth: number, work: Work): Attributes {
  // `{name: 'Authorization', value: 'Basic …'}`
  let named = false;
  for (const key in object) {
    const name = object[key];
    named ||= typeof name === 'string' && NAME_KEY.test(key) && isSecretKey(name);
  }
  let copy: MutableObject | undefined;
  for (const key in object) {
    const value = object[key] as AnyValue;
    const secret = isSecretKey(key) || (named && VALUE_KEY.test(key));
    const clean = secret ? REDACTED : redactValue(value, depth + 1, work);
    const cleanKey = redactWithin(key, work);
    if (copy === undefined && (clean !== value || cleanKey !== key)) copy = copyUntil(object, key);
    if (copy) setOwn(copy, cleanKey, clean);
  }
  return copy ?? object;
}

/** What stands in an object before a key. */
function copyUntil(object: Attributes, end: string): MutableObject {
  const copy: MutableObject = {};
  for (const key in object) {
    if (key === end) break;
    setOwn(copy, key, object[key] as AnyValue);
  }
  return copy;
}

/** A record without its secrets, in every string that it has. The record itself when there are none. Idempotent. */
export function redactRecord(record: LogRecord): LogRecord {
  const { resource, exception } = record;
  const body = redactText(record.body);
  const raw = record.raw === record.body ? body : redactText(record.raw);
  const attributes = redactObject(record.attributes, 1, newWork());
  const cleanResource = redactTexts(resource, RESOURCE_TEXTS);
  const cleanException = exception && redactTexts(exception, EXCEPTION_TEXTS);
  const rest = redactTexts(record, RECORD_TEXTS);
  const same = body === record.body && raw === record.raw && attributes === record.attributes;
  if (same && cleanResource === resource && cleanException === exception) return rest;
  return {
    ...rest,
    body,
    raw,
    attributes,
    resource: cleanResource,
    ...(cleanException === undefined ? {} : { exception: cleanException }),
  };
}

const RESOURCE_TEXTS = ['service', 'host'] as const;
const EXCEPTION_TEXTS = ['type', 'message', 'stacktrace'] as const;
const RECORD_TEXTS = ['severityText', 'event', 'error', 'traceId', 'spanId'] as const;

/** An object of which some texts have lost their secrets; itself when they have none. */
function redactTexts<T extends object, Key extends keyof T & string>(object: T, keys: readonly Key[]): T {
  let clean = object;
  for (const key of keys) {
    const text = object[key] as string | undefined;
    const without = text === undefined ? undefined : redactText(text);
    if (without !== text) clean = { ...clean, [key]: without };
  }
  return clean;
}
