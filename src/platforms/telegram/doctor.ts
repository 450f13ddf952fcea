import type { Chat, ChatMember, User, WebhookInfo } from 'grammy/types';
import { type ApiAnswer, askApi } from '../ask-api.ts';
import { type Examination, type Finding, ok, skipped, wrong } from '../finding.ts';
import { outcomeOf, TOKEN_REFUSED } from './outcome.ts';

export interface TelegramExamined {
  readonly token: string;
  readonly apiRoot?: string | undefined;
  readonly places: readonly { readonly chatId: string; readonly threadId?: number | undefined }[];
  /** Chats that may give commands. */
  readonly allowedChats: readonly string[];
  /** Whether the bot runs at present and polls. */
  readonly running: boolean;
  readonly now: () => number;
}

const NAME = 'Telegram';
const DEFAULT_ROOT = 'https://api.telegram.org';
const GENERAL_TOPIC = 1;

type Answered<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly error: string; readonly migratedTo?: number };
type Call = <T>(method: string, fields?: Record<string, string>) => Promise<Answered<T>>;

/** Asks Telegram whether the token is good, whether polling will work, and whether the bot may write into each chat. */
export async function examineTelegram(options: TelegramExamined): Promise<Examination> {
  const { token, apiRoot = DEFAULT_ROOT, now } = options;
  let clockAheadMs: number | undefined;
  const call: Call = async (method, fields = {}) => {
    const url = `${apiRoot.replace(/\/+$/, '')}/bot${token}/${method}`;
    const answer = await askApi({ url, fields, now });
    if (answer.kind === 'answer') clockAheadMs ??= answer.clockAheadMs;
    return answeredBy(answer);
  };
  const me = await call<User & { can_read_all_group_messages?: boolean }>('getMe');
  if (!me.ok) {
    const text = me.error === TOKEN_REFUSED ? me.error : `${me.error}. Check the network${orRoot(options)}`;
    const rest = skipped(`${NAME} chats`, 'not asked, because the bot could not log in');
    return { findings: [wrong(NAME, text), rest], clockAheadMs };
  }
  const chats = [...new Set(options.places.map(({ chatId }) => chatId))];
  const looks = [webhook(call, options.running), ...chats.map((id) => chat(call, options, id, me.result.id))];
  const privacy = me.result.can_read_all_group_messages
    ? 'privacy mode is off: it is sent all that is said in its groups and needs none of it; @BotFather, /setprivacy turns it on'
    : 'privacy mode is on, commands arrive all the same';
  const login = ok(NAME, `the token is good: @${me.result.username ?? me.result.first_name}; ${privacy}`);
  return { findings: [login, ...(await Promise.all(looks)).flat()], clockAheadMs };
}

function orRoot({ apiRoot }: TelegramExamined): string {
  return apiRoot === undefined ? ', or set TELEGRAM_API_ROOT to a proxy' : ' and TELEGRAM_API_ROOT';
}

function answeredBy<T>(answer: ApiAnswer): Answered<T> {
  if (answer.kind === 'unreachable') {
    return { ok: false, error: `Telegram cannot be reached (${answer.reason})` };
  }
  const body = answer.body as
    | { ok?: boolean; result?: T; error_code?: number; description?: string; parameters?: Parameters }
    | undefined;
  if (body?.ok === true) return { ok: true, result: body.result as T };
  if (body?.description === undefined) {
    return { ok: false, error: `an answer that is not of the Bot API (HTTP ${answer.status})` };
  }
  const { retry_after: seconds, migrate_to_chat_id: migratedTo } = body.parameters ?? {};
  const outcome = outcomeOf({
    kind: 'refused',
    code: body.error_code ?? answer.status,
    description: body.description,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
    migratedTo,
  });
  const error =
    'error' in outcome ? outcome.error : `Telegram asks for a pause of ${seconds ?? 'some'} s: ask later`;
  return { ok: false, error, ...(migratedTo === undefined ? {} : { migratedTo }) };
}

interface Parameters {
  readonly retry_after?: number;
  readonly migrate_to_chat_id?: number;
}

async function webhook(call: Call, running: boolean): Promise<Finding[]> {
  const info = await call<WebhookInfo>('getWebhookInfo');
  if (!info.ok) return [wrong(`${NAME} updates`, info.error)];
  const { url, pending_update_count: pending } = info.result;
  if (url) {
    const where = URL.canParse(url) ? new URL(url).host : 'another address';
    const text = `a webhook to ${where} is set, so polling does not work: Tocsin takes it away when it starts, and what it served falls silent. Give Tocsin a bot of its own (@BotFather, /newbot)`;
    return [wrong(`${NAME} updates`, text)];
  }
  const waiting = pending === 0 ? 'none waits' : `${pending} wait`;
  const when = pending > 0 && !running ? ' and will be answered when the bot starts' : '';
  return [ok(`${NAME} updates`, `no webhook is set, polling works; ${waiting}${when}`)];
}

/** A chat as getChat tells it: the kinds of chat have different fields. */
interface AnyChat {
  readonly type: Chat['type'];
  readonly title?: string;
  readonly is_forum?: boolean;
  readonly permissions?: { readonly can_send_messages?: boolean };
}

async function chat(
  call: Call,
  options: TelegramExamined,
  chatId: string,
  botId: number,
): Promise<Finding[]> {
  const about = `${NAME} ${chatId}`;
  const [found, member] = await Promise.all([
    call<AnyChat>('getChat', { chat_id: chatId }),
    call<ChatMember>('getChatMember', { chat_id: chatId, user_id: String(botId) }),
  ]);
  if (!found.ok)
    return [wrong(about, found.migratedTo === undefined ? found.error : movedTo(found.migratedTo))];
  const { type, title } = found.result;
  const named = `${about}${title === undefined ? '' : ` "${title}"`}`;
  if (!member.ok) return [wrong(named, member.error)];
  const obstacle = obstacleOf(found.result, member.result);
  if (obstacle !== undefined) return [wrong(named, obstacle)];
  const commands = options.allowedChats.includes(chatId)
    ? ''
    : '; commands and buttons are refused there, because ALLOWED_CHAT_IDS does not name it';
  const threads = options.places.filter((place) => place.chatId === chatId).map(({ threadId }) => threadId);
  return [
    ok(named, `a ${type}, the bot may post there (${member.result.status})${commands}`),
    ...threads.flatMap((threadId) => topic(named, found.result, threadId)),
  ];
}

function movedTo(chatId: number): string {
  return `the group became a supergroup and its id is now ${chatId}: put that into ALERT_TELEGRAM_CHAT_ID, and into ALLOWED_CHAT_IDS if it is set`;
}

/** Why the bot may not post, and what to do; https://core.telegram.org/bots/api#chatmember */
function obstacleOf({ type, permissions }: AnyChat, member: ChatMember): string | undefined {
  if (member.status === 'left' || member.status === 'kicked')
    return `the bot is not in the chat (${member.status}): add it again`;
  if (type === 'channel') {
    return member.status === 'administrator' && member.can_post_messages
      ? undefined
      : 'the bot may not post in the channel: make it an administrator that may post messages';
  }
  const muted =
    (member.status === 'restricted' && !member.can_send_messages) ||
    (member.status === 'member' && permissions?.can_send_messages === false);
  return muted
    ? 'the bot may not write in the chat: allow it to send messages, or make it an administrator'
    : undefined;
}

/** Whether a topic exists cannot be asked: only sending shows it. */
function topic(about: string, { is_forum: isForum }: AnyChat, threadId: number | undefined): Finding[] {
  if (!isForum) {
    return threadId === undefined
      ? []
      : [wrong(about, `the chat has no topics, but topic ${threadId} is asked for: remove ":${threadId}"`)];
  }
  if (threadId === undefined || threadId === GENERAL_TOPIC)
    return [
      ok(about, 'it has topics, alerts go to General; "id:topic" in ALERT_TELEGRAM_CHAT_ID chooses another'),
    ];
  return [skipped(about, `whether topic ${threadId} exists is only seen by sending: use --send`)];
}
