import type { Envelope } from '../../record/envelope.ts';
import { severityOfName } from '../../record/severity.ts';
import { levelInText } from '../../record/severity-in-text.ts';
import { parseObject, type RecordContext, recordOfObject } from '../../record/structured.ts';
import { timestampAtStart } from '../../record/timestamp.ts';
import { parseRfc3164 } from './rfc3164.ts';
import { splitSyslog } from './syslog.ts';

/** A line less what a log driver or a shipper wrote around it. */
export interface UnwrappedLine {
  /** Tells lines of different programs in one source apart. */
  readonly stream: string;
  /** What the program printed. */
  readonly text: string;
  /** What the envelope says besides. */
  readonly envelope?: Envelope;
  /** A head that stays part of the record's body: it is how the line looks in a file. */
  readonly head?: string;
  /** The program's line goes on in the next one of the stream. */
  readonly partial?: boolean;
}

/**
 * Takes a line out of its envelope: syslog, Kubernetes (CRI) and Docker's json-file lines, journald's export, the prefixes of
 * `docker compose logs` and `kubectl logs --prefix`, the heads of log files and of `heroku logs`. Undefined for a line that has
 * none. Never throws.
 */
export function unwrapLine(line: string, context: RecordContext): UnwrappedLine | undefined {
  const first = line.charCodeAt(0);
  if (first === 60 /* < */) return syslog(line, context);
  if (first === 123 /* { */) return dockerJson(line, context) ?? journald(line, context);
  if (first === 91 /* [ */) return kubectl(line, context);
  if (first >= 48 && first <= 57) {
    return line.charCodeAt(10) === 84 /* T */ ? behindTime(line, context) : compose(line, context);
  }
  if (first >= 65 && first <= 90) return logFile(line, context) ?? compose(line, context);
  return first >= 97 && first <= 122 ? compose(line, context) : undefined;
}

function syslog(line: string, context: RecordContext): UnwrappedLine | undefined {
  const parts = splitSyslog(line, context);
  if (!parts) return undefined;
  const { envelope, message } = parts;
  const { service = '', host = '' } = envelope.resource;
  return {
    stream: `${host} ${service} ${String(envelope.attributes['pid'] ?? '')}`,
    text: message,
    envelope,
  };
}

/** What follows the time tells cheaply what a line can be. */
function behindTime(line: string, context: RecordContext): UnwrappedLine | undefined {
  const blank = line.indexOf(' ', 19);
  if (line.startsWith('std', blank + 1)) return cri(line, context);
  const bracket = line.indexOf('[', blank);
  return bracket > 0 && line.charCodeAt(bracket - 1) !== 32 ? platform(line, context) : undefined;
}

/** https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md */
const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;

function cri(line: string, context: RecordContext): UnwrappedLine | undefined {
  const match = CRI.exec(line);
  if (!match) return undefined;
  const [head, time = '', stream = '', tag] = match;
  return {
    stream,
    text: line.slice(head.length),
    envelope: { ...printed(context, stream), ...timed(time) },
    ...(tag === 'P' ? { partial: true } : {}),
  };
}

function printed(context: RecordContext, stream: string): Envelope {
  const { observedAt, service, host } = context;
  return {
    observedAt,
    severityNumber: 0,
    attributes: { stream },
    resource: { ...(service === undefined ? {} : { service }), ...(host === undefined ? {} : { host }) },
  };
}

function timed(time: string): { timestamp?: number } {
  const timestamp = timestampAtStart(time);
  return timestamp === undefined ? {} : { timestamp };
}

/** https://docs.docker.com/engine/logging/drivers/json-file/: a line of more than 16 KB comes in parts, of which the last ends in LF. */
function dockerJson(line: string, context: RecordContext): UnwrappedLine | undefined {
  if (!line.startsWith('{"log":"')) return undefined;
  const object = parseObject(line) as { [key: string]: unknown } | undefined;
  const { log, stream, ...rest } = object ?? {};
  if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
  const { body: _, raw: __, ...envelope } = recordOfObject(rest, context);
  const attributes = { ...envelope.attributes, stream };
  const partial = !log.endsWith('\n');
  return {
    stream,
    text: partial ? log : log.slice(0, -1),
    envelope: { ...envelope, attributes },
    ...(partial ? { partial } : {}),
  };
}

/** https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format */
function journald(line: string, context: RecordContext): UnwrappedLine | undefined {
  if (!line.includes('"__REALTIME_TIMESTAMP"')) return undefined;
  const object = parseObject(line) as { [key: string]: unknown } | undefined;
  if (!object) return undefined;
  const { body, raw: _, event: __, ...envelope } = recordOfObject(object, context);
  const of = (name: string) => (typeof object[name] === 'string' ? (object[name] as string) : '');
  const service =
    envelope.resource.service ?? (of('_COMM') || of('_SYSTEMD_UNIT').replace(/\.service$/, '') || undefined);
  return {
    stream: `${of('_HOSTNAME')} ${service} ${of('_PID')}`,
    text: body,
    envelope: { ...envelope, resource: { ...envelope.resource, ...(service ? { service } : {}) } },
  };
}

/** `api-1  | …`, `shop_api_1 | …`. */
const COMPOSE = /^([A-Za-z0-9][\w.-]{0,80}?)[-_]\d{1,4} +\| ?/;

function compose(line: string, context: RecordContext): UnwrappedLine | undefined {
  const bar = line.indexOf('|');
  if (bar < 3 || bar > 100) return undefined;
  const match = COMPOSE.exec(line);
  const service = match?.[1];
  if (!match || service === undefined || severityOfName(service) !== undefined) return undefined;
  return {
    stream: match[0],
    text: line.slice(match[0].length),
    envelope: { ...printed(context, 'stdout'), attributes: {}, resource: { service } },
  };
}

/** `[pod/api-7d9f4/api] …` */
const KUBECTL = /^\[pod\/([^/\]\s]{1,253})\/([^\]\s]{1,63})\] /;

function kubectl(line: string, context: RecordContext): UnwrappedLine | undefined {
  const match = line.startsWith('[pod/') ? KUBECTL.exec(line) : null;
  const [head, host, service] = match ?? [];
  if (head === undefined || host === undefined || service === undefined) return undefined;
  const resource = { service, host };
  return {
    stream: head,
    text: line.slice(head.length),
    envelope: { ...printed(context, 'stdout'), attributes: {}, resource },
  };
}

/** `May  1 10:00:00 host app[12]: …`, as in /var/log/syslog and from journalctl. */
const LOG_FILE =
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [^\s:]{1,255} [\w./@+()-]{1,64}(?:\[\d{1,10}\])?: /;
/** `2024-05-01T10:00:00+00:00 host app[12]: …` of rsyslog; `… app[web.1]: …` of heroku logs; `… app[148e21] ams [info]…` of Fly. */
const PLATFORM =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?:([\w.-]{1,253}) )?([\w./@+-]{1,64})\[([\w.-]{1,64})\](?:: ?| [a-z]{3} \[([a-z]{4,8})\] ?)/;

function logFile(line: string, context: RecordContext): UnwrappedLine | undefined {
  if (line.charCodeAt(3) !== 32) return undefined;
  const match = LOG_FILE.exec(line);
  if (!match) return undefined;
  const { service, host, pid, timestamp } = parseRfc3164(line, 0, context.observedAt);
  return headed(line, match[0], context, { service, host, pid, timestamp });
}

function platform(line: string, context: RecordContext): UnwrappedLine | undefined {
  const match = PLATFORM.exec(line);
  if (!match) return undefined;
  const [head, time = '', host, service, pid, level] = match;
  return headed(line, head, context, { service, host, pid, timestamp: timestampAtStart(time), level });
}

interface HeadFields {
  readonly service: string | undefined;
  readonly host: string | undefined;
  readonly pid: string | number | undefined;
  readonly timestamp: number | undefined;
  readonly level?: string | undefined;
}

function headed(line: string, head: string, context: RecordContext, fields: HeadFields): UnwrappedLine {
  const { service, host, pid, timestamp, level } = fields;
  const text = line.slice(head.length);
  // A level that stands at the very beginning of what the program wrote is behind the head for who reads the whole line.
  const stated =
    level === undefined ? levelInText(text) : { number: severityOfName(level) ?? 0, text: level };
  const resource: { service?: string; host?: string } = {};
  const shownService = service || context.service;
  const shownHost = host || context.host;
  if (shownService !== undefined) resource.service = shownService;
  if (shownHost !== undefined) resource.host = shownHost;
  const envelope: { -readonly [Key in keyof Envelope]: Envelope[Key] } = {
    observedAt: context.observedAt,
    severityNumber: stated?.number ?? 0,
    attributes: pid === undefined ? {} : { pid },
    resource,
  };
  if (timestamp !== undefined) envelope.timestamp = timestamp;
  if (stated !== undefined) envelope.severityText = stated.text;
  return { stream: `${host ?? ''} ${service ?? ''} ${pid ?? ''}`, text, head, envelope };
}
