import { isObject } from './content.ts';

/** The small pieces that the block checks are made of; the sentences are those of the real API. */

export type Json = Record<string, unknown>;
export type Complain = (message: string, at: string) => void;

/**
 * False when keys are missing, so that the caller can stop: Slack reports the missing field and nothing
 * below it.
 */
export function checkKeys(
  object: Json,
  at: string,
  keys: { readonly required: readonly string[]; readonly optional: readonly string[] },
  complain: Complain,
): boolean {
  for (const key of Object.keys(object)) {
    if (!keys.required.includes(key) && !keys.optional.includes(key)) {
      complain(`invalid additional property: ${key}`, at);
    }
  }
  const missing = keys.required.filter((key) => object[key] === undefined);
  for (const key of missing) complain(`missing required field: ${key}`, at);
  return missing.length === 0;
}

/** Characters are UTF-16 units here: where Slack counts code points, this is the stricter count. */
export function checkLength(
  value: unknown,
  at: string,
  bounds: { readonly min?: number; readonly max: number },
  complain: Complain,
): boolean {
  const min = bounds.min ?? 1;
  if (typeof value !== 'string') complain('must provide a string', at);
  // Slack trims: a text of blanks is an empty text.
  else if (value.trim().length < min) complain(`must be more than ${min - 1} characters`, at);
  else if (value.length > bounds.max) complain(`must be less than ${bounds.max + 1} characters`, at);
  // Half of a surrogate pair cannot be UTF-8. Slack's own words are not documented; that it refuses is
  // plausible.
  else if (/\p{Surrogate}/u.test(value)) complain('must be valid unicode', at);
  else return true;
  return false;
}

export function checkList(
  value: unknown,
  at: string,
  max: number,
  complain: Complain,
  each: (item: unknown, at: string) => void,
): void {
  if (!Array.isArray(value)) {
    complain('must provide an array', at);
    return;
  }
  if (value.length === 0) complain('no less than 1 items allowed', at);
  if (value.length > max) complain(`no more than ${max} items allowed`, at);
  for (const [i, item] of value.entries()) each(item, `${at}/${i}`);
}

export function checkHttpUrl(value: unknown, at: string, complain: Complain): void {
  if (!checkLength(value, at, { max: 3000 }, complain)) return;
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) complain('invalid url', at);
}

export function checkOneOf(value: unknown, at: string, allowed: readonly string[], complain: Complain): void {
  if (!allowed.includes(String(value))) complain(`must be one of: ${allowed.join(', ')}`, at);
}

export function checkObject(value: unknown, at: string, complain: Complain): value is Json {
  if (isObject(value)) return true;
  complain('must provide an object', at);
  return false;
}
