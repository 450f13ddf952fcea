import { parseListen } from './listen.ts';
import { type Problem, throwIfAny } from './problem.ts';
import { join, type Read, Reader } from './reader.ts';
import { type HeartbeatSettings, type Listen, LOG_LEVELS, type SilenceSettings } from './settings.ts';
import { heartbeats, sources } from './watch-settings.ts';
import type { MapEntry, YamlNode } from './yaml-node.ts';
import { parseYaml } from './yaml-tree.ts';

/** What `config/tocsin.yml` may say; all of it optional. */
export interface FileSettings {
  readonly enabled?: boolean;
  readonly shadow?: boolean;
  readonly echo?: boolean;
  readonly signaturesPath?: string;
  readonly alertsPath?: string;
  readonly reloadMs?: number;
  readonly dataDir?: string;
  readonly http?: Listen | 'off';
  readonly udp?: Listen | 'off';
  readonly syslogTcp?: Listen | 'off';
  readonly syslogTls?: Listen | 'off';
  readonly syslogCert?: string;
  readonly syslogKey?: string;
  readonly syslogClientCa?: string;
  readonly syslogConnections?: number;
  readonly syslogIdleMs?: number;
  readonly gelfUdp?: Listen | 'off';
  readonly gelfTcp?: Listen | 'off';
  readonly fluent?: Listen | 'off';
  readonly sources?: readonly SilenceSettings[];
  readonly heartbeats?: readonly HeartbeatSettings[];
  readonly maxBodyBytes?: number;
  readonly maxLineBytes?: number;
  readonly stackTraceMs?: number;
  readonly timezone?: string;
  readonly console?: 'auto' | boolean;
  readonly logLevel?: string;
  readonly retentionDays?: number;
  readonly maxDatabaseBytes?: number;
  readonly workers?: number | 'auto';
  readonly samplesPerGroup?: number;
  readonly samplesPerMinute?: number;
  readonly onCallTelegram?: readonly string[];
  readonly onCallSlack?: readonly string[];
  readonly escalationAfterMs?: number;
  readonly escalationDestination?: string;
  readonly stormGroupsPerMinute?: number;
}

/** Keys that people try, and the variable that takes a secret instead: a file is copied and committed. */
const SECRET_KEYS: Readonly<Record<string, string>> = {
  telegram_bot_token: 'ALERT_TELEGRAM_BOT_TOKEN',
  alert_telegram_bot_token: 'ALERT_TELEGRAM_BOT_TOKEN',
  slack_bot_token: 'SLACK_BOT_TOKEN',
  slack_app_token: 'SLACK_APP_TOKEN',
  slack_signing_secret: 'SLACK_SIGNING_SECRET',
  slack_webhook_url: 'SLACK_WEBHOOK_URL',
  sentry_dsn: 'SENTRY_DSN',
  sentry_auth_token: 'SENTRY_AUTH_TOKEN',
  ingest_token: 'TOCSIN_INGEST_TOKEN',
  syslog_token: 'TOCSIN_SYSLOG_TOKEN',
  token: 'TOCSIN_INGEST_TOKEN',
};

/** Reads `config/tocsin.yml`. Throws ConfigError with every mistake. */
export function parseTocsinFile(text: string, file: string): FileSettings {
  const reader = new Reader(file);
  const tree = parseYaml(text, file);
  const settings: Record<string, unknown> = {};
  readKeys(reader, tree, '', TOP, settings);
  throwIfAny(reader.problems as readonly Problem[]);
  return settings as FileSettings;
}

type Entry =
  | { readonly name: keyof FileSettings; readonly read: (reader: Reader) => Read<unknown> }
  | { readonly keys: Table };
type Table = Readonly<Record<string, Entry>>;

const key = (name: keyof FileSettings, read: (reader: Reader) => Read<unknown>): Entry => ({ name, read });

/** Every key of the file: what it sets and how it is read. */
const TOP: Table = {
  enabled: key('enabled', (reader) => reader.flag),
  shadow: key('shadow', (reader) => reader.flag),
  echo: key('echo', (reader) => reader.flag),
  signatures: key('signaturesPath', (reader) => reader.text),
  alerts: key('alertsPath', (reader) => reader.text),
  reload: key('reloadMs', (reader) => reader.duration),
  data: key('dataDir', (reader) => reader.text),
  http: key('http', listen),
  udp: key('udp', listen),
  syslog: {
    keys: {
      tcp: key('syslogTcp', listen),
      tls: {
        keys: {
          at: key('syslogTls', listen),
          cert: key('syslogCert', (reader) => reader.text),
          key: key('syslogKey', (reader) => reader.text),
          client_ca: key('syslogClientCa', (reader) => reader.text),
        },
      },
      connections: key('syslogConnections', (reader) => reader.number({ least: 1, whole: true })),
      idle: key('syslogIdleMs', (reader) => reader.duration),
    },
  },
  gelf: { keys: { udp: key('gelfUdp', listen), tcp: key('gelfTcp', listen) } },
  fluent: key('fluent', listen),
  sources: key('sources', sources),
  heartbeats: key('heartbeats', heartbeats),
  max_body: key('maxBodyBytes', (reader) => reader.size),
  max_line: key('maxLineBytes', (reader) => reader.size),
  stack_trace_ms: key('stackTraceMs', (reader) => reader.number({ least: 0, whole: true })),
  timezone: key('timezone', timezone),
  console: key('console', consoleSwitch),
  log_level: key('logLevel', (reader) => reader.oneOf(LOG_LEVELS)),
  retention: {
    keys: {
      days: key('retentionDays', (reader) => reader.number({ above: 0 })),
      max_database: key('maxDatabaseBytes', (reader) => reader.size),
    },
  },
  samples_per_minute: key('samplesPerMinute', (reader) => reader.number({ least: 1, whole: true })),
  ingest: { keys: { workers: key('workers', workers) } },
  samples: {
    keys: {
      per_group: key('samplesPerGroup', (reader) => reader.number({ least: 1, whole: true })),
    },
  },
  on_call: {
    keys: {
      telegram: key('onCallTelegram', (reader) =>
        ids(reader, /^(?:@\w{4,}|\d+)$/, '@name or a numeric user id'),
      ),
      slack: key('onCallSlack', (reader) =>
        ids(reader, /^[UWS][A-Z0-9]{2,}$/, 'an id such as U0123ABC (person) or S0123ABC (group)'),
      ),
    },
  },
  escalation: {
    keys: {
      after: key('escalationAfterMs', (reader) => reader.duration),
      to: key('escalationDestination', destination),
    },
  },
  storm: {
    keys: {
      groups_per_minute: key('stormGroupsPerMinute', (reader) => reader.number({ least: 1, whole: true })),
    },
  },
};

function readKeys(
  reader: Reader,
  node: YamlNode,
  path: string,
  table: Table,
  into: Record<string, unknown>,
): void {
  const known = Object.keys(table);
  const secrets = (node.kind === 'map' ? node.entries : []).filter(({ key: name }) =>
    Object.hasOwn(SECRET_KEYS, name.toLowerCase()),
  );
  for (const entry of secrets) secretInFile(reader, entry, path);
  const rest =
    node.kind === 'map'
      ? { ...node, entries: node.entries.filter((entry) => !secrets.includes(entry)) }
      : node;
  for (const [name, { value }] of reader.fields(rest, path, known)) {
    const entry = table[name] as Entry;
    if ('keys' in entry) readKeys(reader, value, join(path, name), entry.keys, into);
    else {
      const read = entry.read(reader)(value, join(path, name));
      if (read !== undefined) into[entry.name] = read;
    }
  }
}

function secretInFile(reader: Reader, entry: MapEntry, path: string): void {
  const variable = SECRET_KEYS[entry.key.toLowerCase()] ?? '';
  reader.wrong(
    entry.keyAt,
    join(path, entry.key),
    `a secret does not belong into this file. Set ${variable}, or ${variable}_FILE.`,
  );
}

function listen(reader: Reader): Read<Listen | 'off'> {
  return (node, path) => {
    const text = node.kind === 'scalar' && node.value === false ? 'off' : reader.text(node, path);
    const parsed = text === undefined ? undefined : parseListen(text);
    return text === undefined || parsed
      ? parsed
      : reader.wrong(node.at, path, `expected host:port or off, got "${text}".`);
  };
}

function timezone(reader: Reader): Read<string> {
  return (node, path) => {
    const text = reader.text(node, path);
    if (text === undefined) return undefined;
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return text;
    } catch {
      return reader.wrong(
        node.at,
        path,
        `there is no time zone "${text}". Use a name such as UTC or Europe/Berlin.`,
      );
    }
  };
}

function consoleSwitch(reader: Reader): Read<'auto' | boolean> {
  return (node, path) => (node.kind === 'scalar' && node.value === 'auto' ? 'auto' : reader.flag(node, path));
}

function workers(reader: Reader): Read<number | 'auto'> {
  const count = reader.number({ least: 0, whole: true });
  return (node, path) => (node.kind === 'scalar' && node.value === 'auto' ? 'auto' : count(node, path));
}

function ids(reader: Reader, shape: RegExp, expected: string): Read<readonly string[]> {
  return (node, path) =>
    reader.list(node, path, (item, at) => {
      const text = reader.text(item, at);
      if (text === undefined || shape.test(text)) return text;
      return reader.wrong(item.at, at, `expected ${expected}, got "${text}".`);
    });
}

function destination(reader: Reader): Read<string> {
  return (node, path) => {
    const text = reader.text(node, path);
    if (
      text === undefined ||
      /^(?:telegram:(?:-?\d+|@\w+)(?::\d+)?|slack:[A-Z0-9]+|slack-webhook|console)$/.test(text)
    )
      return text;
    return reader.wrong(
      node.at,
      path,
      `expected a destination such as telegram:-100123 or slack:C0123, got "${text}".`,
    );
  };
}
