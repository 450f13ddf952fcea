import { cleanText } from '../../record/clean-text.ts';
import { mergeEnvelope } from '../../record/envelope.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { type Joined, StackJoiner } from '../../record/stack-joiner.ts';
import { parseObject, type RecordContext, recordOfObject } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';
import { type UnwrappedLine, unwrapLine } from './line-envelope.ts';
import { cutRecord, type LineLimits } from './line-limits.ts';

export interface TextStreamsOptions extends LineLimits {
  /** How long a line waits for the next one of its stack trace (ms); 0: not at all. */
  readonly stackTraceMs: number;
  /** Whether `<PRI>` begins a syslog message, as it does on a network; in a file it is the kernel's prefix. */
  readonly syslog: boolean;
}

/** What is known of a record when its first line comes. */
interface Begun {
  readonly context: RecordContext;
  readonly line: UnwrappedLine | undefined;
}

/** Streams in which the beginning of a line waits for its end. */
const MAX_PARTIAL = 1_000;
/** How long it waits (ms): a container runtime writes the parts at once. */
const PARTIAL_WAIT_MS = 1_000;

/**
 * Makes records of text lines from any number of sources: takes each out of its envelope, joins the parts of a line that a
 * container runtime split, and the lines of one stack trace. A line may wait `stackTraceMs` for the next one; time is an argument.
 */
export class TextStreams {
  readonly #joiner: StackJoiner<Begun>;
  readonly #limits: LineLimits;
  readonly #syslog: boolean;
  /** Beginnings of lines, by stream. */
  readonly #partial = new Map<string, { text: string; begun: Begun }>();
  readonly #joined: Joined<Begun>[] = [];
  #lines = 0;

  constructor({ stackTraceMs, maxLineBytes, syslog }: TextStreamsOptions) {
    this.#joiner = new StackJoiner({ waitMs: stackTraceMs });
    this.#limits = { maxLineBytes };
    this.#syslog = syslog;
  }

  /** Whether a line waits for the next one. */
  get waiting(): boolean {
    return this.#joiner.waiting || this.#partial.size > 0;
  }

  /** How many lines became part of the record of another line; asking sets it back. */
  takeJoined(): number {
    const lines = this.#lines;
    this.#lines = 0;
    return lines;
  }

  /** Takes a line of a source (a connection, a peer); the records that are complete by it go into `out`. */
  take(source: string, printed: string, context: RecordContext, out: LogRecord[]): void {
    const text = printed.includes('\u001b') ? cleanText(printed) : printed;
    const line = text.charCodeAt(0) === 60 && !this.#syslog ? undefined : unwrapLine(text, context);
    const stream = line === undefined ? source : `${source} ${line.stream}`;
    const begun = { context, line };
    if (this.#partial.size > 0 || line?.partial) {
      const whole = this.#assemble(stream, line?.text ?? text, begun);
      if (whole) this.#feed(stream, whole.text, whole.begun, out);
    } else this.#feed(stream, line?.text ?? text, begun, out);
  }

  /** Completes what has waited long enough; returns when the next is due, or undefined when nothing waits. */
  due(at: number, out: LogRecord[]): number | undefined {
    let next = this.#joiner.due(at, this.#joined);
    this.#hand(out);
    for (const [stream, { text, begun }] of this.#partial) {
      const dueAt = begun.context.observedAt + PARTIAL_WAIT_MS;
      if (dueAt > at) next = Math.min(next ?? dueAt, dueAt);
      else {
        this.#partial.delete(stream);
        this.#feed(stream, text, begun, out);
        next ??= at;
      }
    }
    return next;
  }

  /** Completes all that waits. */
  flush(out: LogRecord[]): void {
    for (const [stream, { text, begun }] of [...this.#partial]) {
      this.#partial.delete(stream);
      this.#feed(stream, text, begun, out);
    }
    this.#joiner.flush(this.#joined);
    this.#hand(out);
  }

  #feed(stream: string, text: string, begun: Begun, out: LogRecord[]): void {
    const { context, line } = begun;
    if (text.charCodeAt(0) === 123 /* { */) {
      const object = parseObject(text);
      if (object) {
        // A record by itself: nothing that follows belongs to it.
        this.#joiner.complete(stream, this.#joined);
        this.#hand(out);
        const record = recordOfObject(object, { ...context, raw: text });
        out.push(cutRecord(enclosed(record, line), this.#limits));
        return;
      }
    }
    if (text.includes('\n')) {
      this.#joiner.complete(stream, this.#joined);
      this.#joined.push({ text, item: begun, lines: 1 });
    } else this.#joiner.feed(stream, text, begun, context.observedAt, this.#joined);
    this.#hand(out);
  }

  #hand(out: LogRecord[]): void {
    for (const { text, item, lines } of this.#joined) {
      const { context, line } = item;
      const record = recordOfText(line?.head === undefined ? text : line.head + text, context);
      out.push(cutRecord(enclosed(record, line), this.#limits));
      this.#lines += lines - 1;
    }
    this.#joined.length = 0;
  }

  /** The line, if it ends here. */
  #assemble(stream: string, text: string, begun: Begun): { text: string; begun: Begun } | undefined {
    const before = this.#partial.get(stream);
    const room = this.#limits.maxLineBytes - (before?.text.length ?? 0);
    const whole = {
      text: (before?.text ?? '') + text.slice(0, Math.max(0, room)),
      begun: before?.begun ?? begun,
    };
    if (before) this.#lines += 1;
    const goesOn = begun.line?.partial === true && (before !== undefined || this.#partial.size < MAX_PARTIAL);
    if (goesOn) this.#partial.set(stream, whole);
    else this.#partial.delete(stream);
    return goesOn ? undefined : whole;
  }
}

function enclosed(record: LogRecord, line: UnwrappedLine | undefined): LogRecord {
  if (!line?.envelope) return record;
  return mergeEnvelope(record, { ...line.envelope, body: record.body, raw: record.raw });
}
