import type { LogRecord } from '../../record/log-record.ts';
import { recordOfText } from '../../record/text.ts';
import { createHarvest, type DecodeContext, type Decoded, MAX_RECORDS, type Unreadable } from './harvest.ts';
import { splitOctetFrames } from './octet-frames.ts';
import { recordOfSyslog } from './syslog.ts';

/** What a drain says beside the messages. */
export interface LogplexDrain {
  /** `Logplex-Msg-Count`. */
  readonly count: number | undefined;
  /** `Logplex-Drain-Token`: which drain it is. */
  readonly token: string | undefined;
  /** The app, where the drain's address names it (`/logplex?service=shop`): Heroku itself calls each one `app`. */
  readonly service: string | undefined;
}

/** `Error L10 (output buffer overflow): 500 messages dropped since 2025-11-21T04:26:40+00:00.` */
const OVERFLOW = /\b(L10|L11) \([^)]{0,60}\): (\d{1,9}) messages dropped since/;

/**
 * The lines of a Heroku HTTPS drain: octet-counted syslog without the field for structured data.
 * https://devcenter.heroku.com/articles/log-drains#https-drains
 * Messages that Heroku says it dropped (L10, L11) are counted as the sender's losses; the line that says so is a record, too.
 */
export function decodeLogplex(
  body: Uint8Array,
  drain: LogplexDrain,
  context: DecodeContext,
): Decoded | Unreadable {
  const { frames, rest } = splitOctetFrames(body, MAX_RECORDS + 1);
  if (frames.length === 0) return { unreadable: 'no octet-counted syslog message (application/logplex-1)' };
  const harvest = createHarvest(context);
  for (const frame of frames) {
    const text = new TextDecoder().decode(frame).trimEnd();
    const record = recordOfFrame(text, drain, context);
    harvest.add(record);
    harvest.drop('sender_lost', Number(OVERFLOW.exec(record.body)?.[2] ?? 0));
  }
  if (rest.length > 0) harvest.drop('malformed', missing(drain.count, frames.length));
  return harvest;
}

/** How many messages the unreadable rest was: as the sender counted, at least one. */
function missing(announced: number | undefined, read: number): number {
  const count = (announced ?? 0) - read;
  return count > 0 && count < 1e6 ? count : 1;
}

function recordOfFrame(text: string, drain: LogplexDrain, context: DecodeContext): LogRecord {
  const { observedAt } = context;
  const record = recordOfSyslog(text, { observedAt }) ?? recordOfText(text, { observedAt });
  const { host, service: app } = record.resource;
  const service = drain.service ?? app;
  return {
    ...record,
    attributes: {
      ...record.attributes,
      ...(app === undefined || app === service ? {} : { app }),
      ...(drain.token === undefined ? {} : { drain: drain.token }),
    },
    // Every app's host is called `host`.
    resource: {
      ...(service === undefined ? {} : { service }),
      ...(host === undefined || host === 'host' ? {} : { host }),
    },
  };
}
