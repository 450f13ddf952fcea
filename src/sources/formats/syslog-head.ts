import { cleanText } from '../../record/clean-text.ts';
import type { Attributes } from '../../record/log-record.ts';

/** What stands in front of a syslog message. */
export interface SyslogHead {
  /** ms since the epoch. */
  readonly timestamp?: number;
  readonly host?: string;
  readonly service?: string;
  readonly pid?: string | number;
  readonly messageId?: string;
  readonly structuredData?: Attributes;
  /** An RFC 5424 message without the field for structured data: Heroku. */
  readonly withoutDataField?: boolean;
  /** Where the message begins. */
  readonly messageAt: number;
}

/** A process id is a number to everybody who has one; Heroku has `web.1`. */
export function pidOf(text: string): string | number {
  return /^\d{1,10}$/.test(text) ? Number(text) : cleanText(text);
}
