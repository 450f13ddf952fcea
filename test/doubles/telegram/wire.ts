import type { ChatMessage, ChatSpec, Entity, TelegramUser } from './types.ts';
import type { Chat, World } from './world.ts';

/** Chats and messages as the API writes them (https://core.telegram.org/bots/api#available-types). */
export function wireChat(spec: ChatSpec): Record<string, unknown> {
  if (spec.type === 'private') return { id: spec.id, type: 'private', first_name: spec.title ?? 'Person' };
  const forum = (spec.topics?.length ?? 0) > 0 ? { is_forum: true } : {};
  return { id: spec.id, type: spec.type, title: spec.title ?? `Chat ${spec.id}`, ...forum };
}

export function wireMessage(world: World, chat: Chat, message: ChatMessage): Record<string, unknown> {
  const entities = message.entities.length > 0 ? [...message.entities] : undefined;
  const content = message.document
    ? {
        document: wireDocument(message),
        caption: message.text === '' ? undefined : message.text,
        caption_entities: entities,
      }
    : { text: message.text, entities };
  return withoutUndefined({
    message_id: message.messageId,
    ...wireThread(message.threadId),
    from: world.bot,
    chat: wireChat(chat.spec),
    date: Math.floor(message.at / 1000),
    edit_date: message.edits > 0 ? Math.floor(Date.now() / 1000) : undefined,
    ...content,
    reply_markup: message.replyMarkup,
  });
}

/** A message that a person wrote, for an update. */
export function wireUserMessage(
  spec: ChatSpec,
  message: { id: number; from: TelegramUser; text: string; entities: readonly Entity[]; threadId?: number },
): Record<string, unknown> {
  return withoutUndefined({
    message_id: message.id,
    ...wireThread(message.threadId),
    from: message.from,
    chat: wireChat(spec),
    date: Math.floor(Date.now() / 1000),
    text: message.text,
    entities: message.entities.length > 0 ? message.entities : undefined,
  });
}

function wireThread(threadId: number | undefined): Record<string, unknown> {
  return threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true };
}

function wireDocument(message: ChatMessage): Record<string, unknown> {
  const id = `doc-${message.chatId}-${message.messageId}`;
  const { name = 'file', content } = message.document ?? {};
  return { file_id: id, file_unique_id: id, file_name: name, file_size: content?.length ?? 0 };
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
