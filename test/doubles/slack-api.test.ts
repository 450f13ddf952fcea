import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  mentionsAndLinks,
  type SlackDouble,
  type SlackDoubleOptions,
  startSlackDouble,
} from './slack-api.ts';

const OPTIONS: SlackDoubleOptions = { botToken: 'xoxb-test', appToken: 'xapp-test', signingSecret: 's3cret' };

let slack: SlackDouble;
/** Bots stop before their Slack does: `stop()` while Bolt reconnects is an unhandled rejection. */
let bots: App[] = [];

beforeEach(async () => {
  slack = await startSlackDouble(OPTIONS);
  slack.addChannel({ id: 'C0OPS', name: 'ops', member: true });
});

afterEach(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  bots = [];
  await slack.stop();
});

type Json = Record<string, unknown>;

async function call(method: string, payload: Json, token = 'xoxb-test', double = slack): Promise<Json> {
  const response = await fetch(double.apiUrl + method, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
    body: JSON.stringify(payload),
  });
  return (await response.json()) as Json;
}

/** As @slack/web-api sends: a form, objects as JSON text, the token in it. */
async function callForm(method: string, payload: Json): Promise<Json> {
  const fields = Object.entries({ token: 'xoxb-test', ...payload }).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const response = await fetch(slack.apiUrl + method, { method: 'POST', body: new URLSearchParams(fields) });
  return (await response.json()) as Json;
}

const post = (payload: Json) => call('chat.postMessage', { channel: 'C0OPS', ...payload });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = (over: Json = {}) => ({ type: 'button', text: plain('Mute'), action_id: 'mute', ...over });
const actions = (...elements: Json[]) => ({ type: 'actions', elements });
const many = <T>(n: number, item: (i: number) => T) => Array.from({ length: n }, (_, i) => item(i));

describe('tokens, scopes and methods', () => {
  it.each([
    ['a method that does not exist', 'chat.shout', 'xoxb-test', 'unknown_method'],
    ['a token that does not exist', 'auth.test', 'xoxb-wrong', 'invalid_auth'],
    ['no token', 'auth.test', '', 'not_authed'],
    ['an app token where a bot token is needed', 'auth.test', 'xapp-test', 'not_allowed_token_type'],
    [
      'a bot token where an app token is needed',
      'apps.connections.open',
      'xoxb-test',
      'not_allowed_token_type',
    ],
    ['a wrong app token', 'apps.connections.open', 'xapp-wrong', 'invalid_auth'],
  ])('it refuses %s', async (_what, method, token, error) => {
    expect(await call(method, {}, token)).toMatchObject({ ok: false, error });
  });

  it('auth.test names the scopes in a header', async () => {
    const response = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-test' },
    });
    expect(response.headers.get('x-oauth-scopes')).toContain('chat:write');
    expect(await response.json()).toMatchObject({ ok: true, user_id: 'U0TOCSIN', bot_id: 'B0TOCSIN' });
  });

  it('a revoked token and a missing scope have their own errors', async () => {
    slack.setScopes(['commands']);
    expect(await post({ text: 'x' })).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
    slack.revokeToken('bot');
    expect(await post({ text: 'x' })).toMatchObject({ error: 'token_revoked' });
  });

  it('the token may stand in the form, and blocks in it are JSON text', async () => {
    const blocks = [section('hello')];
    expect(await callForm('chat.postMessage', { channel: 'C0OPS', blocks })).toMatchObject({ ok: true });
    expect(slack.messages('C0OPS')[0]?.visibleText).toBe('hello');
    expect(slack.calls[0]?.payload).not.toHaveProperty('token');
  });

  it('a body that is not what its type says is refused', async () => {
    const send = async (type: string, body: string) => {
      const headers = { 'content-type': type, authorization: 'Bearer xoxb-test' };
      const response = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST', headers, body });
      return await response.json();
    };
    expect(await send('application/json', '{')).toMatchObject({ error: 'invalid_json' });
    expect(await send('application/json', '[]')).toMatchObject({ error: 'json_not_object' });
    expect(await send('text/plain', 'x')).toMatchObject({ error: 'invalid_post_type' });
  });
});

describe('channels', () => {
  it('unknown, left, archived and private channels refuse', async () => {
    slack.addChannel({ id: 'C0OLD', name: 'old', archived: true });
    slack.addChannel({ id: 'G0SECRET', name: 'secret', isPrivate: true, member: false });
    expect(await post({ channel: 'C0NONE', text: 'x' })).toMatchObject({ error: 'channel_not_found' });
    expect(await post({ channel: 'C0OLD', text: 'x' })).toMatchObject({ error: 'is_archived' });
    expect(await post({ channel: 'G0SECRET', text: 'x' })).toMatchObject({ error: 'channel_not_found' });
    slack.removeFromChannel('C0OPS');
    expect(await post({ text: 'x' })).toMatchObject({ error: 'not_in_channel' });
  });

  it('chat.postMessage takes a name and a person, chat.update only an id', async () => {
    const { ts } = await post({ channel: '#ops', text: 'x' });
    expect(await post({ channel: 'U0ALICE', text: 'x' })).toMatchObject({ ok: true, channel: 'D0ALICE' });
    const update = await call('chat.update', { channel: 'ops', ts, text: 'y' });
    expect(update).toMatchObject({ error: 'channel_not_found' });
  });
});

describe('messages', () => {
  it.each<[string, Json, string]>([
    ['nothing to say', {}, 'no_text'],
    ['blanks only', { text: '  ' }, 'no_text'],
    ['blocks that are not a list', { blocks: '{"blocks":[]}' }, 'invalid_blocks_format'],
    ['51 blocks', { blocks: many(51, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    [
      'more than 13,000 characters',
      { blocks: many(5, () => section('x'.repeat(2700))) },
      'msg_blocks_too_long',
    ],
    ['half an emoji in the text', { text: 'x \ud83d' }, 'invalid_arguments'],
    ['metadata without a payload', { text: 'x', metadata: { event_type: 'a' } }, 'invalid_metadata_format'],
    ['a thread that does not exist', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
  ])('it refuses %s', async (_what, payload, error) => {
    expect(await post(payload)).toMatchObject({ ok: false, error });
    expect(slack.messages('C0OPS')).toHaveLength(0);
  });

  it.each<[string, Json, string]>([
    [
      'a section of 3001',
      section('x'.repeat(3001)),
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['an empty section', section(''), 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      'a section without text',
      { type: 'section' },
      'must define either `text` or `fields` [json-pointer:/blocks/0]',
    ],
    ['half an emoji', section('\ude00'), 'must be valid unicode [json-pointer:/blocks/0/text/text]'],
    [
      '11 fields',
      { type: 'section', fields: many(11, () => plain('x')) },
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field of 2001',
      { type: 'section', fields: [plain('x'.repeat(2001))] },
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'mrkdwn in a header',
      { type: 'header', text: mrkdwn('x') },
      'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a header of 151',
      { type: 'header', text: plain('x'.repeat(151)) },
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'emoji in mrkdwn',
      { type: 'section', text: { ...mrkdwn('x'), emoji: true } },
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    [
      '11 elements of context',
      { type: 'context', elements: many(11, () => plain('x')) },
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['no elements', actions(), 'no less than 1 items allowed [json-pointer:/blocks/0/elements]'],
    [
      '26 buttons',
      actions(...many(26, (i) => button({ action_id: `${i}` }))),
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'two buttons of one action_id',
      actions(button(), button()),
      '`action_id` "mute" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'an action_id of 256',
      actions(button({ action_id: 'x'.repeat(256) })),
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'a mrkdwn button',
      actions(button({ text: mrkdwn('x') })),
      'must be one of: plain_text [json-pointer:/blocks/0/elements/0/text/type]',
    ],
    [
      'a label of 76',
      actions(button({ text: plain('x'.repeat(76)) })),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a value of 2001',
      actions(button({ value: 'x'.repeat(2001) })),
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'an empty value',
      actions(button({ value: '' })),
      'must be more than 0 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'a javascript: url',
      actions(button({ url: 'javascript:alert(1)' })),
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'an unknown style',
      actions(button({ style: 'default' })),
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'an unknown property',
      actions(button({ disabled: true })),
      'invalid additional property: disabled [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a confirm without text',
      actions(button({ confirm: { title: plain('x') } })),
      'missing required field: text [json-pointer:/blocks/0/elements/0/confirm]',
    ],
    ['an unknown block', { type: 'poem' }, 'unsupported type: poem [json-pointer:/blocks/0/type]'],
    [
      'a block_id of 256',
      { type: 'divider', block_id: 'x'.repeat(256) },
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
  ])('it refuses %s and points at it', async (_what, block, message) => {
    const answer = await post({ text: 'x', blocks: [block] });
    expect(answer).toMatchObject({ ok: false, error: 'invalid_blocks' });
    expect(answer['errors']).toContain(message);
    expect(answer['response_metadata']).toMatchObject({
      messages: expect.arrayContaining([`[ERROR] ${message}`]),
    });
  });

  it('a block_id may stand once in a message, an action_id once in a block', async () => {
    const twice = many(2, () => ({ type: 'divider', block_id: 'a' }));
    expect(await post({ blocks: twice })).toMatchObject({ error: 'invalid_blocks' });
    expect(await post({ blocks: [actions(button()), actions(button())] })).toMatchObject({ ok: true });
  });

  it('everything at its limit is taken', async () => {
    const blocks = [
      section('x'.repeat(3000)),
      { type: 'header', text: plain('x'.repeat(150)) },
      { type: 'context', elements: many(10, () => mrkdwn('x')) },
      actions(
        ...many(25, (i) => button({ action_id: `${i}`, style: 'danger', confirm: { text: plain('Sure?') } })),
      ),
      { type: 'divider' },
      { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a curve' },
      { type: 'markdown', text: '**x**' },
    ];
    expect(await post({ text: 'x', blocks })).toMatchObject({ ok: true });
  });

  it('a text beyond 40,000 characters is cut', async () => {
    await post({ text: 'x'.repeat(50_000) });
    expect(slack.messages('C0OPS')[0]?.text).toHaveLength(40_000);
  });

  it('chat.update changes the bot’s own message and keeps what it said before', async () => {
    const { ts } = await post({
      text: 'one',
      blocks: [section('one')],
      metadata: { event_type: 'a', event_payload: { n: 1 } },
    });
    expect(await call('chat.update', { channel: 'C0OPS', ts, text: 'é'.repeat(2001) })).toMatchObject({
      error: 'msg_too_long',
    });
    expect(await call('chat.update', { channel: 'C0OPS', ts: '1.000001', text: 'x' })).toMatchObject({
      error: 'message_not_found',
    });
    expect(await call('chat.update', { channel: 'C0OPS', ts, text: 'two' })).toMatchObject({
      ok: true,
      text: 'two',
    });
    const [message] = slack.messages('C0OPS');
    expect(message).toMatchObject({ text: 'two', blocks: [], metadata: { event_payload: { n: 1 } } });
    expect(message?.edits).toMatchObject([{ text: 'one' }]);
  });

  it('a deleted message is gone, an ephemeral one is nobody else’s', async () => {
    const { ts } = await post({ text: 'x' });
    expect(await call('chat.delete', { channel: 'C0OPS', ts })).toMatchObject({ ok: true });
    expect(await call('chat.delete', { channel: 'C0OPS', ts })).toMatchObject({ error: 'message_not_found' });
    const to = { channel: 'C0OPS', user: 'U0ALICE', text: 'psst' };
    const { message_ts } = await call('chat.postEphemeral', to);
    expect(await call('chat.update', { channel: 'C0OPS', ts: message_ts, text: 'x' })).toMatchObject({
      error: 'message_not_found',
    });
    expect(await call('chat.postEphemeral', { ...to, user: 'U0NONE' })).toMatchObject({
      error: 'user_not_in_channel',
    });
    expect(slack.messages('C0OPS')).toMatchObject([{ deleted: true }, { ephemeralTo: 'U0ALICE' }]);
  });

  it('history and replies show metadata only on request, and only to members', async () => {
    const metadata = { event_type: 'tocsin_alert', event_payload: { fingerprint: 'f' } };
    const { ts } = await post({ text: 'parent', metadata });
    const reply = await post({ text: 'reply', thread_ts: ts, metadata });
    expect(await post({ text: 'x', thread_ts: reply['ts'] })).toMatchObject({
      error: 'cannot_reply_to_message',
    });
    const asked = { channel: 'C0OPS', include_all_metadata: true };
    const parent = { text: 'parent', metadata, reply_count: 1 };
    expect(await call('conversations.history', asked)).toMatchObject({ messages: [parent], has_more: false });
    expect(await call('conversations.replies', { ...asked, ts })).toMatchObject({
      messages: [parent, { text: 'reply' }],
    });
    const plainHistory = await call('conversations.history', { channel: 'C0OPS' });
    expect(JSON.stringify(plainHistory)).not.toContain('fingerprint');
    slack.removeFromChannel('C0OPS');
    expect(await call('conversations.history', asked)).toMatchObject({ error: 'not_in_channel' });
  });

  it('people, bots, channels, permalinks and files can be asked for', async () => {
    const { ts } = await post({ text: 'x' });
    expect(await call('users.info', { user: 'U0ALICE' })).toMatchObject({ user: { tz: 'Europe/Berlin' } });
    expect(await call('users.info', { user: 'U0X' })).toMatchObject({ error: 'user_not_found' });
    expect(await call('bots.info', { bot: 'B0TOCSIN' })).toMatchObject({ bot: { app_id: 'A0TOCSIN' } });
    expect(await call('conversations.info', { channel: 'C0OPS' })).toMatchObject({
      channel: { is_member: true },
    });
    expect(await call('conversations.members', { channel: 'C0OPS' })).toMatchObject({
      members: ['U0ALICE', 'U0BOB', 'U0TOCSIN'],
    });
    const link = await call('chat.getPermalink', { channel: 'C0OPS', message_ts: ts });
    expect(link['permalink']).toContain(String(ts).replace('.', ''));
    const file = await call('files.getUploadURLExternal', { filename: 'a.log', length: 3 });
    await fetch(String(file['upload_url']), { method: 'POST', body: Buffer.from('abc') });
    const files = [{ id: file['file_id'] }];
    expect(await call('files.completeUploadExternal', { files, channel_id: 'C0OPS' })).toMatchObject({
      ok: true,
    });
    expect(slack.files.get(String(file['file_id']))?.content.toString()).toBe('abc');
  });
});

describe('what a reader would see', () => {
  it.each<[string, string, string[]]>([
    ['broadcasts', '<!channel> <!here|x> <!everyone>', ['broadcast', 'broadcast', 'broadcast']],
    ['people, channels, groups', '<@U123> <#C1|ops> <!subteam^S1>', ['user', 'channel', 'usergroup']],
    ['links and dates', '<https://a.b|x> <mailto:a@b.c> <!date^1^{date}|y>', ['link', 'link', 'date']],
    ['a bare address', 'see http://a.b/c?d=1 now', ['link']],
    ['no bare address in code', '`http://a.b` ```x\nhttp://a.b```', []],
    ['an address behind a fence that was closed', '```a``` http://a.b ```c```', ['link']],
    ['a mention even in code', '`<!channel>`', ['broadcast']],
    ['nothing that is escaped', '&lt;!channel&gt; &lt;@U1&gt;', []],
    ['nothing in plain angle brackets', 'List<String> a <init> <3', []],
  ])('%s', (_what, text, kinds) => {
    expect(mentionsAndLinks(text).map((r) => r.kind)).toEqual(kinds);
  });

  it('a message collects them over its text and blocks', async () => {
    const verbatim = { type: 'section', text: { ...mrkdwn('@here http://a.b'), verbatim: true } };
    await post({
      text: 'plain',
      blocks: [verbatim, { type: 'header', text: plain('<!channel> http://a.b') }],
    });
    await post({ text: '<!here>', blocks: [section('@channel &lt;b&gt; <https://a.b|site>')] });
    const [quiet, loud] = slack.messages('C0OPS');
    expect(quiet?.references).toEqual([]);
    expect(loud?.references.map((r) => r.raw)).toEqual(['<!here>', '@channel', '<https://a.b|site>']);
    expect(loud?.visibleText).toBe('@channel <b> site');
  });
});

describe('faults', () => {
  const once = async () => {
    const headers = { authorization: 'Bearer xoxb-test', 'content-type': 'application/json' };
    const body = JSON.stringify({ channel: 'C0OPS', text: 'x' });
    return await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body });
  };

  it('they come in the order in which they were set, then everything works again', async () => {
    slack.fault('chat.postMessage', { kind: '429', retryAfter: 7 });
    slack.fault('chat.postMessage', { kind: '500' });
    slack.fault('chat.postMessage', { kind: '502html' });
    slack.fault('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    const limited = await once();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await limited.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect((await once()).status).toBe(500);
    expect((await once()).headers.get('content-type')).toContain('html');
    expect(await (await once()).json()).toEqual({ ok: false, error: 'not_in_channel' });
    expect(slack.messages('C0OPS')).toHaveLength(0);
    expect((await once()).status).toBe(200);
  });

  it('a reset loses the message, a lost reply does not', async () => {
    slack.fault('chat.postMessage', { kind: 'reset' });
    await expect(once()).rejects.toThrow();
    expect(slack.messages('C0OPS')).toHaveLength(0);
    slack.fault('chat.postMessage', { kind: 'lost-reply' });
    await expect(once()).rejects.toThrow();
    expect(slack.messages('C0OPS')).toHaveLength(1);
  });

  it('a fault can last until it is cleared, and a hang ends', async () => {
    slack.fault('*', { kind: '500' }, Number.POSITIVE_INFINITY);
    expect([(await once()).status, (await once()).status]).toEqual([500, 500]);
    slack.clearFaults();
    slack.fault('chat.postMessage', { kind: 'hang', ms: 50 });
    expect((await once()).status).toBe(200);
  });

  it('while it is down, every connection breaks', async () => {
    slack.setDown(true);
    await expect(once()).rejects.toThrow();
    slack.setDown(false);
    expect((await once()).status).toBe(200);
  });

  it('with limits a burst of a channel is slowed down', async () => {
    const limited = await startSlackDouble({ ...OPTIONS, limits: true });
    onTestFinished(() => limited.stop());
    limited.addChannel({ id: 'C0OPS', name: 'ops' });
    const answers = [];
    for (let i = 0; i < 5; i += 1) {
      answers.push(await call('chat.postMessage', { channel: 'C0OPS', text: `${i}` }, 'xoxb-test', limited));
    }
    expect(answers.map((a) => a['error'])).toEqual([
      undefined,
      undefined,
      undefined,
      'ratelimited',
      'ratelimited',
    ]);
  });
});

describe('the incoming webhook', () => {
  const hook = async (body: string, url = slack.webhookUrl) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return [response.status, await response.text()];
  };

  it('answers in words', async () => {
    expect(await hook('{"text":"x"}')).toEqual([200, 'ok']);
    expect(await hook('not json')).toEqual([400, 'invalid_payload']);
    expect(await hook('{}')).toEqual([400, 'no_text']);
    expect(await hook(JSON.stringify({ blocks: [section('')] }))).toEqual([400, 'invalid_blocks']);
    expect(await hook('{"text":"x"}', `${slack.webhookUrl}x`)).toEqual([404, 'no_service']);
    slack.fault('webhook', { kind: '429', retryAfter: 3 });
    expect(await hook('{"text":"x"}')).toEqual([429, 'rate_limited']);
    expect(slack.messages('C0HOOK')).toMatchObject([{ text: 'x', via: 'webhook' }]);
  });
});

describe('with the real Bolt', () => {
  async function boltApp(over: Json = {}) {
    const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
    const receiver = new SocketModeReceiver({
      appToken: 'xapp-test',
      logLevel: LogLevel.ERROR,
      clientPingTimeout: 300,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
      ...over,
    });
    const app = new App({
      token: 'xoxb-test',
      receiver,
      clientOptions,
      deferInitialization: true,
      logLevel: LogLevel.ERROR,
    });
    app.command('/errors', async ({ ack, respond, command }) => {
      await ack();
      await respond({
        text: `for ${command.user_name}`,
        blocks: [section('list'), actions(button({ value: '7' }))],
      });
    });
    app.action('mute', async ({ ack, respond, action }) => {
      await ack();
      const value = 'value' in action ? String(action.value) : '';
      await respond({ replace_original: true, text: `muted ${value}` });
    });
    app.command('/loud', async ({ ack }) => {
      await ack({ response_type: 'in_channel', text: 'said in the ack' });
    });
    app.command('/silent', async () => {});
    await app.init();
    await app.start();
    bots.push(app);
    return app;
  }

  it('a command is acknowledged and answered, a button replaces the answer', async () => {
    await boltApp();
    const { ackMs } = await slack.slash('C0OPS', '/errors', '5');
    expect(ackMs).toBeLessThan(1000);
    const answer = await slack.nextMessage('C0OPS');
    expect(answer).toMatchObject({ text: 'for alice', ephemeralTo: 'U0ALICE', via: 'response_url' });
    expect(answer.visibleText).toBe('list\n[Mute]');
    await expect(slack.press('C0OPS', answer.ts, 'Explode')).rejects.toThrow('it has: "Mute"');
    await slack.press('C0OPS', answer.ts, 'Mute');
    await slack.waitFor(() => answer.text === 'muted 7');
    expect(answer.edits).toHaveLength(1);
    await slack.slash('C0OPS', '/loud');
    expect(await slack.nextMessage('C0OPS')).toMatchObject({ text: 'said in the ack', via: 'ack' });
    await expect(slack.slash('C0OPS', '/silent')).rejects.toThrow('operation_timeout');
  });

  it('it posts, and its refusals arrive as errors with data', async () => {
    const app = await boltApp();
    await app.client.chat.postMessage({ channel: 'C0OPS', text: 'x', blocks: [section('hi')] });
    expect(await slack.nextMessage('C0OPS')).toMatchObject({ via: 'chat.postMessage' });
    const refused = app.client.chat.postMessage({ channel: 'C0NONE', text: 'x' });
    await expect(refused).rejects.toMatchObject({ data: { error: 'channel_not_found' } });
  });

  it.each<[string, () => void]>([
    ['a dropped socket', () => slack.dropSockets()],
    ['a refresh', () => slack.sendDisconnect('refresh_requested')],
    ['a half-open link', () => slack.halfOpen()],
  ])('it comes back after %s', async (_what, breakIt) => {
    await boltApp();
    await slack.waitConnected();
    const opened = () => slack.calls.filter((c) => c.method === 'apps.connections.open').length;
    breakIt();
    await slack.waitFor(() => opened() === 2 && slack.connected() === 1, 15_000);
    await slack.slash('C0OPS', '/errors');
    expect(await slack.nextMessage('C0OPS')).toMatchObject({ text: 'for alice' });
  });

  it('without a socket a command fails as people see it', async () => {
    await expect(slack.slash('C0OPS', '/errors')).rejects.toThrow('dispatch_failed');
  });

  it('a wrong app token rejects start()', async () => {
    await expect(boltApp({ appToken: 'xapp-wrong' })).rejects.toMatchObject({
      data: { error: 'invalid_auth' },
    });
  });

  it('HTTP mode verifies the signature, and a response_url ends after five uses', async () => {
    const receiver = new HTTPReceiver({ signingSecret: 's3cret', logLevel: LogLevel.ERROR });
    const clientOptions = { slackApiUrl: slack.apiUrl };
    const app = new App({ token: 'xoxb-test', receiver, clientOptions, deferInitialization: true });
    const urls: string[] = [];
    app.command('/errors', async ({ ack, command }) => {
      urls.push(command.response_url);
      await ack('done');
    });
    await app.init();
    const server = await receiver.start(0);
    bots.push(app);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    slack.httpTarget = `http://127.0.0.1:${port}/slack/events`;
    expect(await slack.verifyUrl()).toBe(true);
    expect(await slack.slash('C0OPS', '/errors')).toMatchObject({ ackPayload: { text: 'done' } });
    const send = async () => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(urls[0] ?? '', { method: 'POST', headers, body: '{"text":"x"}' });
      return [response.status, ((await response.json()) as Json)['error']];
    };
    for (let i = 0; i < 5; i += 1) expect(await send()).toEqual([200, undefined]);
    expect(await send()).toEqual([404, 'used_url']);
    slack.expireResponseUrls();
    expect(await send()).toEqual([404, 'expired_url']);
  });
});
