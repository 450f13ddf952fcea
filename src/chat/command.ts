import type { AlertSeverity } from '../classify/signature.ts';
import type { Mentions, Message, Span } from '../message/message.ts';
import type { MuteScope } from '../store/mutes.ts';
import type { Store } from '../store/store.ts';
import type { Actor, CommandHelp } from './chat.ts';
import type { TimeFormat } from './views/format.ts';
import type { SentryTarget } from './views/sentry-link.ts';

/** What the running process knows and the database does not. */
export interface Runtime {
  readonly startedAt: number;
  readonly configVersion: () => string;
  readonly shadow: boolean;
  /** Rings that this process remembers, by severity. */
  readonly alertsInMemory: (from: number) => ReadonlyMap<AlertSeverity, number>;
  /** Trouble of chats, the database, the configuration: one sentence each. */
  readonly troubles: () => readonly string[];
  /** Cooldown (ms) of a group. */
  readonly cooldownMs: (category: string, signatureId: string | undefined) => number;
  /** A signature or category of the rules in force, by its name. */
  readonly configured: (name: string) => { readonly scope: MuteScope; readonly name: string } | undefined;
  /** What a log line is under the rules in force. */
  readonly explain: (line: string) => Fate;
  /** How a line comes to its template: what stood in front of the message, what is masked by which rule, the frames of a trace. */
  readonly explainGroup: (line: string) => {
    readonly head: string;
    readonly masked: readonly { readonly text: string; readonly rule: string; readonly reason: string }[];
    readonly frames: readonly string[];
  };
  /** Sources, services and jobs that are expected to be heard of. */
  readonly watches: () => readonly WatchStatus[];
  /** Whether senders have to show the token of TOCSIN_INGEST_TOKEN. */
  readonly asksToken: boolean;
  /** What listens where: `http 127.0.0.1:8790`. */
  readonly listeners: () => readonly string[];
}

/** Somebody who is expected to be heard of. */
export interface WatchStatus {
  readonly kind: 'source' | 'heartbeat';
  readonly name: string;
  /** Longer than this without being heard rings. */
  readonly limitMs: number;
  readonly lastAt: number;
  /** The signature under which its silence rang, as long as it lasts. */
  readonly alarm: string | undefined;
  readonly alarmAt: number | undefined;
}

/** What becomes of a log line. */
export interface Fate {
  /** `is taken by signature OOM …`: what stands behind "This line". */
  readonly words: readonly Span[];
  /** The group that it enters. */
  readonly fingerprint?: string;
  /** The pattern of the noise allowlist that takes it. */
  readonly noise?: string;
}

/** A signature that is ready to be put into the file. */
export interface Adoption {
  readonly patch: string;
  /** Whether its pattern matches every sample. */
  readonly matchesAll: boolean;
  readonly matches: (sample: string) => boolean;
}

/** All that a command may use. */
export interface ChatContext {
  readonly store: Store;
  readonly now: () => number;
  readonly time: TimeFormat;
  readonly timeZone: string;
  readonly sentry: SentryTarget;
  readonly mentions: Mentions;
  readonly runtime: Runtime;
  /** Tells all chats that alerts go to, but the one of `except`, who is answered there. */
  readonly announce: (message: Message, except?: Actor) => void;
  /** Something that messages in the chats show has changed. */
  readonly refresh: () => void;
  /** Groups were merged or split: what the engine remembers of them is to be read anew. */
  readonly regroup: () => void;
  /** A signature for the error of these samples (newest first), as a patch of the file, and what else it matches. */
  readonly adopt: (samples: readonly string[], summary: string) => Adoption | undefined;
}

export interface Request {
  readonly actor: Actor;
  /** The words behind the command's name. */
  readonly words: readonly string[];
  readonly now: number;
}

/** The answer to a command, for people (`message`) and for scripts (`data`: one object a line; `exit`: product.md section 7). */
export interface Answer {
  readonly message: Message;
  readonly data?: readonly object[];
  readonly exit?: 0 | 1 | 2;
}

/** One command: a file in `commands/`, a row in the table of `create-chat.ts`. */
export interface Command extends CommandHelp {
  /** Only for people who may change something. */
  readonly changes?: boolean;
  run(context: ChatContext, request: Request): Answer;
}

/** A command that was typed wrongly; the message says how to type it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
