import { cleanText } from './clean-text.ts';
import type { AnyValue } from './log-record.ts';

/** Deeper objects are left out: nobody reads them, and a recursion must end. */
export const MAX_DEPTH = 20;
/** So many values (leaves and containers) of one record are kept. */
export const MAX_VALUES = 1000;
const TOO_DEEP = `[deeper than ${MAX_DEPTH} levels]`;

/** How much may still be copied, and whether something had to be left out. */
export interface Budget {
  values: number;
  cut: boolean;
}

export type MutableObject = { [key: string]: AnyValue };

/** `target[key] = value`, also for the key `__proto__`, which an assignment would take for the prototype. */
export function setOwn(target: MutableObject, key: string, value: AnyValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A copy of anything as plain JSON data with clean strings, at most MAX_DEPTH deep and within the budget; what does not fit is
 * left out and `budget.cut` says so. Errors, dates and bigints become what a reader expects. Never throws.
 */
export function boundedValue(value: unknown, budget: Budget, depth = 0): AnyValue {
  budget.values -= 1;
  switch (typeof value) {
    case 'string':
      return cleanText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : boundedObject(value, budget, depth);
    case 'bigint':
      return String(value);
    default:
      return null;
  }
}

function boundedObject(value: object, budget: Budget, depth: number): AnyValue {
  if (depth >= MAX_DEPTH) {
    budget.cut = true;
    return TOO_DEEP;
  }
  if (Array.isArray(value)) return boundedArray(value, budget, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  const copy: MutableObject = {};
  if (value instanceof Error) {
    // These are not enumerable, and the first thing that one wants to know.
    setOwn(copy, 'type', boundedValue(value.name, budget));
    setOwn(copy, 'message', boundedValue(value.message, budget));
    if (value.stack !== undefined) setOwn(copy, 'stack', boundedValue(value.stack, budget));
  }
  for (const key of Object.keys(value)) {
    if (budget.values <= 0) {
      budget.cut = true;
      break;
    }
    const member = memberOf(value, key);
    if (member !== undefined) setOwn(copy, cleanText(key), boundedValue(member, budget, depth + 1));
  }
  return copy;
}

function boundedArray(value: readonly unknown[], budget: Budget, depth: number): AnyValue {
  const copy: AnyValue[] = [];
  for (const item of value) {
    if (budget.values <= 0) {
      budget.cut = true;
      break;
    }
    copy.push(boundedValue(item, budget, depth + 1));
  }
  return copy;
}

/** A member's value; undefined for what JSON leaves out, and for a getter that throws. */
export function memberOf(object: object, key: string): unknown {
  try {
    const value = (object as { [key: string]: unknown })[key];
    return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  } catch {
    return undefined;
  }
}
