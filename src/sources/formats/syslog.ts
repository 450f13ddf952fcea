import { mergeEnvelope } from '../../record/envelope.ts';
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
/** syslog.emerg: what Heroku writes before every line. */
const HEROKU = 40;

/**
 * The record of a syslog message, RFC 5424 or 3164 and what senders make of them, or undefined when it has no `<PRI>` (0 to
 * 191). The message goes through `recordOfText`, so JSON in it is decoded, and a level of its own wins over the
 * PRI's; the record tells the head, so `raw` is the message without it. service = app name or tag; pid, msgid,
 * facility and structured data become attributes. Never throws.
 */
export function recordOfSyslog(text: string, context: RecordContext): LogRecord | undefined {
  const pri = /^<(\d{1,3})>/.exec(text);
  const code = Number(pri?.[1] ?? MAX_PRI + 1);
  if (!pri || code > MAX_PRI) return undefined;
  const start = pri[0].length;
  const head = parseRfc5424(text, start) ?? parseRfc3164(text, start, context.observedAt);
  const message = text.slice(head.messageAt).replace(/^\uFEFF/, '');
  const inner = recordOfText(message, { observedAt: context.observedAt, raw: context.raw ?? message });
  return mergeEnvelope(inner, envelopeOf(head, code, context, inner));
}

function envelopeOf(head: SyslogHead, code: number, context: RecordContext, inner: LogRecord): LogRecord {
  const service = head.service ?? context.service;
  const host = head.host ?? context.host;
  return {
    observedAt: context.observedAt,
    ...(head.timestamp === undefined ? {} : { timestamp: head.timestamp }),
    severityNumber: saysNothing(code, head) ? 0 : severityOfSyslog(code % 8),
    severityText: SEVERITIES[code % 8] as string,
    body: inner.body,
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
    raw: inner.raw,
  };
}

/** Whether nobody chose this level, so that the words of the text decide. */
function saysNothing(code: number, head: SyslogHead): boolean {
  return code === LOGGER_DEFAULT || (code === HEROKU && head.withoutDataField === true);
}
