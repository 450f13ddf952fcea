import type { App } from '@slack/bolt';
import { Budget } from '../../delivery/budget.ts';
import type {
  Destination,
  EditResult,
  FindResult,
  SendOptions,
  SendResult,
} from '../../delivery/destination.ts';
import { fileTextOf } from '../../message/file-text.ts';
import type { Message } from '../../message/message.ts';
import { outcomeOf } from './outcome.ts';
import { RATES } from './rates.ts';
import { renderSlack } from './render.ts';

type Client = App['client'];

/** Metadata of every message that we post, by which it is found again (https://docs.slack.dev/messaging/message-metadata). */
const EVENT_TYPE = 'tocsin_message';
/** What `chat.update` says of a message that is not there, or may not be changed (https://docs.slack.dev/reference/methods/chat.update). */
const GONE = 'message_not_found';
const FROZEN = new Set(['cant_update_message', 'edit_window_closed']);
/** Messages of a channel that are looked through for one whose answer was lost, newest first: so many pages of so many. */
const PAGE = 200;
const MOST_PAGES = 5;
/** Our clock and Slack's may differ by this much. */
const CLOCKS_MS = 120_000;

const QUIET = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

/** A channel of Slack that alerts go to. */
export function createChannel(
  channel: string,
  client: () => Client,
  log: { warn(fields: object, message: string): void },
): Destination {
  async function send(message: Message, { step, key }: SendOptions): Promise<SendResult> {
    try {
      const answer = await client().chat.postMessage({
        channel,
        ...renderSlack(message, { actions: true, step }),
        ...QUIET,
        metadata: { event_type: EVENT_TYPE, event_payload: { key } },
      });
      const messageId = answer.ts ?? '';
      if (step === 'line' || message.attachment) await attach(message, messageId);
      return { kind: 'sent', messageId };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  /** A file in the message's thread. It only says more: nothing waits for it. */
  async function attach(message: Message, thread: string): Promise<void> {
    const { name } = message.attachment ?? { name: 'message.txt' };
    try {
      const where = { channel_id: channel, thread_ts: thread };
      await client().filesUploadV2({ ...where, filename: name, content: fileTextOf(message) });
    } catch (error) {
      log.warn({ channel, error: reasonOf(error) }, 'A file could not be sent to Slack (scope files:write).');
    }
  }

  return {
    id: `slack:${channel}`,
    budgets: [new Budget(RATES)],
    send,
    async edit(messageId, message, { step }): Promise<EditResult> {
      try {
        await client().chat.update({
          channel,
          ts: messageId,
          ...renderSlack(message, { actions: true, step }),
          parse: 'none',
          link_names: false,
        });
        return { kind: 'edited' };
      } catch (error) {
        const name = (error as { data?: { error?: string } }).data?.error ?? '';
        if (name === GONE) return { kind: 'gone' };
        return FROZEN.has(name) ? { kind: 'frozen' } : outcomeOf(error);
      }
    },
    async find(key, sinceMs): Promise<FindResult> {
      try {
        const oldest = String((sinceMs - CLOCKS_MS) / 1000);
        let cursor: string | undefined;
        for (let page = 0; page < MOST_PAGES; page += 1) {
          const answer = await client().conversations.history({
            channel,
            oldest,
            limit: PAGE,
            include_all_metadata: true,
            ...(cursor === undefined ? {} : { cursor }),
          });
          const found = answer.messages?.find(
            ({ metadata }) => (metadata?.event_payload as { key?: string } | undefined)?.key === key,
          );
          if (found?.ts) return { kind: 'found', messageId: found.ts };
          if (!answer.has_more) return { kind: 'absent' };
          cursor = answer.response_metadata?.next_cursor;
          if (!cursor) break;
        }
        // A channel in which more was written since than we look through says nothing.
        return { kind: 'unknown' };
      } catch (error) {
        const outcome = outcomeOf(error);
        const name = (error as { data?: { error?: string } }).data?.error ?? '';
        if (name === 'missing_scope' || name === 'unknown_method' || outcome.kind === 'rejected')
          return { kind: 'unknown' };
        return outcome;
      }
    },
  };
}

function reasonOf(error: unknown): string {
  const outcome = outcomeOf(error);
  return 'error' in outcome ? outcome.error : 'rate limited';
}
