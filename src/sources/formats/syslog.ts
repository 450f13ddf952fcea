import { type Envelope, mergeEnvelope } from '../../record/envelope.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { severityOfSyslog } from '../../record/severity.ts';
import type { RecordContext } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';
import { parseRfc3164 } from './rfc3164.ts';
import { parseRfc5424 } from './rfc5424.ts';
import type { SyslogHead } from './syslog-head.ts';

/** RFC 5424 section 6.2.1, table 1. */
const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  ...Array.from({ length: 8 }, (_, index) => `local${index}`),
] as const;
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
const MAX_PRI = 191;
/** user.notice: what `logger` sends when nobody chose a level. */
const LOGGER_DEFAULT = 13;

/** A syslog message taken apart. */
export interface SyslogParts {
  /** What the head says; raw and body are the message's. */
  readonly envelope: Envelope;
  readonly message: string;
}

/**
 * The record of a syslog message, RFC 5424 or 3164 and what senders make of them, or undefined when it has no `<PRI>` (0 to
 * 191). The message goes through `recordOfText`, so JSON in it is decoded, and a level of its own wins over the
 * PRI's; the record tells the head, so `raw` is the message without it. service = app name or tag; pid, msgid,
 * facility and structured data become attributes. Never throws.
 */
export function recordOfSyslog(text: string, context: RecordContext): LogRecord | undefined {
  const parts = splitSyslog(text, context);
  if (!parts) return undefined;
  const { message, envelope } = parts;
  const inner = recordOfText(message, { observedAt: context.observedAt, raw: context.raw ?? message });
  return mergeEnvelope(inner, envelope, inner.raw, inner.body);
}

/** Head and message, or undefined when the text has no `<PRI>` (0 to 191). Never throws. */
export function splitSyslog(text: string, context: RecordContext): SyslogParts | undefined {
  const pri = /^<(\d{1,3})>/.exec(text);
  const code = Number(pri?.[1] ?? MAX_PRI + 1);
  if (!pri || code > MAX_PRI) return undefined;
  const start = pri[0].length;
  const head = parseRfc5424(text, start) ?? parseRfc3164(text, start, context.observedAt);
  const message = unescapeLines(text.slice(head.messageAt).replace(/^\uFEFF/, ''));
  return { message, envelope: envelopeOf(asRender(head), code, context) };
}

function envelopeOf(head: SyslogHead, code: number, context: RecordContext): Envelope {
  const service = head.service ?? context.service;
  const host = head.host ?? context.host;
  return {
    observedAt: context.observedAt,
    ...(head.timestamp === undefined ? {} : { timestamp: head.timestamp }),
    severityNumber: saysNothing(code, head) ? 0 : severityOfSyslog(code % 8),
    severityText: SEVERITIES[code % 8] as string,
    attributes: {
      facility: FACILITIES[code >> 3] as string,
      ...(head.pid === undefined ? {} : { pid: head.pid }),
      ...(head.messageId === undefined ? {} : { msgid: head.messageId }),
      ...head.structuredData,
    },
    resource: {
      ...(service === undefined ? {} : { service }),
      ...(host === undefined ? {} : { host }),
    },
  };
}

/**
 * Render has the service where others have the host, and type and id of the instance twice:
 * `<0>1 2021-03-31T16:00:00-08:00 test-service cron-12345 74440 cron-12345 - …` (https://render.com/docs/log-streams).
 */
function asRender(head: SyslogHead): SyslogHead {
  const { service, host, messageId, ...rest } = head;
  const instance = service !== undefined && service === messageId && /^[a-z]\w*-[\w-]+$/.test(service);
  if (!instance || host === undefined) return head;
  return { ...rest, service: host, host: service };
}

/** rsyslog writes control characters of a message as `#` and three octal digits (its parser.escapeControlCharacters). */
function unescapeLines(message: string): string {
  if (!message.includes('#012')) return message;
  return message.replace(/#01[12]/g, (code) => (code === '#012' ? '\n' : '\t')).trimEnd();
}

/** Whether nobody chose this level, so that the words of the text decide. */
function saysNothing(code: number, head: SyslogHead): boolean {
  if (code === LOGGER_DEFAULT) return true;
  // Heroku writes all that a program prints as info; Render's documented example has 0, an emergency of the kernel.
  return head.withoutDataField === true || (code === 0 && head.service !== 'kernel');
}
