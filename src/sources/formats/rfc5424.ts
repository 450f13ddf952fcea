import { type MutableObject, setOwn } from '../../record/bounded-value.ts';
import { cleanText } from '../../record/clean-text.ts';
import type { AnyValue, Attributes } from '../../record/log-record.ts';
import { timestampAtStart } from '../../record/timestamp.ts';
import { pidOf, type SyslogHead } from './syslog-head.ts';

const SPACE = 32;
/** RFC 5424 section 6.2: PRI, version, time, host, app name, process id, message id, structured data, message. */
const FIELDS = 5;
/** Ids of section 7, which need no `@`; others without parameters are taken for the beginning of a message (`[error] …`). */
const REGISTERED = new Set(['timeQuality', 'origin', 'meta']);

/**
 * The head of an RFC 5424 message whose PRI ends at `start`, or undefined when it is none. Heroku leaves the structured data
 * out: what is none then belongs to the message.
 */
export function parseRfc5424(text: string, start: number): SyslogHead | undefined {
  const version = /^[1-9]\d?$/.exec(text.slice(start, text.indexOf(' ', start)).slice(0, 4));
  if (!version) return undefined;
  let at = start + version[0].length + 1;
  const fields: string[] = [];
  while (fields.length < FIELDS) {
    const end = text.indexOf(' ', at);
    const last = end < 0 ? text.length : end;
    if (last === at) return undefined;
    fields.push(text.slice(at, last));
    at = last + 1;
    if (end < 0 && fields.length < FIELDS) return undefined;
  }
  const [time = '-', host, app, process, id] = fields.map((field) => (field === '-' ? undefined : field));
  const timestamp = time === '-' ? undefined : timestampAtStart(time);
  if (time !== '-' && timestamp === undefined) return undefined;
  const { data, end } = structuredData(text, at);
  return {
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(host === undefined ? {} : { host: cleanText(host) }),
    ...(app === undefined ? {} : { service: cleanText(app) }),
    ...(process === undefined ? {} : { pid: pidOf(process) }),
    ...(id === undefined ? {} : { messageId: cleanText(id) }),
    ...(data === undefined ? {} : { structuredData: data }),
    ...(end === at ? { withoutDataField: true } : {}),
    // Without the field the message begins at once, with the blanks that are its own: a line of a stack trace.
    messageAt: Math.min(end > at && text.charCodeAt(end) === SPACE ? end + 1 : end, text.length),
  };
}

function structuredData(text: string, start: number): { data?: Attributes; end: number } {
  const code = text.charCodeAt(start + 1);
  if (text[start] === '-' && (code === SPACE || Number.isNaN(code))) return { end: start + 1 };
  const data: MutableObject = {};
  let at = start;
  while (text[at] === '[') {
    const element = elementAt(text, at);
    if (!element) break;
    setOwn(data, element.id, element.params);
    at = element.end;
  }
  const next = text.charCodeAt(at);
  const complete = at > start && (next === SPACE || Number.isNaN(next));
  return complete ? { data, end: at } : { end: start };
}

const NAME = /[^\s=\]"]{1,64}/y;

/** One `[id name="value" …]`; undefined for anything else. */
function elementAt(text: string, start: number): { id: string; params: Attributes; end: number } | undefined {
  const id = nameAt(text, start + 1);
  if (id === undefined) return undefined;
  const params: MutableObject = {};
  let at = start + 1 + id.length;
  while (text.charCodeAt(at) === SPACE) {
    const name = nameAt(text, at + 1);
    if (name === undefined) return undefined;
    const from = at + 1 + name.length;
    if (text[from] !== '=' || text[from + 1] !== '"') return undefined;
    const value = valueAt(text, from + 2);
    if (!value) return undefined;
    addParam(params, cleanText(name), cleanText(value.text));
    at = value.end;
  }
  if (text[at] !== ']') return undefined;
  const known = Object.keys(params).length > 0 || id.includes('@') || REGISTERED.has(id);
  return known ? { id: cleanText(id), params, end: at + 1 } : undefined;
}

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
}

/** A parameter may come several times. */
function addParam(params: MutableObject, name: string, value: string): void {
  const before: AnyValue | undefined = Object.hasOwn(params, name) ? params[name] : undefined;
  if (before === undefined) setOwn(params, name, value);
  else setOwn(params, name, Array.isArray(before) ? [...before, value] : [before, value]);
}

/** A parameter's value up to its closing quote; `\"`, `\\` and `\]` are the character itself, other backslashes stay. */
function valueAt(text: string, start: number): { text: string; end: number } | undefined {
  let out = '';
  let from = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return { text: out + text.slice(from, at), end: at + 1 };
    const escaped = text[at + 1];
    if (character === '\\' && (escaped === '"' || escaped === '\\' || escaped === ']')) {
      out += text.slice(from, at);
      from = at + 1;
      at += 1;
    }
  }
  return undefined;
}
