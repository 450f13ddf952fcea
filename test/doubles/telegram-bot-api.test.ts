import { connect } from 'node:net';
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile } from 'grammy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTelegramDouble, type TelegramDouble } from './telegram-bot-api.ts';

const TOKEN = '123456:TEST';
const GROUP = -100123;
let tg: TelegramDouble;

beforeEach(async () => {
  tg = await startTelegramDouble({ token: TOKEN, callbackTtlMs: 1_000 });
  tg.addChat({ id: GROUP, type: 'supergroup', title: 'Ops', topics: [1, 7], admins: [9] });
  tg.addChat({ id: 42, type: 'private' });
});
afterEach(() => tg.stop());

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read what each method gives.
  readonly result: any;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: Record<string, number>;
}

async function api(method: string, payload: unknown = {}, token = TOKEN): Promise<Answer> {
  const body =
    typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${tg.apiRoot}/bot${token}/${method}`, { method: 'POST', body, headers });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

function send(extra: Record<string, unknown>): Promise<Answer> {
  return api('sendMessage', { chat_id: GROUP, text: 'hello', ...extra });
}

function html(text: string): Promise<Answer> {
  return send({ text, parse_mode: 'HTML' });
}

function button(fields: Record<string, unknown>): Promise<Answer> {
  return send({ reply_markup: { inline_keyboard: [[{ text: 'Press', ...fields }]] } });
}

const found = (answer: Answer) =>
  (answer.result.entities ?? []).map((entity: { type: string; offset: number; length: number }) => [
    entity.type,
    answer.result.text.slice(entity.offset, entity.offset + entity.length),
  ]);

describe('the door', () => {
  it.each([
    ['an unknown token', 'getMe', '123456:OTHER', 401, 'Unauthorized'],
    ['a malformed token', 'getMe', 'nonsense', 404, 'Not Found'],
    ['an unknown method', 'sendPigeon', TOKEN, 404, 'Not Found'],
  ])('refuses %s', async (_, method, token, code, description) => {
    expect(await api(method, {}, token)).toEqual({ status: code, ok: false, error_code: code, description });
  });

  it('ignores the case of a method name and records it as documented', async () => {
    expect(await api('GETME')).toMatchObject({
      ok: true,
      result: { is_bot: true, username: 'tocsin_test_bot' },
    });
    expect(tg.calls).toMatchObject([{ method: 'getMe', response: { ok: true } }]);
  });

  it('refuses a revoked token and takes the new one', async () => {
    tg.revokeToken();
    expect(await api('getMe')).toMatchObject({ error_code: 401 });
    tg.setToken('123456:NEW');
    expect(await api('getMe', {}, '123456:NEW')).toMatchObject({ ok: true });
  });

  it.each([
    ['a lone surrogate', '{"chat_id":-100123,"text":"x\\ud800y"}'],
    [
      'bytes that are no UTF-8',
      new Uint8Array([...Buffer.from('{"text":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    ],
  ])('refuses %s', async (_, body) => {
    const description = 'Bad Request: strings must be encoded in UTF-8';
    expect(await api('sendMessage', body)).toMatchObject({ error_code: 400, description });
  });

  it('drops connections while it is down', async () => {
    tg.setDown(true);
    await expect(api('getMe')).rejects.toThrow();
    tg.setDown(false);
    expect(await api('getMe')).toMatchObject({ ok: true });
  });
});

describe('chats', () => {
  it.each([
    ['no chat', { chat_id: undefined }, 'Bad Request: chat_id is empty'],
    ['an unknown chat', { chat_id: -5 }, 'Bad Request: chat not found'],
    ['a topic that is not there', { message_thread_id: 8 }, 'Bad Request: message thread not found'],
    ['the General topic by number', { message_thread_id: 1 }, 'Bad Request: message thread not found'],
    [
      'a topic in a chat without',
      { chat_id: 42, message_thread_id: 7 },
      'Bad Request: message thread not found',
    ],
    [
      'a reply to nothing',
      { reply_parameters: { message_id: 99 } },
      'Bad Request: message to be replied not found',
    ],
  ])('refuses %s', async (_, extra, description) => {
    expect(await send(extra)).toMatchObject({ status: 400, description });
  });

  it('keeps topic, silence and an id given as text', async () => {
    const sent = await send({ chat_id: String(GROUP), message_thread_id: 7, disable_notification: true });
    expect(sent.result).toMatchObject({ message_thread_id: 7, is_topic_message: true });
    expect(tg.messages(GROUP)).toMatchObject([{ threadId: 7, silent: true, text: 'hello', edits: 0 }]);
  });

  it('answers a migrated group with the new id, for ever', async () => {
    tg.migrate(GROUP, -100999);
    for (let i = 0; i < 2; i++) {
      expect(await send({})).toMatchObject({
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        parameters: { migrate_to_chat_id: -100999 },
      });
    }
    expect(await send({ chat_id: -100999 })).toMatchObject({ ok: true });
    const updates = await api('getUpdates');
    expect(updates.result).toMatchObject([
      { message: { chat: { id: GROUP }, migrate_to_chat_id: -100999 } },
      { message: { chat: { id: -100999 }, migrate_from_chat_id: GROUP } },
    ]);
  });

  it('answers 403 after a kick, until it is let in again', async () => {
    tg.kick(GROUP);
    const description = 'Forbidden: bot was kicked from the supergroup chat';
    expect(await send({})).toMatchObject({ status: 403, description });
    tg.kick(42);
    expect((await send({ chat_id: 42 })).description).toBe('Forbidden: bot was blocked by the user');
    tg.readmit(GROUP);
    expect(await send({})).toMatchObject({ ok: true });
  });

  it('knows chats and their members', async () => {
    expect((await api('getChat', { chat_id: GROUP })).result).toMatchObject({ title: 'Ops', is_forum: true });
    const admin = await api('getChatMember', { chat_id: GROUP, user_id: 9 });
    expect(admin.result.status).toBe('administrator');
    const other = await api('getChatMember', { chat_id: GROUP, user_id: 10 });
    expect(other.result.status).toBe('member');
  });

  it('refuses an unknown chat action', async () => {
    expect(await api('sendChatAction', { chat_id: GROUP, action: 'typing' })).toMatchObject({ ok: true });
    expect(await api('sendChatAction', { chat_id: GROUP, action: 'singing' })).toMatchObject({ status: 400 });
  });
});

describe('text', () => {
  it.each([
    ['nothing', ''],
    ['spaces and line breaks', ' \n\t '],
    ['invisible characters', '\u200b\u2060\ufeff'.replace('\u2060', '\u3000')],
    ['control characters', '\u0000\u0001\r'],
  ])('refuses %s', async (_, text) => {
    expect(await send({ text })).toMatchObject({
      status: 400,
      description: 'Bad Request: message text is empty',
    });
  });

  it('counts 4096 UTF-16 units, after parsing', async () => {
    expect(await html(`<b>${'&lt;'.repeat(4096)}</b>`)).toMatchObject({ ok: true });
    expect(await send({ text: '😀'.repeat(2048) })).toMatchObject({ ok: true });
    const description = 'Bad Request: message is too long';
    expect(await html(`<b>${'&lt;'.repeat(4097)}</b>`)).toMatchObject({ status: 400, description });
    expect(await send({ text: '😀'.repeat(2049) })).toMatchObject({ status: 400, description });
  });

  it('makes control characters a space, drops \\r and trims', async () => {
    expect((await send({ text: ' \na\u0000b\tc\r\nd\u001b[31m \n' })).result.text).toBe('a b c\nd [31m');
  });

  it('moves entities with what was cleaned away before them', async () => {
    expect(found(await html('a\r\u202e<b>b\r\n c</b> '))).toEqual([['bold', 'b\n c']]);
  });

  it('refuses MarkdownV2, which it does not speak', async () => {
    expect((await send({ parse_mode: 'MarkdownV2' })).description).toContain('unsupported parse_mode');
  });
});

describe('HTML', () => {
  it.each([
    ['a bare <', 'a < b', 'Unsupported start tag "" at byte offset 2'],
    ['an unknown tag', 'é<div>x</div>', 'Unsupported start tag "div" at byte offset 2'],
    [
      'a tag that is a property of objects',
      '<constructor>',
      'Unsupported start tag "constructor" at byte offset 0',
    ],
    ['an open tag', '<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
    ['a cut tag', 'x <b', 'Unclosed start tag at byte offset 2'],
    ['a cut attribute', '<a href="x', 'Unclosed start tag at byte offset 0'],
    ['a stray end tag', 'x</b>', 'Unexpected end tag at byte offset 1'],
    ['crossed tags', '<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['a cut end tag', '<b>x</b', 'Unclosed end tag at byte offset 4'],
    ['a plain span', '<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['an unquoted URL', '<a href=http://a.b>x</a>', 'Unexpected end of name token at byte offset 8'],
    [
      'a bare attribute',
      '<a href>x</a>',
      'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    ],
    [
      'half a character by number',
      'x&#xd83d;y',
      'Text contains invalid Unicode characters after decoding HTML entities, ' +
        'check for unmatched surrogate code units',
    ],
  ])('refuses %s', async (_, text, problem) => {
    const description = `Bad Request: can't parse entities: ${problem}`;
    expect(await html(text)).toMatchObject({ status: 400, description });
  });

  it('takes every documented tag', async () => {
    const text =
      '<b>b</b><strong>b</strong><i>i</i><em>i</em><u>u</u><ins>u</ins><s>s</s>' +
      '<strike>s</strike><del>s</del>' +
      '<span class="tg-spoiler">p</span><tg-spoiler>p</tg-spoiler><code>c</code><pre>p</pre>' +
      '<pre><code class="language-ts">t</code></pre><blockquote>q</blockquote>' +
      '<blockquote expandable>e</blockquote><a href="https://a.example">l</a><a href="tg://user?id=7">m</a>' +
      '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>';
    const types = found(await html(text)).map(([type]: [string]) => type);
    expect(new Set(types)).toEqual(
      new Set(
        (
          'bold italic underline strikethrough spoiler code pre blockquote expandable_blockquote ' +
          'text_link text_mention custom_emoji'
        ).split(' '),
      ),
    );
    expect(tg.messages(GROUP)[0]?.entities).toContainEqual(expect.objectContaining({ language: 'ts' }));
  });

  it('decodes four names and numbers, and leaves other names as they are', async () => {
    expect((await html('&lt;&gt;&amp;&quot;&#39;&#x1F600; &nbsp;&apos;')).result.text).toBe(
      '<>&"\'😀 &nbsp;&apos;',
    );
  });

  it.each([
    ['a host without a dot', '<a href="http://localhost:8080">x</a>'],
    ['a scheme it does not know', '<a href="happ://a.b">x</a>'],
    ['no scheme but a colon', '<a href="javascript:alert(1)">x</a>'],
  ])('lets a link vanish that has %s', async (_, text) => {
    expect(found(await html(text))).toEqual([]);
  });

  it('nests nothing in code, and lets code win over a link of the same span', async () => {
    expect(found(await html('<code>a <b>b</b></code>'))).toEqual([['code', 'a b']]);
    expect(found(await html('<b>x <code>y</code> z</b>'))).toEqual([
      ['bold', 'x '],
      ['code', 'y'],
      ['bold', ' z'],
    ]);
    expect(found(await html('<a href="https://a.example"><code>x</code></a>'))).toEqual([['code', 'x']]);
  });

  it('keeps 100 entities and drops the formatting of the rest', async () => {
    const sent = await html('<code>x</code> '.repeat(120));
    expect(sent.result.entities).toHaveLength(100);
  });
});

describe('what Telegram finds by itself', () => {
  it.each([
    ['a link', 'see https://a.example/x?y=1.', [['url', 'https://a.example/x?y=1']]],
    ['a file name with a country for a suffix', 'in main.py line 3', [['url', 'main.py']]],
    ['an address', 'to 10.0.0.1:5432 failed', [['url', '10.0.0.1:5432']]],
    ['a mention', 'by @Override here', [['mention', '@Override']]],
    ['a command', 'no such dir /etc, sorry', [['bot_command', '/etc']]],
    ['a command for a bot', '/errors@other_bot', [['bot_command', '/errors@other_bot']]],
    ['a hashtag', 'issue #fix_me', [['hashtag', '#fix_me']]],
    ['a mail address', 'user bob.b@mail.example.com', [['email', 'bob.b@mail.example.com']]],
    ['a link in brackets', '(https://a.example/b)', [['url', 'https://a.example/b']]],
    [
      'two styles around',
      '<b>x @someone</b>',
      [
        ['bold', 'x @someone'],
        ['mention', '@someone'],
      ],
    ],
  ])('makes %s clickable', async (_, text, expected) => {
    expect(found(await html(text))).toEqual(expected);
  });

  it.each([
    ['localhost', 'http://localhost:3000/x'],
    ['a class name', 'at java.lang.Exception'],
    ['a file of no country', 'app.js, x.ts'],
    ['a path', '/usr/bin/node'],
    ['a number', '#12 and 3.5'],
    ['a short mention', '@ab'],
    ['code', '<code>@someone /cmd https://a.example</code>'],
    ['a block', '<pre>#tag bob@mail.example.com</pre>'],
  ])('leaves %s alone', async (_, text) => {
    const types = found(await html(text)).map(([type]: [string]) => type);
    expect(types.filter((type: string) => type !== 'code' && type !== 'pre')).toEqual([]);
  });
});

describe('buttons', () => {
  it.each([
    ['no text', { text: '', callback_data: 'x' }, 'BUTTON_TEXT_INVALID'],
    ['empty data', { callback_data: '' }, 'BUTTON_DATA_INVALID'],
    ['65 bytes of data', { callback_data: `${'é'.repeat(32)}x` }, 'BUTTON_DATA_INVALID'],
    ['no action', {}, 'text buttons are unallowed in the inline keyboard'],
    ['two actions', { callback_data: 'x', url: 'https://a.example' }, "can't parse inline keyboard button: "],
    [
      'a host without a dot',
      { url: 'http://localhost:1' },
      "button URL 'http://localhost:1' is invalid: Wrong HTTP URL",
    ],
    ['another scheme', { url: 'ftp://a.example' }, 'Unsupported URL protocol'],
    ['an empty URL', { url: '' }, 'BUTTON_URL_INVALID'],
  ])('refuses %s', async (_, fields, problem) => {
    const refused = await button(fields);
    expect(refused.status).toBe(400);
    expect(refused.description).toContain(problem);
  });

  it.each([
    ['64 bytes of data', { callback_data: 'é'.repeat(32) }],
    ['https', { url: 'https://a.example/x' }],
    ['tg', { url: 'tg://user?id=1' }],
  ])('takes %s', async (_, fields) => {
    expect(await button(fields)).toMatchObject({ ok: true });
  });

  it('refuses more than 8 in a row and more than 100 in all', async () => {
    const row = (n: number) => Array.from({ length: n }, (_, i) => ({ text: `${i}`, callback_data: `${i}` }));
    const keyboard = (rows: unknown[]) => send({ reply_markup: { inline_keyboard: rows } });
    const description = 'Bad Request: reply markup is too long';
    expect(await keyboard([row(9)])).toMatchObject({ status: 400, description });
    expect(await keyboard(Array.from({ length: 13 }, () => row(8)))).toMatchObject({
      status: 400,
      description,
    });
    expect(await keyboard(Array.from({ length: 12 }, () => row(8)))).toMatchObject({ ok: true });
  });
});

describe('editing and deleting', () => {
  const keyboard = { inline_keyboard: [[{ text: 'Mute', callback_data: 'm' }]] };
  const edit = (id: number, extra: Record<string, unknown>) =>
    api('editMessageText', { chat_id: GROUP, message_id: id, text: 'hello', ...extra });

  it('refuses an edit that changes nothing, and one of nothing', async () => {
    const { result } = await send({ reply_markup: keyboard });
    const same = await edit(result.message_id, { reply_markup: keyboard });
    expect(same.description).toMatch(/^Bad Request: message is not modified: specified new message content/);
    expect((await edit(99, {})).description).toBe('Bad Request: message to edit not found');
  });

  it('drops the buttons when an edit does not repeat them', async () => {
    const { result } = await send({ reply_markup: keyboard });
    expect(tg.messages(GROUP)[0]?.replyMarkup).toEqual(keyboard);
    expect(await edit(result.message_id, {})).toMatchObject({ ok: true });
    expect(tg.messages(GROUP)).toMatchObject([{ edits: 1, text: 'hello' }]);
    expect(tg.messages(GROUP)[0]?.replyMarkup).toBeUndefined();
  });

  it('changes only the buttons with editMessageReplyMarkup', async () => {
    const { result } = await send({});
    const change = { chat_id: GROUP, message_id: result.message_id, reply_markup: keyboard };
    expect(await api('editMessageReplyMarkup', change)).toMatchObject({ ok: true });
    expect((await api('editMessageReplyMarkup', change)).description).toContain('not modified');
  });

  it('deletes once, and can not edit what people wrote or deleted', async () => {
    const { result } = await send({});
    const target = { chat_id: GROUP, message_id: result.message_id };
    expect(await api('deleteMessage', target)).toMatchObject({ ok: true, result: true });
    expect((await api('deleteMessage', target)).description).toBe('Bad Request: message to delete not found');
    expect((await edit(tg.userSends(GROUP, 'hi'), {})).description).toBe(
      "Bad Request: message can't be edited",
    );
    const gone = (await send({})).result.message_id;
    tg.deleteMessage(GROUP, gone);
    expect((await edit(gone, {})).description).toBe('Bad Request: message to edit not found');
  });
});

describe('commands', () => {
  const set = (command: string, description: string) =>
    api('setMyCommands', { commands: [{ command, description }] });

  it('registers them by scope', async () => {
    await set('errors', 'Open errors');
    const scope = { type: 'chat', chat_id: GROUP };
    await api('setMyCommands', { commands: [{ command: 'mute', description: 'Mute' }], scope });
    expect(tg.commands).toEqual({
      default: [{ command: 'errors', description: 'Open errors' }],
      [`chat:${GROUP}`]: [{ command: 'mute', description: 'Mute' }],
    });
  });

  it.each([
    ['a capital letter', 'Errors', 'x', 'BOT_COMMAND_INVALID'],
    ['a dash', 'mute-all', 'x', 'BOT_COMMAND_INVALID'],
    ['33 characters', 'x'.repeat(33), 'x', 'BOT_COMMAND_INVALID'],
    ['no description', 'x', '', 'BOT_COMMAND_DESCRIPTION_INVALID'],
    ['a long description', 'x', 'x'.repeat(257), 'BOT_COMMAND_DESCRIPTION_INVALID'],
  ])('refuses %s', async (_, command, description, problem) => {
    expect(await set(command, description)).toMatchObject({
      status: 400,
      description: `Bad Request: ${problem}`,
    });
  });

  it('refuses the hundred and first', async () => {
    const commands = Array.from({ length: 101 }, (_, i) => ({ command: `c${i}`, description: 'x' }));
    expect(await api('setMyCommands', { commands })).toMatchObject({ status: 400 });
  });
});

describe('updates', () => {
  it('gives an update again until a higher offset confirms it', async () => {
    tg.userSends(GROUP, '/errors@tocsin_test_bot today', { from: { id: 5, username: 'bob' }, threadId: 7 });
    const first = await api('getUpdates', { timeout: 1 });
    expect(first.result).toMatchObject([
      {
        message: {
          from: { id: 5, username: 'bob' },
          chat: { id: GROUP, type: 'supergroup' },
          message_thread_id: 7,
          entities: [{ type: 'bot_command', offset: 0, length: 23 }],
        },
      },
    ]);
    const id = first.result[0].update_id;
    expect((await api('getUpdates', { offset: id })).result).toHaveLength(1);
    expect((await api('getUpdates', { offset: id + 1 })).result).toHaveLength(0);
  });

  it('waits for an update no longer than asked', async () => {
    const waiting = api('getUpdates', { timeout: 10 });
    setTimeout(() => tg.userSends(GROUP, 'hi'), 50);
    expect((await waiting).result).toMatchObject([{ message: { text: 'hi' } }]);
    const begin = Date.now();
    await api('getUpdates', { offset: -1, timeout: 0 });
    const { result } = await api('getUpdates', { offset: 999_999_999, timeout: 1 });
    expect(result).toEqual([]);
    expect(Date.now() - begin).toBeGreaterThan(900);
  });

  it('leaves out kinds that the bot did not ask for', async () => {
    await api('getUpdates', { allowed_updates: ['callback_query'] });
    tg.userSends(GROUP, 'hi');
    expect((await api('getUpdates')).result).toEqual([]);
  });

  it('ends the older of two polls with 409', async () => {
    const older = api('getUpdates', { timeout: 5 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const newer = api('getUpdates', { timeout: 5 });
    expect(await older).toMatchObject({
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    tg.userSends(GROUP, 'hi');
    expect((await newer).result).toHaveLength(1);
  });
});

describe('pressed buttons', () => {
  const sendButton = async () => (await button({ callback_data: 'go' })).result.message_id as number;

  it('gives the test what the bot answers, once', async () => {
    const pressed = tg.pressButton(GROUP, await sendButton(), 'Press', { from: { id: 5 } });
    const { callback_query: query } = (await api('getUpdates')).result[0];
    expect(query).toMatchObject({
      data: 'go',
      from: { id: 5 },
      message: { text: 'hello', chat: { id: GROUP } },
    });
    const answer = { callback_query_id: query.id, text: 'done' };
    expect((await api('answerCallbackQuery', { ...answer, text: 'x'.repeat(201) })).status).toBe(400);
    expect(await api('answerCallbackQuery', answer)).toMatchObject({ ok: true });
    expect(await pressed).toMatchObject({ text: 'done' });
    expect((await api('answerCallbackQuery', answer)).description).toBe(
      'Bad Request: query is too old and response timeout expired or query ID is invalid',
    );
  });

  it('is rejected when there is no such button, and when the bot is too slow', async () => {
    const id = await sendButton();
    await expect(tg.pressButton(GROUP, id, 'Nope')).rejects.toThrow('has no button "Nope"; it has ["Press"]');
    await expect(tg.pressButton(GROUP, 99, 'Press')).rejects.toThrow('There is no message 99');
    await expect(tg.pressButton(GROUP, id, (b) => b.callback_data === 'go')).rejects.toThrow(
      'within 1000 ms',
    );
  });
});

describe('waiting for messages', () => {
  it('gives each message once, whether it came before or after the asking', async () => {
    await send({ text: 'one' });
    expect((await tg.nextMessage(GROUP)).text).toBe('one');
    const waiting = tg.nextMessage(GROUP, { where: (message) => message.text === 'three' });
    const { result } = await send({ text: 'two' });
    await api('editMessageText', { chat_id: GROUP, message_id: result.message_id, text: 'three' });
    expect(await waiting).toMatchObject({ text: 'three', edits: 1 });
    expect((await tg.nextMessage(GROUP)).text).toBe('two');
    await expect(tg.nextMessage(GROUP, { timeoutMs: 30 })).rejects.toThrow('within 30 ms (nothing unread)');
  });
});

describe('scripted faults', () => {
  it.each([
    [{ kind: '429', retryAfter: 3 }, 429, 'Too Many Requests: retry after 3', { retry_after: 3 }],
    [{ kind: '500' }, 500, 'Internal Server Error', undefined],
    [{ kind: '401' }, 401, 'Unauthorized', undefined],
    [{ kind: '403', description: 'bot is not a member' }, 403, 'Forbidden: bot is not a member', undefined],
    [{ kind: '400', description: 'Bad Request: x' }, 400, 'Bad Request: x', undefined],
  ] as const)('answers %o and is used up', async (fault, status, description, parameters) => {
    tg.fault('sendMessage', fault);
    const refused = await send({});
    expect(refused).toMatchObject({ status, error_code: status, description });
    expect(refused.parameters).toEqual(parameters);
    expect(await send({})).toMatchObject({ ok: true });
    expect(tg.messages(GROUP)).toHaveLength(1);
  });

  it('answers an HTML page for 502', async () => {
    tg.fault('getMe', { kind: '502html' });
    const response = await fetch(`${tg.apiRoot}/bot${TOKEN}/getMe`);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('<h');
  });

  it('breaks the connection before or after the work', async () => {
    tg.fault('sendMessage', { kind: 'reset' });
    await expect(send({ text: 'never' })).rejects.toThrow();
    tg.fault('sendMessage', { kind: 'lost-reply' });
    await expect(send({ text: 'kept' })).rejects.toThrow();
    expect(tg.messages(GROUP).map((message) => message.text)).toEqual(['kept']);
    expect(tg.calls.map((call) => call.response)).toEqual(['lost', 'lost']);
  });

  it('holds a request, and forgets it when the bot hangs up', async () => {
    tg.fault('*', { kind: 'hang', ms: 100 });
    const begin = Date.now();
    await send({});
    expect(Date.now() - begin).toBeGreaterThanOrEqual(95);
    tg.fault('sendMessage', { kind: 'hang', ms: 200 });
    const socket = connect(Number(new URL(tg.apiRoot).port), '127.0.0.1');
    const body = JSON.stringify({ chat_id: GROUP, text: 'gone' });
    const head = `POST /bot${TOKEN}/sendMessage HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    setTimeout(() => socket.destroy(), 50);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(tg.messages(GROUP)).toHaveLength(1);
  });

  it('goes on until it is cleared, if told so', async () => {
    tg.fault('sendMessage', { kind: '500', times: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 3; i++) expect(await send({})).toMatchObject({ status: 500 });
    tg.clearFaults();
    expect(await send({})).toMatchObject({ ok: true });
  });
});

describe('files', () => {
  const upload = async (content: string, caption: string) => {
    const form = new FormData();
    form.set('chat_id', String(GROUP));
    form.set('caption', caption);
    form.set('document', new File([content], 'log.txt'));
    const response = await fetch(`${tg.apiRoot}/bot${TOKEN}/sendDocument`, { method: 'POST', body: form });
    return (await response.json()) as Answer;
  };

  it('takes a document with a caption of up to 1024', async () => {
    expect(await upload('line', 'c'.repeat(1024))).toMatchObject({ ok: true });
    expect(tg.messages(GROUP)[0]?.document).toEqual({ name: 'log.txt', content: Buffer.from('line') });
    expect((await upload('line', 'c'.repeat(1025))).description).toBe(
      'Bad Request: message caption is too long',
    );
    expect((await upload('', '')).description).toBe('Bad Request: file must be non-empty');
  });
});

describe('rate limits, when asked for', () => {
  it('answers 429 after a short burst in one chat', async () => {
    await tg.stop();
    tg = await startTelegramDouble({ token: TOKEN, limits: true });
    tg.addChat({ id: GROUP, type: 'supergroup' });
    for (let i = 0; i < 3; i++) expect(await send({})).toMatchObject({ ok: true });
    expect(await send({})).toMatchObject({ status: 429, parameters: { retry_after: 3 } });
  });
});

describe('with the real grammY', () => {
  let bot: Bot;
  beforeEach(() => {
    bot = new Bot(TOKEN, { client: { apiRoot: tg.apiRoot } });
  });

  it('runs a command and a button from end to end', async () => {
    const keyboard = new InlineKeyboard().text('Mute', 'mute:1');
    bot.command('errors', (ctx) =>
      ctx.reply('<b>3</b> errors', { parse_mode: 'HTML', reply_markup: keyboard }),
    );
    bot.callbackQuery('mute:1', async (ctx) => {
      await ctx.editMessageText('muted');
      await ctx.answerCallbackQuery('Muted.');
    });
    const running = bot.start();
    try {
      tg.userSends(GROUP, '/errors@tocsin_test_bot');
      const shown = await tg.nextMessage(GROUP);
      expect(shown).toMatchObject({ text: '3 errors', entities: [{ type: 'bold' }], parseMode: 'HTML' });
      expect(await tg.pressButton(GROUP, shown.messageId, 'Mute')).toMatchObject({ text: 'Muted.' });
      expect(await tg.nextMessage(GROUP)).toMatchObject({ text: 'muted', edits: 1 });
      expect(tg.messages(GROUP)[0]?.replyMarkup).toBeUndefined();
    } finally {
      await bot.stop();
      await running;
    }
  });

  it('shows a refusal as GrammyError and a broken connection as HttpError', async () => {
    tg.fault('sendMessage', { kind: '429', retryAfter: 2 });
    tg.fault('sendMessage', { kind: 'lost-reply' });
    tg.fault('sendMessage', { kind: '502html' });
    const refused = await bot.api.sendMessage(GROUP, 'x').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GrammyError);
    expect((refused as GrammyError).parameters.retry_after).toBe(2);
    await expect(bot.api.sendMessage(GROUP, 'x')).rejects.toBeInstanceOf(HttpError);
    await expect(bot.api.sendMessage(GROUP, 'x')).rejects.toBeInstanceOf(HttpError);
    expect(tg.messages(GROUP)).toHaveLength(1);
  });

  it('uploads a file', async () => {
    const file = new InputFile(Buffer.from('a log'), 'a.log');
    await bot.api.sendDocument(GROUP, file, { caption: '<i>all</i>', parse_mode: 'HTML' });
    expect(tg.messages(GROUP)).toMatchObject([{ text: 'all', document: { name: 'a.log' } }]);
  });

  it('rejects bot.start() when the token is revoked while it polls', async () => {
    const running = bot.start({ onStart: () => void setTimeout(tg.revokeToken, 50) });
    await expect(running).rejects.toMatchObject({ error_code: 401 });
  });

  it('rejects bot.start() of the older of two bots', async () => {
    const other = new Bot(TOKEN, { client: { apiRoot: tg.apiRoot } });
    let others: Promise<void> | undefined;
    const startOther = () => {
      others = other.start();
    };
    const running = bot.start({ onStart: () => void setTimeout(startOther, 100) });
    await expect(running).rejects.toMatchObject({ error_code: 409 });
    await other.stop();
    await others;
  });
});
