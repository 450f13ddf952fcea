import type { Destination } from '../../delivery/destination.ts';
import { outcomeOf } from './outcome.ts';
import type { Place, Sender } from './sender.ts';

/** One destination per chat or topic. The id stays what was configured, even when the group gets a new one. */
export function createDestinations(chats: readonly Place[], sender: Sender): readonly Destination[] {
  return chats.map((place) => ({
    id: `telegram:${place.chatId}${place.threadId === undefined ? '' : `:${place.threadId}`}`,
    async send(message) {
      const attempt = await sender.post(place, message);
      return attempt.ok ? { kind: 'sent', messageId: String(attempt.messageId) } : outcomeOf(attempt.failure);
    },
  }));
}
