import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';
import { ConfigError } from '../../src/config/problem.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-settings-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, text: string) => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const wrong = (env: Record<string, string>): string => {
  try {
    loadSettings({ env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'nothing wrong';
};
const BOT = '123456:ABCdef';

describe('settings', () => {
  it('have the defaults of the contract', () => {
    expect(loadSettings({ env: {} })).toMatchObject({
      enabled: true,
      shadow: false,
      reloadMs: 60_000,
      dataDir: 'data',
      http: { host: '127.0.0.1', port: 8790 },
      udp: { host: '127.0.0.1', port: 5514 },
      signaturesPath: 'config/error_signatures.yml',
      alertsPath: 'config/alerts.yml',
      timezone: 'UTC',
      retention: { days: 30 },
      samples: { perGroup: 50, perMinute: 5, maxBytes: 8192 },
      sentry: { url: 'https://sentry.io' },
    });
    expect(loadSettings({ env: {}, enabledByDefault: false }).enabled).toBe(false);
  });

  it('let variables win over the file', () => {
    const TOCSIN_CONFIG = file('a.yml', 'http: off\nshadow: true\ntimezone: Europe/Berlin\n');
    expect(loadSettings({ env: { TOCSIN_CONFIG } })).toMatchObject({
      http: 'off',
      shadow: true,
      timezone: 'Europe/Berlin',
    });
    const env = { TOCSIN_CONFIG, LOG_AGGREGATOR_SHADOW: '0', TOCSIN_HTTP: '[::1]:0' };
    expect(loadSettings({ env })).toMatchObject({ http: { host: '::1', port: 0 }, shadow: false });
  });

  it('have GELF and Fluent listeners only where the file names them, and outside only with a token', () => {
    expect(loadSettings({ env: {} })).toMatchObject({ gelfUdp: 'off', gelfTcp: 'off', fluent: 'off' });
    const text = 'gelf: {udp: "127.0.0.1:12201", tcp: off}\nfluent: 0.0.0.0:24224\n';
    const TOCSIN_CONFIG = file('gelf.yml', text);
    expect(wrong({ TOCSIN_CONFIG })).toMatch(/^fluent: 0\.0\.0\.0 can be reached from outside/m);
    expect(loadSettings({ env: { TOCSIN_CONFIG, TOCSIN_INGEST_TOKEN: 'a-token' } })).toMatchObject({
      gelfUdp: { host: '127.0.0.1', port: 12_201 },
      gelfTcp: 'off',
      fluent: { host: '0.0.0.0', port: 24_224 },
    });
  });

  it('take a secret from the file that NAME_FILE names, and remember it for the log to blank', () => {
    const ALERT_TELEGRAM_BOT_TOKEN_FILE = file('token', `${BOT}\n`);
    const settings = loadSettings({
      env: { ALERT_TELEGRAM_BOT_TOKEN_FILE, ALERT_TELEGRAM_CHAT_ID: '-100, -200:7' },
    });
    expect(settings.telegram).toEqual({
      token: BOT,
      chats: [{ chatId: -100 }, { chatId: -200, threadId: 7 }],
    });
    expect(settings.access.telegramChats).toEqual(['-100', '-200']);
    expect(settings.secrets).toContain(BOT);
  });

  it('find Sentry in a DSN', () => {
    expect(loadSettings({ env: { SENTRY_DSN: 'https://key@o1.ingest.sentry.io/42' } }).sentry).toMatchObject({
      url: 'https://sentry.io',
      project: '42',
    });
    expect(loadSettings({ env: { SENTRY_DSN: 'https://key@sentry.acme.dev/7' } }).sentry).toMatchObject({
      url: 'https://sentry.acme.dev',
      project: '7',
    });
  });
});

describe('a mistake names the variable, what is wrong and the way out', () => {
  it.each([
    ['a public bind without a token', { TOCSIN_HTTP: '0.0.0.0:80' }, /^TOCSIN_HTTP: .*TOCSIN_INGEST_TOKEN/],
    ['a public UDP bind without a token', { TOCSIN_UDP: '[::]:5514' }, /^TOCSIN_UDP: .*TOCSIN_INGEST_TOKEN/],
    ['a port that is none', { TOCSIN_HTTP: '127.0.0.1:70000' }, /^TOCSIN_HTTP: expected host:port.*70000/],
    ['a switch that is none', { LOG_AGG_ECHO: 'maybe' }, /^LOG_AGG_ECHO: expected 1 or 0, got "maybe"/],
    ['a chat without a bot', { ALERT_TELEGRAM_CHAT_ID: '1' }, /Set ALERT_TELEGRAM_BOT_TOKEN/],
    ['a bot without a chat', { ALERT_TELEGRAM_BOT_TOKEN: BOT }, /Set ALERT_TELEGRAM_CHAT_ID/],
    [
      'a chat by its name',
      { ALERT_TELEGRAM_BOT_TOKEN: BOT, ALERT_TELEGRAM_CHAT_ID: 'ops' },
      /numeric chat ids.*"ops"/,
    ],
    [
      'a Slack bot that nothing reaches',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CHANNEL: 'C1' },
      /SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET/,
    ],
    [
      'a Slack bot without a channel',
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' },
      /SLACK_CHANNEL/,
    ],
    [
      'swapped Slack tokens',
      { SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1', SLACK_CHANNEL: 'C1' },
      /belongs into SLACK_APP_TOKEN/,
    ],
    ['an app token alone', { SLACK_APP_TOKEN: 'xapp-1' }, /Set SLACK_BOT_TOKEN/],
    [
      'a webhook that is no address',
      { SLACK_WEBHOOK_URL: 'hooks' },
      /^SLACK_WEBHOOK_URL: expected an address/,
    ],
    ['a DSN that is none', { SENTRY_DSN: 'x' }, /^SENTRY_DSN: expected https/],
    [
      'seconds that are none',
      { LOG_AGG_RELOAD_SECONDS: 'soon' },
      /^LOG_AGG_RELOAD_SECONDS: expected seconds/,
    ],
    [
      'a secret file that is missing',
      { SLACK_BOT_TOKEN_FILE: '/nowhere/t' },
      /^SLACK_BOT_TOKEN_FILE: \/nowhere\/t cannot be read/,
    ],
    [
      'a configuration file that is missing',
      { TOCSIN_CONFIG: '/nowhere/c.yml' },
      /^TOCSIN_CONFIG: \/nowhere\/c\.yml cannot be read/,
    ],
    ['a user name among the admins', { ADMIN_USER_IDS: '1,ann' }, /^ADMIN_USER_IDS: .*"ann"/],
  ])('%s', (_, env, expected) => {
    expect(wrong(env as unknown as Record<string, string>)).toMatch(expected);
  });

  it.each([
    ['an unknown key', 'timezon: UTC', /b\.yml:1:1: timezon: there is no such key\. Did you mean "timezone"/],
    [
      'a time zone that is none',
      'timezone: Mars/Base',
      /b\.yml:1:11: timezone: there is no time zone "Mars\/Base"/,
    ],
    ['a span without a unit', 'reload: 60', /b\.yml:1:9: reload: expected a span such as/],
    ['a size of nothing', 'max_line: 0', /b\.yml:1:11: max_line: expected a size such as/],
    [
      'a level that is none',
      'log_level: warm',
      /:1:12: log_level: expected one of .*"warm"\. Did you mean "warn"\?$/,
    ],
    ['a level that nobody meant', 'log_level: x', /got "x"\.$/],
    [
      'a secret',
      'slack_bot_token: xoxb-1',
      /b\.yml:1:1: slack_bot_token: a secret does not belong.*SLACK_BOT_TOKEN/,
    ],
    ['an unknown key further down', 'retention:\n  day: 3', /b\.yml:2:3: retention\.day: .*"days"/],
    [
      'a destination that is none',
      'escalation: {to: ops}',
      /b\.yml:1:18: escalation\.to: expected a destination/,
    ],
  ])('in the file: %s', (_, text, expected) => {
    expect(wrong({ TOCSIN_CONFIG: file('b.yml', text) })).toMatch(expected);
  });

  it('and a variable that is nearly ours is a remark', () => {
    expect(loadSettings({ env: { TOCSIN_HTPP: 'off' } }).warnings[0]?.message).toMatch(
      /Did you mean TOCSIN_HTTP/,
    );
    expect(loadSettings({ env: { SENTRY_ENVIRONMENT: 'production', SLACK_TEAM: 'x' } }).warnings).toEqual([]);
  });
});
