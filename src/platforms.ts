import type { Chat } from './chat/chat.ts';
import { COMMANDS } from './chat/create-chat.ts';
import type { Settings } from './config/settings.ts';
import type { Destination } from './delivery/destination.ts';
import type { Log } from './log.ts';
import { createConsole } from './platforms/console/console.ts';
import type { Platform, PlatformStatus } from './platforms/platform.ts';
import { createWebhook } from './platforms/webhook/webhook.ts';

export interface ConnectOptions {
  readonly settings: Settings;
  readonly chat: Chat;
  readonly log: Log;
  readonly now: () => number;
  /** Three lines for a console that has no message yet. */
  readonly hints: () => readonly string[];
  /** False for the sidecar, which only sends. */
  readonly listen: boolean;
  readonly onStatus: (platform: string, status: PlatformStatus) => void;
  /** A Telegram group became a supergroup: its chat has another id from now on. */
  readonly onMigrate: (from: string, to: string) => void;
  /** Groups that did so earlier. */
  readonly migrated: ReadonlyMap<string, string>;
}

/** The platforms that the configuration names, not yet started. What the others need is not loaded: Bolt alone takes 0.2 s. */
export async function connectPlatforms(options: ConnectOptions) {
  const { settings, chat, log, listen, onStatus } = options;
  const common = { chat, commands: COMMANDS, log };
  const all: Platform[] = [];
  if (settings.telegram) {
    const { telegram } = settings;
    const chats = [...distinct(telegram.chats, telegramId), ...escalationChat(settings)];
    const { createTelegram } = await import('./platforms/telegram/telegram.ts');
    const onTelegram = (status: PlatformStatus) => onStatus('telegram', status);
    all.push(
      createTelegram({
        ...common,
        ...telegram,
        chats,
        poll: listen,
        onStatus: onTelegram,
        onMigrate: options.onMigrate,
        migrated: options.migrated,
      }),
    );
  }
  const slack = settings.slack
    ? (await import('./platforms/slack/slack.ts')).createSlack({
        ...common,
        ...settings.slack,
        channels: [...new Set(settings.slack.channels), ...escalationChannel(settings)],
        listen,
        onStatus: (status) => onStatus('slack', status),
      })
    : undefined;
  if (slack) all.push(slack);
  if (settings.slackWebhookUrl !== undefined) all.push(createWebhook({ url: settings.slackWebhookUrl }));
  const wanted = settings.console === 'auto' ? all.length === 0 : settings.console;
  const token = settings.ingestToken;
  const console =
    wanted && listen
      ? createConsole({
          chat,
          commands: COMMANDS,
          hints: options.hints,
          now: options.now,
          ...(token === undefined ? {} : { token }),
        })
      : undefined;
  if (console) all.push(console);

  const destinations = all.flatMap((platform) => platform.destinations);
  const extra = [
    ...escalationChat(settings).map(telegramId),
    ...escalationChannel(settings).map((id) => `slack:${id}`),
  ];
  const isAlertDestination = ({ id }: Destination) => !extra.includes(id);
  return {
    all,
    slack,
    console,
    /** Where every alert goes. */
    alertDestinations: destinations.filter(isAlertDestination),
    /** Where only some messages go: the escalation destination. */
    otherDestinations: destinations.filter((destination) => !isAlertDestination(destination)),
  };
}

/** A chat that is named twice gets its messages once. */
function distinct<T>(things: readonly T[], idOf: (thing: T) => string): T[] {
  return [...new Map(things.map((thing) => [idOf(thing), thing])).values()];
}

type TelegramChat = NonNullable<Settings['telegram']>['chats'][number];

function telegramId({ chatId, threadId }: TelegramChat): string {
  return threadId === undefined ? `telegram:${chatId}` : `telegram:${chatId}:${threadId}`;
}

/** The Telegram chat of the escalation destination, unless every alert goes there anyway. */
function escalationChat({ escalation, telegram }: Settings): TelegramChat[] {
  const [, chat, thread] = /^telegram:([^:]+)(?::(\d+))?$/.exec(escalation.destination ?? '') ?? [];
  if (chat === undefined || telegram?.chats.some((known) => telegramId(known) === escalation.destination))
    return [];
  const chatId = chat.startsWith('@') ? chat : Number(chat);
  return [{ chatId, ...(thread === undefined ? {} : { threadId: Number(thread) }) }];
}

function escalationChannel({ escalation, slack }: Settings): string[] {
  const [, channel] = /^slack:(.+)$/.exec(escalation.destination ?? '') ?? [];
  return channel === undefined || slack?.channels.includes(channel) ? [] : [channel];
}

export type ConnectedPlatforms = Awaited<ReturnType<typeof connectPlatforms>>;

/** Before any is connected. */
export const NO_PLATFORMS: ConnectedPlatforms = {
  all: [],
  slack: undefined,
  console: undefined,
  alertDestinations: [],
  otherDestinations: [],
};
