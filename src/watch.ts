import { type AlarmId, alarmOf, GOES_ON_EVERY_MS } from './alarms.ts';
import { isOverdue } from './alerting/silence.ts';
import type { WatchStatus } from './chat/command.ts';
import { formatSpan } from './chat/views/format.ts';
import { plainMessage } from './chat/views/plain.ts';
import { fingerprint as fingerprintOf } from './classify/fingerprint.ts';
import type { WatchSettings } from './config/settings.ts';
import { suggestion } from './config/suggest.ts';
import type { Message } from './message/message.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { Submission } from './pipeline/submission.ts';
import type { BeatAnswer } from './sources/http-heartbeat.ts';
import type { Store } from './store/store.ts';
import type { WatchKind } from './store/watches.ts';

const LOOK_MS = 1_000;
/** How often it is stored when the watched were heard last; a killed process forgets so much. */
const STORE_MS = 10_000;
const FAILURE_LENGTH = 4_000;

export interface WatchOptions {
  readonly watches: WatchSettings;
  readonly store: Pick<Store, 'watches' | 'mutes'>;
  readonly pipeline: Pick<Pipeline, 'submit'>;
  readonly announce: (message: Message) => void;
  readonly now: () => number;
  readonly log: { error(fields: object, message: string): void };
}

interface Watched {
  readonly kind: WatchKind;
  readonly name: string;
  /** Longer than this without being heard is too long. */
  readonly limitMs: number;
  lastAt: number;
  alarm: AlarmId | undefined;
  alarmAt: number | undefined;
  /** When an event last said that the alarm goes on. */
  toldAt: number;
  /** An alarm is on its way to the database. */
  ringing: boolean;
  /** What is stored of `lastAt`. */
  storedAt: number;
}

/** Rings for sources that go silent and for heartbeats that do not come, once each, and says when they are back. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #startedAt: number;
  /** Sources and services, by name. */
  readonly #sources: ReadonlyMap<string, Watched>;
  readonly #heartbeats: ReadonlyMap<string, Watched>;
  #timer: NodeJS.Timeout | undefined;
  #storedAt: number;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#storedAt = this.#startedAt;
    const { sources, heartbeats } = options.watches;
    const open = (kind: WatchKind, name: string, limitMs: number) =>
      [name, this.#open(kind, name, limitMs)] as const;
    this.#sources = new Map(sources.map(({ name, silenceMs }) => open('source', name, silenceMs)));
    this.#heartbeats = new Map(
      heartbeats.map(({ name, everyMs, graceMs }) => open('heartbeat', name, everyMs + graceMs)),
    );
  }

  start(): void {
    if (this.#sources.size + this.#heartbeats.size === 0) return;
    this.#storeAll();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#storeAll();
  }

  status(): WatchStatus[] {
    return [...this.#sources.values(), ...this.#heartbeats.values()].map(
      ({ kind, name, limitMs, lastAt, alarm, alarmAt }) => ({ kind, name, limitMs, lastAt, alarm, alarmAt }),
    );
  }

  /** Lines were stored: their source, and the services that they are of, are not silent. */
  heard(submission: Submission): void {
    const { records, joined = 0, quiet = 0, alarm } = submission;
    if (alarm !== undefined || this.#sources.size === 0 || records.length + joined + quiet === 0) return;
    try {
      this.#hearAll(submission);
    } catch (error) {
      this.#options.log.error({ err: error }, 'That a source is back was not stored.');
    }
  }

  #hearAll({ source, records }: Submission): void {
    this.#hear(this.#sources.get(source));
    let last: string | undefined;
    for (const { resource } of records) {
      // Lines of one service stand together.
      if (resource.service === undefined || resource.service === last) continue;
      last = resource.service;
      this.#hear(this.#sources.get(last));
    }
  }

  /** A heartbeat; `failure` is what the job says of its failure. Resolves after the commit. */
  async beat(name: string, failure: string | undefined): Promise<BeatAnswer> {
    const watched = this.#heartbeats.get(name);
    if (!watched) {
      const names = [...this.#heartbeats.keys()];
      const known = names.length === 0 ? 'There are none yet.' : suggestion(name, names);
      const hint = `heartbeats.${name} does not stand in config/tocsin.yml. ${known}`;
      return { known: false, hint };
    }
    const now = this.#options.now();
    if (failure === undefined) this.#hear(watched);
    else {
      watched.lastAt = now;
      const goesOn = watched.alarm === 'HEARTBEAT_FAILED';
      const said = failure.trim().slice(0, FAILURE_LENGTH);
      await this.#ring(watched, 'HEARTBEAT_FAILED', {
        goesOn,
        text: said === '' ? `The job ${name} says that it failed.` : said,
      });
    }
    this.#store(watched);
    return { known: true, nextBy: now + watched.limitMs };
  }

  /** Looks now who is missed. */
  look(): void {
    const now = this.#options.now();
    for (const watched of [...this.#sources.values(), ...this.#heartbeats.values()]) {
      if (watched.alarm === undefined) {
        if (isOverdue(watched, this.#startedAt, now)) this.#miss(watched, false);
      } else if (now - watched.toldAt >= GOES_ON_EVERY_MS) this.#miss(watched, true);
    }
    if (now - this.#storedAt >= STORE_MS) this.#storeAll();
  }

  #open(kind: WatchKind, name: string, limitMs: number): Watched {
    const { store } = this.#options;
    const row = store.watches.get(kind, name);
    const lastAt = row?.lastAt ?? this.#startedAt;
    return {
      kind,
      name,
      limitMs,
      lastAt,
      alarm: (row?.alarm ?? undefined) as AlarmId | undefined,
      alarmAt: row?.alarmAt ?? undefined,
      toldAt: this.#startedAt,
      ringing: false,
      storedAt: row?.lastAt ?? 0,
    };
  }

  #hear(watched: Watched | undefined): void {
    if (!watched) return;
    const { now, store, announce } = this.#options;
    const at = now();
    const { alarm, alarmAt = at, lastAt } = watched;
    watched.lastAt = at;
    if (alarm === undefined) return;
    watched.alarm = undefined;
    watched.alarmAt = undefined;
    this.#store(watched);
    const { signature, canonical } = this.#alarm(watched, alarm, false);
    const query = {
      fingerprint: fingerprintOf(signature.category, canonical),
      signatureId: signature.id,
      category: signature.category,
      service: watched.name,
    };
    if (store.mutes.covering(query, at)) return;
    const away = formatSpan(at - (alarm === 'HEARTBEAT_FAILED' ? alarmAt : lastAt));
    const how =
      alarm === 'HEARTBEAT_FAILED' ? `is good again, after ${away}` : `is back, after ${away} of silence`;
    announce(plainMessage('✅ ', what(watched), { style: 'code', text: watched.name }, ` ${how}.`));
  }

  #miss(watched: Watched, goesOn: boolean): void {
    const { kind, name, lastAt, alarm } = watched;
    const last = new Date(lastAt).toISOString();
    const still = goesOn ? 'Still nothing' : 'Nothing';
    const text =
      kind === 'source'
        ? `${still} from the source or service ${name} since ${last} (sources.${name}.silence_minutes: ${watched.limitMs / 60_000}).`
        : `${goesOn ? 'Still no' : 'No'} good heartbeat of ${name} since ${last}; it was due within ${formatSpan(watched.limitMs)} (heartbeats.${name}).`;
    const id = alarm ?? (kind === 'source' ? 'SOURCE_SILENT' : 'HEARTBEAT_MISSED');
    void this.#ring(watched, id, { goesOn, text }).catch(() => {});
  }

  /** Rejects when the database did not take it; the next look tries again. */
  async #ring(watched: Watched, id: AlarmId, event: { goesOn: boolean; text: string }): Promise<void> {
    if (watched.ringing) return;
    watched.ringing = true;
    const { pipeline, now, log } = this.#options;
    const at = now();
    const { text, goesOn } = event;
    const record = {
      observedAt: at,
      severityNumber: 17,
      severityText: 'ERROR',
      body: text,
      raw: text,
      attributes: {},
      resource: { service: watched.name },
    };
    try {
      const alarm = this.#alarm(watched, id, goesOn);
      await pipeline.submit({ source: 'tocsin', records: [record], alarm });
      watched.toldAt = at;
      // It may have come back while this was written.
      if (!goesOn && (id === 'HEARTBEAT_FAILED' || watched.lastAt < at)) {
        watched.alarm = id;
        watched.alarmAt = at;
        this.#store(watched);
      }
    } catch (error) {
      log.error({ err: error, [watched.kind]: watched.name }, 'An alarm of the bot itself was not stored.');
      throw error;
    } finally {
      watched.ringing = false;
    }
  }

  #alarm({ kind, name, limitMs }: Watched, id: AlarmId, goesOn: boolean) {
    const summary =
      id === 'HEARTBEAT_FAILED'
        ? `The job ${name} failed`
        : kind === 'source'
          ? `Nothing comes from ${name} any more (${formatSpan(limitMs)})`
          : `The heartbeat of ${name} did not come (${formatSpan(limitMs)})`;
    return alarmOf(id, { name: `${kind} ${name}`, summary, goesOn });
  }

  #storeAll(): void {
    this.#storedAt = this.#options.now();
    try {
      for (const watched of [...this.#sources.values(), ...this.#heartbeats.values()])
        if (watched.lastAt !== watched.storedAt) this.#store(watched);
    } catch (error) {
      this.#options.log.error({ err: error }, 'When sources were heard last was not stored.');
    }
  }

  #store(watched: Watched): void {
    const { kind, name, lastAt, alarm = null, alarmAt = null } = watched;
    this.#options.store.watches.put(kind, name, { lastAt, alarm, alarmAt });
    watched.storedAt = lastAt;
  }
}

function what({ kind }: Watched): string {
  return kind === 'source' ? 'The source ' : 'The heartbeat of ';
}
