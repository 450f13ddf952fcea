import { isObject, type MutableObject, setOwn } from '../../record/bounded-value.ts';
import type { AnyValue, LogRecord } from '../../record/log-record.ts';
import { recordOfObject } from '../../record/structured.ts';
import type { DecodeContext } from './harvest.ts';
import { exceptionsOf, headline, renderStack } from './sentry-stack.ts';

type Members = { readonly [key: string]: unknown };

/** The last of them tell what happened before the error. */
const MAX_BREADCRUMBS = 20;

/**
 * The record of a Sentry event. https://develop.sentry.dev/sdk/data-model/event-payloads/
 * Sentry's project is our service: named by the tag `service`, else by the package of the release (`shop@1.2.3`), else by the
 * number in the DSN.
 */
export function recordOfSentryEvent(event: Members, project: string, context: DecodeContext): LogRecord {
  const platform = textOf(event['platform']);
  const exceptions = exceptionsOf(event['exception']);
  const [exception] = exceptions;
  const stack = renderStack(exceptions, platform);
  const contexts = membersOf(event['contexts']);
  const trace = membersOf(contexts['trace']);
  const tags = tagsOf(event['tags']);
  const said = messageOf(event['logentry']) || messageOf(event['message']);
  const message = said || (exception ? headline(exception) : '');
  const object: MutableObject = {
    ...given('timestamp', event['timestamp']),
    level_name: textOf(event['level']) || 'error',
    ...given('message', message),
    ...(exception
      ? { ...given('exception.type', exception.type), ...given('exception.message', exception.value) }
      : {}),
    ...given('trace_id', trace['trace_id']),
    ...given('span_id', trace['span_id']),
    ...given('service.name', serviceOf(event, tags, contexts) || `sentry-project-${project}`),
    ...given('host.name', event['server_name']),
    ...given('release', event['release']),
    ...given('environment', event['environment']),
    ...given('transaction', event['transaction']),
    ...given('logger', event['logger']),
    ...given('event_id', event['event_id']),
    ...given('tags', tags),
    ...given('request', requestOf(event['request'])),
    ...given('exception.stacktrace', stack),
    ...given('extra', event['extra']),
    ...given('breadcrumbs', breadcrumbsOf(event['breadcrumbs'])),
  };
  return recordOfObject(object, { observedAt: context.observedAt });
}

function serviceOf(event: Members, tags: Members, contexts: Members): string {
  const release = /^([\w.-]{1,64})@/.exec(textOf(event['release']))?.[1];
  const app = membersOf(contexts['app'])['app_name'];
  return textOf(tags['service']) || textOf(tags['service.name']) || release || textOf(app);
}

function messageOf(message: unknown): string {
  if (!isObject(message)) return textOf(message);
  return textOf(message['formatted']) || textOf(message['message']);
}

/** An object, or a list of pairs (older SDKs). */
function tagsOf(tags: unknown): MutableObject {
  const pairs: readonly unknown[] = Array.isArray(tags) ? tags : Object.entries(membersOf(tags));
  const object: MutableObject = {};
  for (const pair of pairs.slice(0, 200)) {
    const [key, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof key === 'string' && value !== undefined) setOwn(object, key, value as AnyValue);
  }
  return object;
}

/** Headers, cookies and bodies are left out: they are people's data and secrets. */
function requestOf(request: unknown): MutableObject {
  const { method, url } = membersOf(request);
  return { ...given('method', method), ...given('url', url) };
}

function breadcrumbsOf(breadcrumbs: unknown): readonly AnyValue[] {
  const values = isObject(breadcrumbs) ? breadcrumbs['values'] : breadcrumbs;
  if (!Array.isArray(values)) return [];
  return (values as readonly unknown[])
    .slice(-MAX_BREADCRUMBS)
    .filter(isObject)
    .map((crumb) => ({
      ...given('at', crumb['timestamp']),
      ...given('category', crumb['category'] ?? crumb['type']),
      ...given('level', crumb['level']),
      ...given('message', crumb['message']),
      ...given('data', crumb['data']),
    }));
}

/** The member, unless it says nothing. `recordOfObject` bounds whatever it is. */
function given(name: string, value: unknown): MutableObject {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value === 'object' && Object.keys(value).length === 0) return {};
  return { [name]: value as AnyValue };
}

function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
