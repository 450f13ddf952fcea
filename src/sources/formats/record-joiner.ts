import { mergeEnvelope } from '../../record/envelope.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { StackJoiner } from '../../record/stack-joiner.ts';
import { recordOfText } from '../../record/text.ts';

/**
 * Joins records that are the lines of one stack trace: Heroku, Docker and the agents of Kubernetes send each line by itself. Lines of
 * different services, hosts and processes do not mix. Time is an argument.
 */
export class RecordJoiner {
  readonly #joiner: StackJoiner<LogRecord>;
  #out: LogRecord[] = [];
  #joined = 0;

  /** `waitMs`: how long a record waits for the next line of its trace; 0: nothing is joined. */
  constructor(waitMs: number) {
    this.#joiner = new StackJoiner<LogRecord>((text, first, lines) => this.#add(text, first, lines), {
      waitMs,
    });
  }

  get waiting(): boolean {
    return this.#joiner.waiting;
  }

  /** How many records became part of another one; asking sets it back. */
  takeJoined(): number {
    const joined = this.#joined;
    this.#joined = 0;
    return joined;
  }

  /** Takes a record; those that are complete by it go into `out`. */
  take(record: LogRecord, out: LogRecord[]): void {
    this.#out = out;
    const line = record.body.trimEnd();
    const stream = streamOf(record);
    if (record.exception?.stacktrace === undefined && !line.includes('\n'))
      this.#joiner.feed(stream, line, record, record.observedAt);
    else {
      this.#joiner.complete(stream);
      out.push(record);
    }
  }

  /** Completes what has waited long enough; returns when the next is due, or undefined when nothing waits. */
  due(at: number, out: LogRecord[]): number | undefined {
    this.#out = out;
    return this.#joiner.due(at);
  }

  flush(out: LogRecord[]): void {
    this.#out = out;
    this.#joiner.flush();
  }

  #add(text: string, first: LogRecord, lines: number): void {
    this.#joined += lines - 1;
    this.#out.push(lines === 1 ? first : joinedRecord(text, first));
  }
}

/** The records of one request: none of them has to wait for another one. */
export function joinRecords(records: readonly LogRecord[]): { records: LogRecord[]; joined: number } {
  const joiner = new RecordJoiner(1);
  const out: LogRecord[] = [];
  for (const record of records) joiner.take(record, out);
  joiner.flush(out);
  return { records: out, joined: joiner.takeJoined() };
}

function joinedRecord(text: string, first: LogRecord): LogRecord {
  const { exception: _, error: __, ...envelope } = first;
  return mergeEnvelope(recordOfText(text, { observedAt: first.observedAt }), envelope, text, first.body);
}

function streamOf({ resource, attributes }: LogRecord): string {
  const { service = '', host = '' } = resource;
  return `${service}\0${host}\0${attributes['pid'] ?? ''}\0${attributes['stream'] ?? attributes['source'] ?? ''}`;
}
