import { readFileSync } from 'node:fs';
import { parseListen } from './listen.ts';
import type { Problem } from './problem.ts';
import { parseFlag } from './reader.ts';
import { type Listen, LOG_LEVELS, type Settings, type TelegramChat } from './settings.ts';
import { editDistance } from './suggest.ts';

/** What the environment says; undefined where it says nothing. */
export interface Environment {
  readonly enabled: boolean | undefined;
  readonly shadow: boolean | undefined;
  readonly echo: boolean | undefined;
  readonly signaturesPath: string | undefined;
  readonly alertsPath: string | undefined;
  readonly reloadMs: number | undefined;
  readonly dataDir: string | undefined;
  readonly http: Listen | 'off' | undefined;
  readonly udp: Listen | 'off' | undefined;
  readonly ingestToken: string | undefined;
  readonly syslog: {
    readonly tcp: Listen | 'off' | undefined;
    readonly tls: Listen | 'off' | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly clientCa: string | undefined;
    readonly token: string | undefined;
  };
  readonly telegram: Settings['telegram'];
  readonly slack: Settings['slack'];
  readonly slackWebhookUrl: string | undefined;
  readonly sentry: {
    readonly url: string | undefined;
    readonly org: string | undefined;
    readonly project: string | undefined;
  };
  readonly allowedTelegramChats: readonly string[] | undefined;
  readonly telegramAdmins: readonly string[] | undefined;
  readonly allowedSlackChannels: readonly string[] | undefined;
  readonly slackAdmins: readonly string[] | undefined;
  readonly logLevel: string | undefined;
  readonly secrets: readonly string[];
  readonly warnings: readonly Problem[];
}

const SECRETS = [
  'ALERT_TELEGRAM_BOT_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_WEBHOOK_URL',
  'SENTRY_DSN',
  'SENTRY_AUTH_TOKEN',
  'TOCSIN_INGEST_TOKEN',
  'TOCSIN_SYSLOG_TOKEN',
] as const;

const PLAIN = [
  ...['LOG_AGGREGATOR_ENABLED', 'LOG_AGGREGATOR_SHADOW', 'LOG_AGG_ECHO', 'LOG_AGG_RELOAD_SECONDS'],
  ...[
    'ERROR_SIGNATURES_PATH',
    'ALERTS_GROUPING_CONFIG',
    'TOCSIN_HTTP',
    'TOCSIN_UDP',
    'TOCSIN_DATA',
    'TOCSIN_CONFIG',
  ],
  ...['TOCSIN_LOG_LEVEL', 'ALERT_TELEGRAM_CHAT_ID', 'TELEGRAM_API_ROOT', 'SLACK_CHANNEL', 'SLACK_API_URL'],
  ...['TOCSIN_SYSLOG_TCP', 'TOCSIN_SYSLOG_TLS'],
  ...['TOCSIN_SYSLOG_CERT', 'TOCSIN_SYSLOG_KEY', 'TOCSIN_SYSLOG_CLIENT_CA'],
  ...['SENTRY_ORG', 'SENTRY_PROJECT', 'SENTRY_URL'],
  ...['ALLOWED_CHAT_IDS', 'ADMIN_USER_IDS', 'SLACK_ALLOWED_CHANNELS', 'SLACK_ADMIN_USER_IDS'],
];
/** Every variable that is read. */
export const KNOWN_VARIABLES: readonly string[] = [
  ...PLAIN,
  ...SECRETS,
  ...SECRETS.map((name) => `${name}_FILE`),
];
const OURS = /^(?:TOCSIN|LOG_AGG|ALERT_|ALERTS_|SLACK_|TELEGRAM_|SENTRY_|ALLOWED_|ADMIN_|ERROR_SIG)/;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the environment; mistakes go into `problems`. An empty variable counts as unset. */
export function readEnvironment(env: Env, problems: Problem[]): Environment {
  const wrong = (place: string, message: string): undefined => {
    problems.push({ place, message });
    return undefined;
  };
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const secrets = new Map(SECRETS.map((name) => [name, secret(env, name, wrong)]));
  const of = (name: (typeof SECRETS)[number]) => secrets.get(name);
  const flag = (name: string): boolean | undefined => {
    const value = text(name);
    return value === undefined
      ? undefined
      : (parseFlag(value) ?? wrong(name, `expected 1 or 0, got "${value}".`));
  };
  const listen = (name: string) => {
    const value = text(name);
    if (value === undefined) return undefined;
    return (
      parseListen(value) ??
      wrong(name, `expected host:port (such as 127.0.0.1:8790; port 0 to 65535) or off, got "${value}".`)
    );
  };
  const url = (name: string, value = text(name)) => {
    if (value === undefined || (URL.canParse(value) && /^https?:/.test(value))) return value;
    return wrong(name, 'expected an address that begins with https:// or http://.');
  };
  const ids = (name: string, shape: RegExp, expected: string) => {
    const value = text(name);
    const list = value
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    for (const id of list ?? [])
      if (!shape.test(id)) wrong(name, `expected ${expected}, separated by commas, got "${id}".`);
    return list;
  };
  const readers: Readers = { text, of, url, wrong };
  const seconds = text('LOG_AGG_RELOAD_SECONDS');
  const reload = seconds === undefined ? undefined : Number(seconds);
  if (reload !== undefined && !(reload >= 0))
    wrong('LOG_AGG_RELOAD_SECONDS', `expected seconds (0: never), got "${seconds}".`);
  const level = text('TOCSIN_LOG_LEVEL');
  if (level !== undefined && !(LOG_LEVELS as readonly string[]).includes(level)) {
    wrong('TOCSIN_LOG_LEVEL', `expected one of ${LOG_LEVELS.join(', ')}, got "${level}".`);
  }
  return {
    enabled: flag('LOG_AGGREGATOR_ENABLED'),
    shadow: flag('LOG_AGGREGATOR_SHADOW'),
    echo: flag('LOG_AGG_ECHO'),
    signaturesPath: text('ERROR_SIGNATURES_PATH'),
    alertsPath: text('ALERTS_GROUPING_CONFIG'),
    reloadMs: reload === undefined ? undefined : reload * 1000,
    dataDir: text('TOCSIN_DATA'),
    http: listen('TOCSIN_HTTP'),
    udp: listen('TOCSIN_UDP'),
    ingestToken: of('TOCSIN_INGEST_TOKEN'),
    syslog: {
      tcp: listen('TOCSIN_SYSLOG_TCP'),
      tls: listen('TOCSIN_SYSLOG_TLS'),
      cert: text('TOCSIN_SYSLOG_CERT'),
      key: text('TOCSIN_SYSLOG_KEY'),
      clientCa: text('TOCSIN_SYSLOG_CLIENT_CA'),
      token: of('TOCSIN_SYSLOG_TOKEN'),
    },
    telegram: telegram(readers),
    slack: slack(readers),
    slackWebhookUrl: url('SLACK_WEBHOOK_URL', of('SLACK_WEBHOOK_URL')),
    sentry: sentry(readers),
    allowedTelegramChats: ids('ALLOWED_CHAT_IDS', /^(?:-?\d+|@\w+)$/, 'numeric chat ids'),
    telegramAdmins: ids('ADMIN_USER_IDS', /^\d+$/, 'numeric user ids'),
    allowedSlackChannels: ids('SLACK_ALLOWED_CHANNELS', /^[CGD][A-Z0-9]+$/, 'channel ids such as C0123ABC'),
    slackAdmins: ids('SLACK_ADMIN_USER_IDS', /^[UW][A-Z0-9]+$/, 'user ids such as U0123ABC'),
    logLevel: level,
    secrets: [...secrets.values()].flatMap((value) => (value === undefined ? [] : secretParts(value))),
    warnings: misspelt(env),
  };
}

interface Readers {
  readonly text: (name: string) => string | undefined;
  readonly of: (name: (typeof SECRETS)[number]) => string | undefined;
  readonly url: (name: string) => string | undefined;
  readonly wrong: (place: string, message: string) => undefined;
}

/** A secret stands in its variable, or in the file that `NAME_FILE` names. */
function secret(env: Env, name: string, wrong: Readers['wrong']): string | undefined {
  const value = env[name]?.trim() || undefined;
  const path = env[`${name}_FILE`]?.trim() || undefined;
  if (path === undefined) return value;
  if (value !== undefined) return wrong(`${name}_FILE`, `${name} is set as well. Keep one of the two.`);
  try {
    return (
      readFileSync(path, 'utf8').trim() ||
      wrong(`${name}_FILE`, `${path} is empty. Write the secret into it.`)
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(`${name}_FILE`, `${path} cannot be read (${code}). Name a file that this user may read.`);
  }
}

/** An address holds its secret in the path or before the `@`; both must never be written, in whole or in part. */
function secretParts(value: string): string[] {
  if (!/^https?:/.test(value) || !URL.canParse(value)) return [value];
  const { username, password, pathname } = new URL(value);
  return [value, username, password, pathname.length > 8 ? pathname.slice(1) : ''].filter(
    (part) => part.length >= 6,
  );
}

function telegram({ text, of, url, wrong }: Readers): Settings['telegram'] {
  const token = of('ALERT_TELEGRAM_BOT_TOKEN');
  const ids = text('ALERT_TELEGRAM_CHAT_ID');
  const apiRoot = url('TELEGRAM_API_ROOT');
  if (token === undefined && ids === undefined) return undefined;
  if (token === undefined) {
    return wrong(
      'ALERT_TELEGRAM_CHAT_ID',
      'a chat is set, but no bot. Set ALERT_TELEGRAM_BOT_TOKEN (from @BotFather) as well.',
    );
  }
  if (!/^\d+:[\w-]+$/.test(token)) {
    return wrong(
      'ALERT_TELEGRAM_BOT_TOKEN',
      'this is no bot token: expected digits, a colon and letters, as @BotFather gives it.',
    );
  }
  if (ids === undefined) {
    return wrong(
      'ALERT_TELEGRAM_BOT_TOKEN',
      'a bot is set, but no chat. Set ALERT_TELEGRAM_CHAT_ID to the id of the chat as well.',
    );
  }
  const parts = ids
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const chats = parts.flatMap((part): TelegramChat[] => {
    const [, chat, thread] = /^(-?\d{1,20}|@\w{4,})(?::(\d+))?$/.exec(part) ?? [];
    if (chat === undefined) {
      const message = `expected numeric chat ids (such as -1001234567890, or -1001234567890:7 for a topic), got "${part}". Add the bot to the chat and use the id (README, Telegram).`;
      return wrong('ALERT_TELEGRAM_CHAT_ID', message) ?? [];
    }
    const chatId = chat.startsWith('@') ? chat : Number(chat);
    return [{ chatId, ...(thread === undefined ? {} : { threadId: Number(thread) }) }];
  });
  return { token, chats, ...(apiRoot === undefined ? {} : { apiRoot }) };
}

function slack({ text, of, url, wrong }: Readers): Settings['slack'] {
  const botToken = of('SLACK_BOT_TOKEN');
  const appToken = of('SLACK_APP_TOKEN');
  const signingSecret = of('SLACK_SIGNING_SECRET');
  const channels = (text('SLACK_CHANNEL') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const apiUrl = url('SLACK_API_URL');
  if (botToken === undefined) {
    const lonely = [
      ['SLACK_APP_TOKEN', appToken],
      ['SLACK_SIGNING_SECRET', signingSecret],
    ].find(([, value]) => value !== undefined);
    return lonely
      ? wrong(lonely[0] as string, 'is set, but no bot token. Set SLACK_BOT_TOKEN (xoxb-…) as well.')
      : undefined;
  }
  if (botToken.startsWith('xapp-')) {
    return wrong(
      'SLACK_BOT_TOKEN',
      'this is an app token (xapp-…): it belongs into SLACK_APP_TOKEN; the bot token begins with xoxb-.',
    );
  }
  if (!/^xox[a-z]-/.test(botToken)) {
    return wrong(
      'SLACK_BOT_TOKEN',
      'expected a bot token that begins with xoxb- (OAuth & Permissions of the app).',
    );
  }
  if (appToken !== undefined && !appToken.startsWith('xapp-')) {
    return wrong(
      'SLACK_APP_TOKEN',
      'expected an app-level token that begins with xapp- (Basic Information of the app).',
    );
  }
  if (appToken === undefined && signingSecret === undefined) {
    return wrong(
      'SLACK_BOT_TOKEN',
      'commands cannot arrive. Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) as well.',
    );
  }
  if (channels.length === 0) {
    return wrong(
      'SLACK_BOT_TOKEN',
      'a bot is set, but no channel. Set SLACK_CHANNEL to the id of the channel (C…) as well.',
    );
  }
  return {
    botToken,
    channels,
    ...(appToken === undefined ? {} : { appToken }),
    ...(signingSecret === undefined ? {} : { signingSecret }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  };
}

/** Where Sentry's web pages are: as told, or as the DSN tells (its host without `o123.ingest.`). */
function sentry({ text, of, url, wrong }: Readers): Environment['sentry'] {
  const dsn = of('SENTRY_DSN');
  const org = text('SENTRY_ORG');
  const project = text('SENTRY_PROJECT');
  const told = url('SENTRY_URL');
  if (dsn === undefined) return { url: told, org, project };
  if (!URL.canParse(dsn) || !/^https?:\/\/[^@/]+@[^/]+\/.*\d+$/.test(dsn)) {
    wrong(
      'SENTRY_DSN',
      'expected https://key@host/number, as in the project settings of Sentry (Client Keys).',
    );
    return { url: told, org, project };
  }
  const { protocol, host, pathname } = new URL(dsn);
  const saas = /(?:^|\.)ingest(?:\.[a-z]{2})?\.sentry\.io$/.test(host);
  return {
    url: told ?? (saas ? undefined : `${protocol}//${host}`),
    org,
    project: project ?? /(\d+)$/.exec(pathname)?.[1],
  };
}

/** Variables that are nearly ours: a typing mistake sets nothing, and says nothing. */
function misspelt(env: Env): Problem[] {
  return Object.keys(env).flatMap((name) => {
    if (!OURS.test(name) || KNOWN_VARIABLES.includes(name)) return [];
    const meant = KNOWN_VARIABLES.find((known) => editDistance(name, known) <= 2);
    return meant === undefined
      ? []
      : [{ place: name, message: `is not known and does nothing. Did you mean ${meant}?` }];
  });
}
