import { captionText, messageText } from './formatted-text.ts';
import { parseKeyboard } from './keyboard.ts';
import type { Methods } from './methods.ts';
import { flag, integer, isFile } from './payload.ts';
import type { RateLimiter } from './rate-limits.ts';
import { badRequest } from './refusal.ts';
import type { ChatMessage, FormattedText, Keyboard, Payload, SentFile } from './types.ts';
import { wireMessage } from './wire.ts';
import type { Chat, World } from './world.ts';

const CHAT_ACTIONS = new Set(
  (
    'typing upload_photo record_video upload_video record_voice upload_voice upload_document ' +
    'choose_sticker find_location record_video_note upload_video_note'
  ).split(' '),
);

/** Sending, editing and deleting (https://core.telegram.org/bots/api#sendmessage and below). */
export function messageMethods(world: World, limit: RateLimiter): Methods {
  const post = (payload: Payload, content: FormattedText, rawText: unknown, document?: SentFile) => {
    const chat = world.reachableChat(payload['chat_id']);
    const target = targetOf(chat, payload);
    const replyMarkup = parseKeyboard(payload['reply_markup']);
    limit(chat.spec.id, Date.now());
    const message: ChatMessage = {
      messageId: world.nextMessageId(chat),
      chatId: chat.spec.id,
      ...target,
      ...content,
      ...(replyMarkup && { replyMarkup }),
      ...(document && { document }),
      silent: flag(payload['disable_notification']),
      rawText: String(rawText ?? ''),
      ...parseModeOf(payload),
      edits: 0,
      at: Date.now(),
    };
    return wireMessage(world, chat, world.put(message));
  };

  const change = (payload: Payload, edit: (old: ChatMessage) => ChatMessage) => {
    const chat = world.reachableChat(payload['chat_id']);
    const old = messageToEdit(chat, payload);
    const changed = edit(old);
    if (sameContent(old, changed)) throw badRequest(NOT_MODIFIED);
    limit(chat.spec.id, Date.now());
    return wireMessage(world, chat, world.put({ ...changed, edits: old.edits + 1 }));
  };

  return {
    sendMessage: (payload) =>
      post(payload, messageText(payload['text'], payload['parse_mode']), payload['text']),

    sendDocument: (payload) => {
      const document = documentOf(payload);
      return post(
        payload,
        captionText(payload['caption'], payload['parse_mode']),
        payload['caption'],
        document,
      );
    },

    editMessageText: (payload) =>
      change(payload, (old) => {
        const content = messageText(payload['text'], payload['parse_mode']);
        if (old.document) throw badRequest('there is no text in the message to edit');
        const { parseMode: _, ...rest } = withMarkup(old, parseKeyboard(payload['reply_markup']));
        return { ...rest, ...content, rawText: String(payload['text']), ...parseModeOf(payload) };
      }),

    editMessageReplyMarkup: (payload) =>
      change(payload, (old) => withMarkup(old, parseKeyboard(payload['reply_markup']))),

    deleteMessage: (payload) => {
      const chat = world.reachableChat(payload['chat_id']);
      const id = integer(payload['message_id']);
      if (id === undefined) throw badRequest('message identifier is not specified');
      if (!chat.messages.delete(id) && !chat.fromPeople.delete(id)) {
        throw badRequest('message to delete not found');
      }
      return true;
    },

    sendChatAction: (payload) => {
      targetOf(world.reachableChat(payload['chat_id']), payload);
      if (!CHAT_ACTIONS.has(String(payload['action']))) {
        throw badRequest('wrong parameter action in request');
      }
      return true;
    },
  };
}

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as ' +
  'a current content and reply markup of the message';

/** The topic and the message that is replied to; both must exist. */
function targetOf(chat: Chat, payload: Payload): { threadId?: number; replyTo?: number } {
  const thread = payload['message_thread_id'];
  const threadId = integer(thread);
  const hasThread = thread !== undefined && thread !== null && threadId !== 0;
  if (hasThread && (threadId === undefined || !chat.spec.topics?.includes(threadId) || threadId === 1)) {
    throw badRequest('message thread not found');
  }
  const replyTo = repliedMessage(chat, payload);
  return {
    ...(hasThread && threadId !== undefined && { threadId }),
    ...(replyTo !== undefined && { replyTo }),
  };
}

function repliedMessage(chat: Chat, payload: Payload): number | undefined {
  const parameters = payload['reply_parameters'] as Payload | undefined;
  const id = integer(parameters?.['message_id'] ?? payload['reply_to_message_id']);
  if (id === undefined || chat.messages.has(id) || chat.fromPeople.has(id)) return id;
  const optional = flag((parameters ?? payload)['allow_sending_without_reply']);
  if (!optional) throw badRequest('message to be replied not found');
  return undefined;
}

function messageToEdit(chat: Chat, payload: Payload): ChatMessage {
  const id = integer(payload['message_id']);
  if (id === undefined) throw badRequest('message identifier is not specified');
  const message = chat.messages.get(id);
  if (message) return message;
  throw badRequest(chat.fromPeople.has(id) ? "message can't be edited" : 'message to edit not found');
}

/** The file itself, or the part of the request that `attach://name` points to. */
function documentOf(payload: Payload): SentFile {
  const document = payload['document'];
  if (document === undefined || document === '') throw badRequest('there is no document in the request');
  const attached = /^attach:\/\/(.+)$/.exec(String(document))?.[1];
  const file = attached === undefined ? document : payload[attached];
  if (!isFile(file)) throw badRequest('wrong file identifier/HTTP URL specified');
  if (file.content.length === 0) throw badRequest('file must be non-empty');
  return file;
}

/** Without a new keyboard the old one goes, as on the real API. */
function withMarkup(message: ChatMessage, replyMarkup: Keyboard | undefined): ChatMessage {
  const { replyMarkup: _, ...rest } = message;
  return replyMarkup ? { ...rest, replyMarkup } : rest;
}

function sameContent(a: ChatMessage, b: ChatMessage): boolean {
  const content = (message: ChatMessage) =>
    JSON.stringify([message.text, message.entities, message.replyMarkup ?? null]);
  return content(a) === content(b);
}

function parseModeOf(payload: Payload): { parseMode?: string } {
  const mode = payload['parse_mode'];
  return mode === undefined || mode === null || mode === '' ? {} : { parseMode: String(mode) };
}
