import type { Budget } from '../../delivery/budget.ts';
import type { Destination, EditResult, SendResult } from '../../delivery/destination.ts';
import type { Message } from '../../message/message.ts';
import { outcomeOf } from './outcome.ts';
import type { Attempt, Place, Sender } from './sender.ts';

/** The message is not there any more, or not one that may be changed (td, `get_message_force`, `edit_message_text`). */
const GONE = /message to edit not found|MESSAGE_ID_INVALID/i;
const FROZEN = /can't be edited|no text in the message/i;
const UNCHANGED = /message is not modified/i;

export interface DestinationsOptions {
  readonly chats: readonly Place[];
  readonly sender: Sender;
  /** What a chat takes without a 429; its topics share it. */
  readonly budgetsOf: (chatId: number | string) => readonly Budget[];
}

/** One destination per chat or topic. The id stays what was configured, even when the group gets a new one. */
export function createDestinations({
  chats,
  sender,
  budgetsOf,
}: DestinationsOptions): readonly Destination[] {
  return chats.map((place) => ({
    id: `telegram:${place.chatId}${place.threadId === undefined ? '' : `:${place.threadId}`}`,
    budgets: budgetsOf(place.chatId),
    async send(message, { step }): Promise<SendResult> {
      const attempt = await sender.post(place, message, step);
      if (!attempt.ok) return outcomeOf(attempt.failure);
      await attach(sender, place, message, step);
      return { kind: 'sent', messageId: messageIdOf(attempt, place) };
    },
    async edit(messageId, message, { step }): Promise<EditResult> {
      const [id = '', chatId = String(place.chatId)] = messageId.split('@');
      // Messages of the old group have other numbers in the new one: there it would be another message.
      if (chatId !== String(sender.chatOf(place.chatId))) return { kind: 'frozen' };
      return editResult(await sender.edit(place.chatId, Number(id), message, step));
    },
  }));
}

/** The number of a message, and its chat if that is not the configured one: `17`, `17@-1001234`. */
function messageIdOf({ messageId, chatId }: Attempt & { readonly ok: true }, place: Place): string {
  return String(chatId) === String(place.chatId) ? String(messageId) : `${messageId}@${chatId}`;
}

/** The full list behind a message, for whom it is cut too short; at the last step the file is the message. */
async function attach(sender: Sender, place: Place, message: Message, step: string): Promise<void> {
  if (message.attachment && step !== 'line') await sender.attach(place, message.attachment);
}

/** What an attempt to edit means. An identical text is an error of Telegram's, and no harm. */
export function editResult(attempt: Attempt): EditResult {
  if (attempt.ok) return { kind: 'edited' };
  const { failure } = attempt;
  const said = failure.kind === 'refused' ? failure.description : '';
  if (UNCHANGED.test(said)) return { kind: 'edited' };
  if (FROZEN.test(said) || (failure.kind === 'refused' && failure.migratedTo !== undefined))
    return { kind: 'frozen' };
  return GONE.test(said) ? { kind: 'gone' } : outcomeOf(attempt.failure);
}
