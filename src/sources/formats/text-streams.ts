import { cleanText } from '../../record/clean-text.ts';
import { mergeEnvelope } from '../../record/envelope.ts';
import { type LineChunk, MARK, textOfLine } from '../../record/line-chunk.ts';
import type { LogRecord } from '../../record/log-record.ts';
import { StackJoiner } from '../../record/stack-joiner.ts';
import { parseObject, type RecordContext, recordOfObject } from '../../record/structured.ts';
import { recordOfText } from '../../record/text.ts';
import { mayFollowQuiet } from '../../record/trace-group.ts';
import { type UnwrappedLine, unwrapLine } from './line-envelope.ts';
import { cutRecord, type LineLimits } from './line-limits.ts';
import { QuietBacklog } from './quiet-backlog.ts';

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
  /** Where records go; only while lines are taken. */
  #out: LogRecord[] = [];
  #joined = 0;
  /** Lines that were passed over. */
  readonly #quiet: QuietBacklog;
  /** What a line without an envelope begins with; most lines of a batch have the same. */
  #plain: Begun | undefined;

  constructor({ stackTraceMs, maxLineBytes, syslog }: TextStreamsOptions) {
    this.#joiner = new StackJoiner((text, begun, lines) => this.#add(text, begun, lines), {
      waitMs: stackTraceMs,
    });
    this.#quiet = new QuietBacklog({
      waitMs: stackTraceMs,
      streamOf: ({ source, text, context }) => this.#placeOf(source, text, context).stream,
    });
    this.#limits = { maxLineBytes };
    this.#syslog = syslog;
  }

  /** Whether a line waits for the next one. */
  get waiting(): boolean {
    return this.#joiner.waiting || this.#partial.size > 0 || this.#quiet.waiting;
  }

  /**
   * Passes over the lines of a chunk that are marked as quiet, from one on and before another, up to the first that is not: they are
   * only counted, or led back when a trace follows. Records that are complete by them go into `out`. Returns the line where it ends.
   */
  skip(
    chunk: LineChunk,
    from: number,
    to: number,
    marks: Uint8Array | undefined,
    context: RecordContext,
    out: LogRecord[],
  ): number {
    this.#quiet.reach(chunk);
    let line = from;
    if (marks && this.#partial.size === 0)
      while (line < to && marks[line] === MARK.QUIET && !this.#goesOn(chunk, line, context)) line += 1;
    if (line === from) return from;
    if (this.#joiner.waiting) {
      this.#out = out;
      this.#joiner.complete(this.#streamOf(chunk, from, context));
    }
    this.#quiet.add(chunk, from, line, context);
    return line;
  }

  /** Whether a quiet line may go on what waits in its stream. */
  #goesOn(chunk: LineChunk, line: number, context: RecordContext): boolean {
    return this.#joiner.open && this.#joiner.isOpen(this.#streamOf(chunk, line, context));
  }

  #streamOf(chunk: LineChunk, line: number, context: RecordContext): string {
    return this.#placeOf(chunk.sources?.[line] ?? '', textOfLine(chunk, line), context).stream;
  }

  /** How many lines were only counted; asking sets it back. */
  takeQuiet(): number {
    return this.#quiet.takeSettled();
  }

  /** How many lines became part of the record of another line; asking sets it back. */
  takeJoined(): number {
    const lines = this.#joined;
    this.#joined = 0;
    return lines;
  }

  /**
   * Takes a line of a source (a connection, a peer); the records that are complete by it go into `out`. `mark` is what the line may be
   * at most (a MARK).
   */
  take(
    source: string,
    printed: string,
    context: RecordContext,
    out: LogRecord[],
    mark: number = MARK.TRACE,
  ): void {
    const { stream, text, begun } = this.#placeOf(source, printed, context);
    this.#out = out;
    const isPart = this.#partial.size > 0 || begun.line?.partial === true;
    if (this.#quiet.waiting) {
      if (mark === MARK.TRACE && (isPart || mayFollowQuiet(text))) this.#leadBack(stream);
      this.#quiet.pass(stream);
    }
    if (isPart) {
      const whole = this.#assemble(stream, text, begun);
      if (whole) this.#feed(stream, whole.text, whole.begun, MARK.TRACE);
    } else this.#feed(stream, text, begun, mark);
  }

  #placeOf(source: string, printed: string, context: RecordContext) {
    const text = printed.includes('\u001b') ? cleanText(printed) : printed;
    const line = text.charCodeAt(0) === 60 && !this.#syslog ? undefined : unwrapLine(text, context);
    if (line === undefined) return { stream: source, text, begun: this.#begunPlain(context) };
    return { stream: `${source} ${line.stream}`, text: line.text, begun: { context, line } };
  }

  /** The line before in the stream may lead a trace: if it was passed over, it goes the plain way now. */
  #leadBack(stream: string): void {
    const line = this.#quiet.takeBack(stream);
    if (!line) return;
    const { text, begun } = this.#placeOf(line.source, line.text, line.context);
    this.#feed(stream, text, begun, MARK.TELLING);
  }

  /** Completes what has waited long enough; returns when the next is due, or undefined when nothing waits. */
  due(at: number, out: LogRecord[]): number | undefined {
    this.#out = out;
    let next = earlier(this.#joiner.due(at), this.#quiet.due(at));
    for (const [stream, { text, begun }] of this.#partial) {
      const dueAt = begun.context.observedAt + PARTIAL_WAIT_MS;
      if (dueAt > at) next = earlier(next, dueAt);
      else {
        this.#partial.delete(stream);
        this.#feed(stream, text, begun, MARK.TRACE);
        next ??= at;
      }
    }
    return next;
  }

  /** Completes all that waits. */
  flush(out: LogRecord[]): void {
    this.#out = out;
    for (const [stream, { text, begun }] of [...this.#partial]) {
      this.#partial.delete(stream);
      this.#feed(stream, text, begun, MARK.TRACE);
    }
    this.#joiner.flush();
    this.#quiet.flush();
  }

  #begunPlain(context: RecordContext): Begun {
    if (this.#plain?.context !== context) this.#plain = { context, line: undefined };
    return this.#plain;
  }

  #feed(stream: string, text: string, begun: Begun, mark: number): void {
    const { context, line } = begun;
    const object = text.charCodeAt(0) === 123 /* { */ ? parseObject(text) : undefined;
    if (object) {
      // A record by itself: nothing that follows belongs to it.
      this.#joiner.complete(stream);
      const record = recordOfObject(object, { ...context, raw: text });
      this.#out.push(cutRecord(enclosed(record, line), this.#limits));
    } else if (text.includes('\n')) {
      this.#joiner.complete(stream);
      this.#add(text, begun, 1);
    } else this.#joiner.feed(stream, text, begun, context.observedAt, mark);
  }

  #add(text: string, { context, line }: Begun, lines: number): void {
    const record = recordOfText(line?.head === undefined ? text : line.head + text, context);
    this.#out.push(cutRecord(enclosed(record, line), this.#limits));
    this.#joined += lines - 1;
  }

  /** The line, if it ends here. */
  #assemble(stream: string, text: string, begun: Begun): { text: string; begun: Begun } | undefined {
    const before = this.#partial.get(stream);
    const room = this.#limits.maxLineBytes - (before?.text.length ?? 0);
    const whole = {
      text: (before?.text ?? '') + text.slice(0, Math.max(0, room)),
      begun: before?.begun ?? begun,
    };
    if (before) this.#joined += 1;
    const goesOn = begun.line?.partial === true && (before !== undefined || this.#partial.size < MAX_PARTIAL);
    if (goesOn) this.#partial.set(stream, whole);
    else this.#partial.delete(stream);
    return goesOn ? undefined : whole;
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function enclosed(record: LogRecord, line: UnwrappedLine | undefined): LogRecord {
  if (!line?.envelope) return record;
  return mergeEnvelope(record, line.envelope, record.raw, record.body);
}
