import { type Reference, referencesOf, visibleTextOf } from './content.ts';

/** Everything the doubled workspace knows: channels, people, messages, tokens, and who waits for a change. */

export type Json = Record<string, unknown>;

export interface SlackDoubleOptions {
  readonly botToken: string;
  readonly appToken?: string;
  /** Signs the requests of HTTP mode. */
  readonly signingSecret?: string;
  /** Scopes of the bot token; all that the methods below need, unless given. */
  readonly scopes?: readonly string[];
  /** Answer 429 beyond about one message a second and channel. */
  readonly limits?: boolean;
  /** Channel id that the incoming webhook posts to; `C0HOOK` unless given. */
  readonly webhookChannel?: string;
  readonly pingIntervalMs?: number;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** Whether the bot was invited. */
  member: boolean;
  archived: boolean;
  readonly isPrivate: boolean;
  /** Ids of the people in it. */
  readonly people: Set<string>;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly tz: string;
}

export type Via = 'chat.postMessage' | 'chat.postEphemeral' | 'response_url' | 'ack' | 'webhook' | 'file';

export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Json;
}

export interface Content {
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly metadata?: Metadata | undefined;
}

export interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly replyBroadcast: boolean;
  /** The one person who sees it. */
  readonly ephemeralTo?: string | undefined;
  readonly via: Via;
  readonly at: number;
  text: string;
  blocks: readonly Json[];
  metadata: Metadata | undefined;
  /** What it said before each edit, oldest first. */
  readonly edits: Content[];
  deleted: boolean;
  /** Mentions and links that a reader would get, over the fallback text and all mrkdwn in the blocks. */
  readonly references: readonly Reference[];
  /** What a reader reads: the blocks when there are any, else the text. */
  readonly visibleText: string;
}

export interface SlackCall {
  /** A Web API method, `webhook`, `response_url` or `upload`. */
  readonly method: string;
  readonly payload: Json;
  readonly at: number;
  /** What was answered; undefined while it is under way or when the connection was cut. */
  response: unknown;
}

export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  content: Buffer;
  channel?: string | undefined;
  threadTs?: string | undefined;
}

export interface Workspace {
  readonly options: SlackDoubleOptions;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
  readonly messages: SlackMessage[];
  readonly calls: SlackCall[];
  readonly files: Map<string, UploadedFile>;
  readonly scopes: Set<string>;
  /** token -> the error it gets since it was revoked. */
  readonly revoked: Map<string, string>;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  origin: string;
  nextTs(): string;
  /** Called after every change; wakes those who wait. */
  changed(): void;
  onChange(listener: () => void): () => void;
}

export const TEAM = { id: 'T0TEAM', domain: 'tocsin-test' } as const;
export const APP_ID = 'A0TOCSIN';
export const BOT = { botId: 'B0TOCSIN', userId: 'U0TOCSIN', name: 'tocsin' } as const;

const DEFAULT_SCOPES = [
  'chat:write',
  'commands',
  'channels:read',
  'channels:history',
  'users:read',
  'files:write',
  'incoming-webhook',
];

export function createWorkspace(options: SlackDoubleOptions): Workspace {
  const listeners = new Set<() => void>();
  let lastMicros = 0;
  return {
    options,
    channels: new Map(),
    users: new Map(),
    messages: [],
    calls: [],
    files: new Map(),
    scopes: new Set(options.scopes ?? DEFAULT_SCOPES),
    revoked: new Map(),
    origin: '',
    // A ts is the message's id in its channel: seconds, a point, six digits; here it never repeats.
    nextTs() {
      lastMicros = Math.max(Date.now() * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
    },
    changed() {
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export interface NewMessage extends Content {
  readonly channel: string;
  readonly via: Via;
  readonly threadTs?: string | undefined;
  readonly replyBroadcast?: boolean;
  readonly ephemeralTo?: string | undefined;
}

export function postMessage(workspace: Workspace, init: NewMessage): SlackMessage {
  const message: SlackMessage = {
    ts: workspace.nextTs(),
    channel: init.channel,
    threadTs: init.threadTs,
    replyBroadcast: init.replyBroadcast ?? false,
    ephemeralTo: init.ephemeralTo,
    via: init.via,
    at: Date.now(),
    text: init.text,
    blocks: init.blocks,
    metadata: init.metadata,
    edits: [],
    deleted: false,
    get references() {
      return referencesOf(this);
    },
    get visibleText() {
      return visibleTextOf(this);
    },
  };
  workspace.messages.push(message);
  workspace.changed();
  return message;
}

export function editMessage(workspace: Workspace, message: SlackMessage, content: Content): void {
  message.edits.push({ text: message.text, blocks: message.blocks, metadata: message.metadata });
  message.text = content.text;
  message.blocks = content.blocks;
  message.metadata = content.metadata;
  workspace.changed();
}

export function deleteMessage(workspace: Workspace, message: SlackMessage): void {
  message.deleted = true;
  workspace.changed();
}

/** A message that others can see, or undefined when it was never there or is gone. */
export function findMessage(workspace: Workspace, channel: string, ts: string): SlackMessage | undefined {
  return workspace.messages.find(
    (m) => m.channel === channel && m.ts === ts && !m.deleted && m.ephemeralTo === undefined,
  );
}

/** Resolves with the first value that `look` finds; it looks again after every change. */
export function waitFor<T>(
  workspace: Workspace,
  look: () => T | undefined | false,
  timeoutMs: number,
  what: () => string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const tryNow = () => {
      const found = look();
      if (found === undefined || found === false) return false;
      clearTimeout(timer);
      forget();
      resolve(found);
      return true;
    };
    const timer = setTimeout(() => {
      forget();
      reject(new Error(`Waited ${timeoutMs} ms: ${what()}`));
    }, timeoutMs);
    const forget = workspace.onChange(tryNow);
    tryNow();
  });
}
