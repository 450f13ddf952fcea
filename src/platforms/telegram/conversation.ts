import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot, Context } from 'grammy';
import type { Actor, Chat, CommandHelp, Reply } from '../../chat/chat.ts';
import { cutText } from '../../message/cut.ts';
import type { Message } from '../../message/message.ts';
import { withDeadline } from './deadline.ts';
import { editResult } from './destinations.ts';
import { describe, failureOf } from './failure.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import type { Attempt, Place, Sender } from './sender.ts';

export interface ConversationOptions {
  readonly bot: Bot;
  readonly chat: Chat;
  readonly commands: readonly CommandHelp[];
  readonly sender: Sender;
  readonly log: Log;
  readonly stopping: AbortSignal;
  readonly timeoutMs: number;
  /** Replies are not queued, but they count for what the chat takes. */
  readonly onReply: (chatId: number | string) => void;
}

/** A pressed button shows that it works until it is answered; after this long it is answered whatever the reply will be. */
const PROMPT_MS = 2_000;
/** A pause that Telegram asks for is waited out once, if it is not longer; then the person asks again. */
const LONGEST_PAUSE_MS = 60_000;

type Press = NonNullable<Context['callbackQuery']>;
type ChatMessage = NonNullable<Context['message']>;

/** Listens for commands and pressed buttons, and brings them and their replies from and to the chat. */
export function converse(options: ConversationOptions): void {
  const { bot, sender, log } = options;
  bot.on('message:migrate_to_chat_id', (context) => {
    sender.migrate(context.chat.id, context.message.migrate_to_chat_id);
  });
  bot.on('message:text', (context) => onText(options, context.message));
  bot.on('callback_query', (context) => onPress(options, context.callbackQuery));
  bot.on('my_chat_member', ({ chat, myChatMember }) => {
    log.info(
      { chatId: chat.id, standing: myChatMember.new_chat_member.status },
      'The standing of the bot in a chat has changed.',
    );
  });
}

async function onText(options: ConversationOptions, message: ChatMessage): Promise<void> {
  const text = message.text ?? '';
  if (message.is_automatic_forward || !isForUs(options, message, text)) return;
  const place = placeOf(message);
  const reply = await options.chat.command(actorOf(message), text);
  if (reply.kind === 'post' || reply.kind === 'replace') await post(options, place, reply.message);
  else if (reply.kind === 'toast') await post(options, place, lineOf(reply.text));
}

/** In groups every bot hears every command: one that we do not have is for us only if it names us. */
function isForUs({ bot, commands }: ConversationOptions, message: ChatMessage, text: string): boolean {
  const [, name, bot_] = /^\/([A-Za-z0-9_]+)(?:@([A-Za-z0-9_]+))?(?=\s|$)/.exec(text) ?? [];
  if (name === undefined) return false;
  if (bot_ !== undefined) return bot_.toLowerCase() === bot.botInfo.username.toLowerCase();
  if (message.chat.type === 'private') return true;
  const known = ['start', 'help', ...commands.map((command) => command.name)];
  return known.includes(name.toLowerCase());
}

async function onPress(options: ConversationOptions, press: Press): Promise<void> {
  const answer = answerOnce(options, press.id);
  // Without its message nothing tells the chat, and so not who may press.
  if (press.message === undefined || press.data === undefined) {
    return answer('This message is too old. Ask again.');
  }
  const timer = setTimeout(() => void answer(), PROMPT_MS);
  let reply: Reply;
  try {
    const { id: userId } = press.from;
    const chatId = String(press.message.chat.id);
    const actor: Actor = {
      platform: 'telegram',
      chatId,
      userId: String(userId),
      userName: nameOf(press.from),
    };
    reply = await options.chat.press(actor, press.data);
  } catch (error) {
    await answer('That failed. The log has more.');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const place = placeOf(press.message);
  if (reply.kind === 'toast') {
    const late = answer.isDone();
    await answer(reply.text);
    if (late) await post(options, place, lineOf(reply.text));
    return;
  }
  await answer();
  if (reply.kind === 'post') await post(options, place, reply.message);
  if (reply.kind === 'replace') await replace(options, press.message, reply.message);
}

async function replace(
  options: ConversationOptions,
  old: NonNullable<Press['message']>,
  message: Message,
): Promise<void> {
  const attempt = await patiently(options, () =>
    options.sender.edit(old.chat.id, old.message_id, message, 'rich'),
  );
  const result = editResult(attempt);
  if (attempt.ok || result.kind === 'edited') return;
  if (result.kind === 'gone' || result.kind === 'frozen') return post(options, placeOf(old), message);
  options.log.warn(
    { chatId: old.chat.id, error: describe(attempt.failure) },
    'A message could not be changed.',
  );
}

async function post(options: ConversationOptions, place: Place, message: Message): Promise<void> {
  const attempt = await patiently(options, () => options.sender.postSomehow(place, message));
  options.onReply(place.chatId);
  if (attempt.ok) return;
  options.log.warn({ chatId: place.chatId, error: describe(attempt.failure) }, 'A reply could not be sent.');
}

/** Replies are not queued: a pause that Telegram asks for is waited out here, once. */
async function patiently({ stopping }: ConversationOptions, call: () => Promise<Attempt>): Promise<Attempt> {
  const first = await call();
  if (first.ok || first.failure.kind !== 'refused' || first.failure.retryAfterMs === undefined) return first;
  if (first.failure.retryAfterMs > LONGEST_PAUSE_MS) return first;
  await sleep(first.failure.retryAfterMs, undefined, { signal: stopping }).catch(() => {});
  return stopping.aborted ? first : call();
}

/** Answers a pressed button the first time that it is called; later calls do nothing. */
function answerOnce({ bot, log, timeoutMs }: ConversationOptions, id: string) {
  let done: Promise<void> | undefined;
  const send = async (text: string) => {
    const other = text === '' ? {} : { text: cutText(text.toWellFormed(), LIMITS.callbackAnswer) };
    try {
      await withDeadline({ ms: timeoutMs }, (signal) => bot.api.answerCallbackQuery(id, other, signal));
    } catch (error) {
      // Mostly "query is too old": the press came while we were away. The reply itself is not harmed.
      log.debug?.({ error: describe(failureOf(error)) }, 'A pressed button could not be answered.');
    }
  };
  const answer = (text = ''): Promise<void> => {
    done ??= send(text);
    return done;
  };
  return Object.assign(answer, { isDone: () => done !== undefined });
}

/** Who writes. Anonymous admins and channels share one made-up user; who they are is the chat that they speak for. */
function actorOf({ chat, from, sender_chat: speaker }: ChatMessage): Actor {
  const base = { platform: 'telegram', chatId: String(chat.id) } as const;
  if (speaker) {
    const title = 'title' in speaker ? speaker.title : undefined;
    const name = 'username' in speaker && speaker.username ? `@${speaker.username}` : title;
    return { ...base, userId: String(speaker.id), userName: name ?? 'anonymous' };
  }
  return { ...base, userId: String(from?.id ?? chat.id), userName: from ? nameOf(from) : 'anonymous' };
}

function nameOf(user: { readonly username?: string; readonly first_name: string }): string {
  return user.username ? `@${user.username}` : user.first_name;
}

function placeOf(message: NonNullable<Press['message']>): Place {
  const inTopic = 'is_topic_message' in message && message.is_topic_message === true;
  return { chatId: message.chat.id, ...(inTopic ? { threadId: message.message_thread_id } : {}) };
}

function lineOf(text: string): Message {
  return { summary: text, blocks: [{ type: 'text', spans: [text] }] };
}
