import type { Problem } from './problem.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface TelegramChat {
  /** Numeric id, or `@channel`. */
  readonly chatId: number | string;
  readonly threadId?: number;
}

/** The syslog listeners (TCP and TLS). */
export interface SyslogSettings {
  readonly tcp: Listen | 'off';
  readonly tls:
    | { readonly at: Listen; readonly cert: string; readonly key: string; readonly clientCa?: string }
    | 'off';
  /** Has to stand in the head of a connection's first message. */
  readonly token: string | undefined;
  readonly maxConnections: number;
  readonly idleMs: number;
}

/** A source or service that rings when nothing comes from it for so long. */
export interface SilenceSettings {
  readonly name: string;
  readonly silenceMs: number;
}

/** A job that is expected to say that it is alive. */
export interface HeartbeatSettings {
  readonly name: string;
  readonly everyMs: number;
  readonly graceMs: number;
}

export interface WatchSettings {
  readonly sources: readonly SilenceSettings[];
  readonly heartbeats: readonly HeartbeatSettings[];
}

/** All that is configured, but the two rule files. Spans in ms, sizes in bytes. */
export interface Settings {
  readonly enabled: boolean;
  readonly shadow: boolean;
  readonly echo: boolean;
  readonly signaturesPath: string;
  readonly alertsPath: string;
  /** 0: never. */
  readonly reloadMs: number;
  readonly dataDir: string;
  readonly http: Listen | 'off';
  readonly udp: Listen | 'off';
  readonly syslog: SyslogSettings;
  /** GELF and Fluent Forward listen only where they are told to. */
  readonly gelfUdp: Listen | 'off';
  readonly gelfTcp: Listen | 'off';
  readonly fluent: Listen | 'off';
  readonly watches: WatchSettings;
  readonly ingestToken: string | undefined;
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
  /** How long a line waits for the rest of its stack trace; 0: not at all. */
  readonly stackTraceMs: number;
  readonly telegram:
    | { readonly token: string; readonly chats: readonly TelegramChat[]; readonly apiRoot?: string }
    | undefined;
  readonly slack:
    | {
        readonly botToken: string;
        readonly appToken?: string;
        readonly signingSecret?: string;
        readonly channels: readonly string[];
        readonly apiUrl?: string;
      }
    | undefined;
  readonly slackWebhookUrl: string | undefined;
  readonly sentry: {
    readonly url: string;
    readonly org: string | undefined;
    readonly project: string | undefined;
  };
  readonly access: {
    readonly telegramChats: readonly string[];
    readonly telegramAdmins: readonly string[];
    readonly slackChannels: readonly string[];
    readonly slackAdmins: readonly string[];
  };
  readonly timezone: string;
  readonly retention: { readonly days: number; readonly maxDatabaseBytes: number };
  /** Threads that look for signatures, besides the one that does all the rest. */
  readonly workers: number;
  readonly samples: { readonly perGroup: number; readonly perMinute: number; readonly maxBytes: number };
  readonly mentions: { readonly telegram: readonly string[]; readonly slack: readonly string[] };
  readonly escalation: { readonly afterMs: number; readonly destination: string | undefined };
  readonly storm: { readonly groupsPerMinute: number };
  readonly console: 'auto' | boolean;
  readonly logLevel: string;
  /** Every secret that is configured: the log blanks them. */
  readonly secrets: readonly string[];
  readonly warnings: readonly Problem[];
}
