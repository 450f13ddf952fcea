import { hostname } from 'node:os';
import type { Settings } from '../config/settings.ts';
import { createLog } from '../log.ts';
import { type Examination, type Finding, skipped } from '../platforms/finding.ts';
import { examineSlack } from '../platforms/slack/doctor.ts';
import { examineTelegram } from '../platforms/telegram/doctor.ts';
import { examineWebhook } from '../platforms/webhook/doctor.ts';
import { type ConnectedPlatforms, connectPlatforms } from '../platforms.ts';
import { createBlank, secretsIn } from './blank.ts';
import { examineClock, examineTimeZone } from './clock.ts';
import { examineConfiguration } from './configuration.ts';
import { examineDataDirectory } from './data-directory.ts';
import { examineDatabase } from './database.ts';
import { examineMachine } from './machine.ts';
import { examinePorts } from './ports.ts';
import { examineRunning, type Running } from './running.ts';
import { sendTests } from './send.ts';
import { examineSentry } from './sentry.ts';

export interface ExamineOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a test message goes to each destination. */
  readonly send: boolean;
  readonly now: () => number;
  /** What is being looked at, for people who wait. */
  readonly onStep: (what: string) => void;
}

/**
 * Looks at everything that can keep an alert from reaching a person, the near things first. The chats are asked at the same time,
 * but after the database: its check would hold up their answers. Writes nothing but a file that is removed at once. No secret is in
 * what is found.
 */
export async function* examine(options: ExamineOptions): AsyncGenerator<Finding> {
  const { env, onStep } = options;
  onStep('configuration');
  const configuration = examineConfiguration(env);
  const blank = createBlank(configuration.settings?.secrets ?? secretsIn(env));
  for await (const { about, state, text } of look(options, configuration))
    yield { about: blank(about), state, text: blank(text) };
}

async function* look(
  options: ExamineOptions,
  { findings, settings }: ReturnType<typeof examineConfiguration>,
): AsyncGenerator<Finding> {
  const { env, now, onStep } = options;
  yield examineMachine();
  yield* findings;
  if (!settings) {
    yield skipped('All else', 'cannot be looked at before the configuration is mended');
    return;
  }
  onStep('data directory');
  yield* examineDataDirectory(settings.dataDir, settings.retention.maxDatabaseBytes);
  const running = await examineRunning(settings.dataDir);
  yield running.finding;
  onStep('database');
  yield* examineDatabase(settings.dataDir);
  onStep('ports');
  yield* await examinePorts(settings, running);
  yield examineTimeZone(settings.timezone, now());
  yield examineSentry(settings.sentry, env);
  yield* examineChats(options, settings, running);
}

async function* examineChats(
  { send, now, onStep }: ExamineOptions,
  settings: Settings,
  running: Running,
): AsyncGenerator<Finding> {
  const platforms = await connect(settings, now);
  const destinations = [...platforms.alertDestinations, ...platforms.otherDestinations];
  const ids = destinations.map(({ id }) => id);
  const asked = [...askTelegram(settings, ids, running, now), ...askSlack(settings, ids, now)];
  onStep('chats');
  const examinations: Examination[] = [];
  for (const asking of asked) {
    const examination = await asking;
    examinations.push(examination);
    yield* examination.findings;
  }
  if (settings.slackWebhookUrl !== undefined) yield examineWebhook(settings.slackWebhookUrl);
  yield examineClock(examinations.map(({ clockAheadMs }) => clockAheadMs));
  if (!send) return;
  onStep('test messages');
  await Promise.all(platforms.all.map((platform) => platform.start()));
  yield* await sendTests(destinations, hostname());
  await Promise.all(platforms.all.map((platform) => platform.stop()));
}

function askTelegram(
  { telegram, access }: Settings,
  ids: readonly string[],
  { owner }: Running,
  now: () => number,
): Promise<Examination>[] {
  if (!telegram) return [];
  const places = ids.flatMap((id) => {
    const [, chatId, thread] = /^telegram:([^:]+)(?::(\d+))?$/.exec(id) ?? [];
    return chatId === undefined
      ? []
      : [{ chatId, threadId: thread === undefined ? undefined : Number(thread) }];
  });
  const { token, apiRoot } = telegram;
  const allowedChats = access.telegramChats;
  return [examineTelegram({ token, apiRoot, places, allowedChats, running: owner === 'bot', now })];
}

function askSlack(
  { slack, http }: Settings,
  ids: readonly string[],
  now: () => number,
): Promise<Examination>[] {
  if (!slack) return [];
  const channels = ids.flatMap((id) => /^slack:(.+)$/.exec(id)?.[1] ?? []);
  return [examineSlack({ ...slack, channels, hasHttp: http !== 'off', now })];
}

/** The destinations as the bot has them; nothing is listened for, and what is logged is in the findings. */
function connect(settings: Settings, now: () => number): Promise<ConnectedPlatforms> {
  const silent = {
    command: async () => ({ kind: 'none' }) as const,
    press: async () => ({ kind: 'none' }) as const,
  };
  const log = createLog({ level: 'silent', secrets: settings.secrets, human: false, write: () => {} });
  return connectPlatforms({
    settings,
    chat: silent,
    log,
    now,
    hints: () => [],
    listen: false,
    onStatus: () => {},
    onMigrate: () => {},
    migrated: new Map(),
  });
}
