import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Environment, readEnvironment } from './environment.ts';
import { isLoopback } from './listen.ts';
import { ConfigError, type Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import { syslogSettings } from './syslog-settings.ts';
import { type FileSettings, parseTocsinFile } from './tocsin-file.ts';

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `LOG_AGGREGATOR_ENABLED` when it is not set; false for the library. */
  readonly enabledByDefault?: boolean;
}

const DEFAULT_FILE = 'config/tocsin.yml';

/** Reads environment and `config/tocsin.yml`; variables win. Throws ConfigError with every mistake of both. */
export function loadSettings({ env, enabledByDefault = true }: LoadOptions): Settings {
  const problems: Problem[] = [];
  const file = attempt(problems, () => readFile(env['TOCSIN_CONFIG'])) ?? {};
  const fromEnv = readEnvironment(env, problems);
  const settings = combine(file, fromEnv, enabledByDefault, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
}

function attempt<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function readFile(named: string | undefined): FileSettings {
  const path = named || DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const message = `${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Name a file that exists, or unset it.`;
    throw new ConfigError([{ place: 'TOCSIN_CONFIG', message }]);
  }
  return parseTocsinFile(text, path);
}

function combine(
  file: FileSettings,
  env: Environment,
  enabledByDefault: boolean,
  problems: Problem[],
): Settings {
  const http = env.http ?? file.http ?? { host: '127.0.0.1', port: 8790 };
  const udp = env.udp ?? file.udp ?? { host: '127.0.0.1', port: 5514 };
  const { gelfUdp = 'off', gelfTcp = 'off', fluent = 'off' } = file;
  for (const [name, listen] of [
    ['TOCSIN_HTTP', http],
    ['TOCSIN_UDP', udp],
    ['gelf.udp', gelfUdp],
    ['gelf.tcp', gelfTcp],
    ['fluent', fluent],
  ] as const) {
    if (listen === 'off' || isLoopback(listen.host) || env.ingestToken !== undefined) continue;
    const message = `${listen.host} can be reached from outside, and there is no token. Set TOCSIN_INGEST_TOKEN, or bind 127.0.0.1.`;
    problems.push({ place: name, message });
  }
  const telegramChats = env.telegram?.chats.map(({ chatId }) => String(chatId)) ?? [];
  return {
    enabled: env.enabled ?? file.enabled ?? enabledByDefault,
    shadow: env.shadow ?? file.shadow ?? false,
    echo: env.echo ?? file.echo ?? false,
    signaturesPath: env.signaturesPath ?? file.signaturesPath ?? 'config/error_signatures.yml',
    alertsPath: env.alertsPath ?? file.alertsPath ?? 'config/alerts.yml',
    reloadMs: env.reloadMs ?? file.reloadMs ?? 60_000,
    dataDir: env.dataDir ?? file.dataDir ?? 'data',
    http,
    udp,
    syslog: syslogSettings(file, env.syslog, isLoopback, problems),
    gelfUdp,
    gelfTcp,
    fluent,
    watches: { sources: file.sources ?? [], heartbeats: file.heartbeats ?? [] },
    ingestToken: env.ingestToken,
    maxBodyBytes: file.maxBodyBytes ?? 10 * 1024 ** 2,
    maxLineBytes: file.maxLineBytes ?? 256 * 1024,
    stackTraceMs: file.stackTraceMs ?? 250,
    telegram: env.telegram,
    slack: env.slack,
    slackWebhookUrl: env.slackWebhookUrl,
    sentry: { url: env.sentry.url ?? 'https://sentry.io', org: env.sentry.org, project: env.sentry.project },
    access: {
      telegramChats: env.allowedTelegramChats ?? telegramChats,
      telegramAdmins: env.telegramAdmins ?? [],
      slackChannels: env.allowedSlackChannels ?? env.slack?.channels ?? [],
      slackAdmins: env.slackAdmins ?? [],
    },
    timezone: file.timezone ?? 'UTC',
    retention: { days: file.retentionDays ?? 30, maxDatabaseBytes: file.maxDatabaseBytes ?? 2 * 1024 ** 3 },
    workers: workersOf(file.workers ?? 'auto'),
    samples: {
      perGroup: file.samplesPerGroup ?? 50,
      perMinute: file.samplesPerMinute ?? 5,
      maxBytes: 8 * 1024,
    },
    mentions: { telegram: file.onCallTelegram ?? [], slack: file.onCallSlack ?? [] },
    escalation: { afterMs: file.escalationAfterMs ?? 15 * 60_000, destination: file.escalationDestination },
    storm: { groupsPerMinute: file.stormGroupsPerMinute ?? 10 },
    console: file.console ?? 'auto',
    logLevel: env.logLevel ?? file.logLevel ?? 'info',
    secrets: env.secrets,
    warnings: env.warnings,
  };
}

/** More than two find nothing to do: reading and storing take the rest of the time. */
const MOST_WORKERS = 2;

/** `auto`: one for each core that is not the main thread's. */
function workersOf(set: number | 'auto'): number {
  return set === 'auto' ? Math.min(MOST_WORKERS, availableParallelism() - 1) : set;
}
