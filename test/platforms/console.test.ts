import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { saying, startConsole } from './console-server.ts';

const FIRST = { step: 'rich', key: 'test:1' } as const;

test('it is one destination that is always connected, and sending numbers the messages', async () => {
  const { tocsin } = await startConsole();
  await tocsin.start();
  expect(tocsin.name).toBe('console');
  expect(tocsin.status()).toEqual({ state: 'connected' });
  expect(tocsin.destinations.map(({ id }) => id)).toEqual(['console']);
  const send = tocsin.destinations[0]?.send ?? expect.fail();
  expect(await send(saying('a'), FIRST)).toEqual({ kind: 'sent', messageId: expect.any(String) });
  expect(await send(saying('b'), FIRST)).toEqual({ kind: 'sent', messageId: expect.any(String) });
});

test.each([
  ['/', 'text/html; charset=utf-8', 'Tocsin'],
  ['/console.css', 'text/css; charset=utf-8', '--page'],
  ['/console.js', 'text/javascript; charset=utf-8', 'EventSource'],
  ['/console/composer.js', 'text/javascript; charset=utf-8', 'startComposer'],
  ['/console/message.js', 'text/javascript; charset=utf-8', 'renderEntry'],
])('GET %s gives a page file', async (path, type, content) => {
  const { ask } = await startConsole();
  const { status, headers, body } = await ask('GET', path);
  expect([status, headers['content-type']]).toEqual([200, type]);
  expect(body).toContain(content);
});

test.each([
  ['POST', '/ingest'],
  ['GET', '/healthz'],
  ['POST', '/'],
  ['GET', '/console/command'],
  ['GET', '/console/../secret'],
  ['GET', '//console.js'],
  ['GET', '/toString'],
  ['POST', '/console/login'],
  ['OPTIONS', '/console/command'],
])('%s %s is left to others', async (method, path) => {
  const { ask } = await startConsole();
  expect((await ask(method, path)).body).toBe('others');
});

test('a new page gets a greeting, the remembered past, and then what comes', async () => {
  const { tocsin, open } = await startConsole({ keep: 2 });
  const send = tocsin.destinations[0]?.send ?? expect.fail();
  for (const text of ['a', 'b', 'c']) await send(saying(text), FIRST);
  const page = await open();
  expect((await page.next('hello')).data).toMatchObject({
    hints: ['Type `/help`.'],
    keep: 2,
    commands: [{ name: 'errors' }],
  });
  expect((await page.past()).map(({ data }) => [data.id, data.message.summary])).toEqual([
    ['2', 'b'],
    ['3', 'c'],
  ]);
  await send(saying('d'), FIRST);
  expect((await page.next('entry')).data).toEqual({
    id: '4',
    at: 1_700_000_000_000,
    kind: 'message',
    message: saying('d'),
  });
});

test('a typed command is shown to every page, followed by its reply', async () => {
  const { postJson, asked, open } = await startConsole();
  const pages = await Promise.all([open(), open()]);
  for (const page of pages) await page.past();
  const answer = await postJson('/console/command', { text: ' /errors 2h ' });
  expect([answer.status, answer.body]).toEqual([200, '{}']);
  const actor = { platform: 'console', chatId: 'console', userId: 'console', userName: 'console' };
  expect(asked).toEqual([{ actor, text: '/errors 2h' }]);
  for (const page of pages) {
    expect((await page.next('entry')).data).toMatchObject({ id: '1', kind: 'line', text: '/errors 2h' });
    expect((await page.next('entry')).data).toMatchObject({ id: '2', message: saying('re: /errors 2h') });
  }
});

test('a replacing reply changes the pressed message in every page', async () => {
  const { tocsin, postJson, open } = await startConsole({
    reply: { kind: 'replace', message: saying('page 2') },
  });
  await tocsin.destinations[0]?.send(saying('page 1'), FIRST);
  const page = await open();
  await page.past();
  await postJson('/console/press', { action: 'p2', messageId: '1' });
  expect((await page.next('entry')).data).toMatchObject({ id: '1', message: saying('page 2') });
});

test('a replacing reply to a message that is forgotten, or to a command, is a new message', async () => {
  const { postJson, open } = await startConsole({ reply: { kind: 'replace', message: saying('page 2') } });
  const page = await open();
  await page.past();
  await postJson('/console/press', { action: 'p2', messageId: '99' });
  expect((await page.next('entry')).data).toMatchObject({ id: '1', message: saying('page 2') });
  await postJson('/console/command', { text: 'errors' });
  await page.next('entry');
  expect((await page.next('entry')).data).toMatchObject({ id: '3', message: saying('page 2') });
});

test('a toast goes to the presser alone', async () => {
  const { tocsin, postJson, open } = await startConsole({
    reply: { kind: 'toast', text: 'Silent for 1 h.' },
  });
  const page = await open();
  await page.past();
  expect((await postJson('/console/press', { action: 'm' })).body).toBe('{"toast":"Silent for 1 h."}');
  await tocsin.destinations[0]?.send(saying('next'), FIRST);
  expect((await page.next('entry')).data).toMatchObject({ id: '1', message: saying('next') });
});

test('the reply none adds nothing', async () => {
  const { postJson, open } = await startConsole({ reply: { kind: 'none' } });
  expect((await postJson('/console/press', { action: 'm' })).body).toBe('{}');
  const page = await open();
  expect(await page.past()).toEqual([]);
});

test('a chat that breaks its promise and throws does not end the bot', async () => {
  const broken = () => Promise.reject(new Error('boom'));
  const { postJson } = await startConsole({ chat: { command: broken, press: broken } });
  expect((await postJson('/console/command', { text: 'errors' })).status).toBe(500);
  expect((await postJson('/console/press', { action: 'x' })).status).toBe(500);
});

test('Last-Event-ID resumes: only what is new or changed since then', async () => {
  const { tocsin, postJson, open } = await startConsole({
    reply: { kind: 'replace', message: saying('a, edited') },
  });
  const send = tocsin.destinations[0]?.send ?? expect.fail();
  await send(saying('a'), FIRST);
  await send(saying('b'), FIRST);
  const first = await open();
  await first.past();
  await send(saying('c'), FIRST);
  const seen = (await first.next('entry')).id;
  await first.leave();
  await postJson('/console/press', { action: 'x', messageId: expect.any(String) });
  await send(saying('d'), FIRST);
  const second = await open(seen);
  expect((await second.past()).map(({ data }) => data.message.summary)).toEqual(['a, edited', 'd']);
});

test.each(['deadbeef-1', 'garbage', '1'])(
  'a Last-Event-ID of another run (%s) gets everything',
  async (id) => {
    const { tocsin, open } = await startConsole();
    await tocsin.destinations[0]?.send(saying('a'), FIRST);
    expect(await (await open(id)).past()).toHaveLength(1);
  },
);

test('a heartbeat comes every 15 s', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { open } = await startConsole();
  const page = await open();
  await page.past();
  vi.advanceTimersByTime(15_000);
  expect((await page.next('alive')).event).toBe('alive');
  vi.useRealTimers();
});

test('stop ends the streams, so that the server can close, and takes no new ones', async () => {
  const { tocsin, open, ask } = await startConsole();
  const page = await open();
  await page.past();
  await tocsin.stop();
  await expect(page.next('entry')).rejects.toThrow('the stream has ended');
  expect((await ask('GET', '/console/events')).status).toBe(503);
});

test('any text reaches the page as it is, and none can forge an event', async () => {
  const { tocsin, open } = await startConsole();
  const page = await open();
  await page.past();
  const hostile = fc.constantFrom(
    '\n',
    '\r',
    'data: x',
    'event: entry',
    '\u2028',
    '</script>',
    '<',
    '\u0000',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(hostile).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (said) => {
      await tocsin.destinations[0]?.send(saying(said), FIRST);
      expect((await page.next('entry')).data.message).toEqual(saying(said));
    }),
  );
});

test('what is typed reaches the chat as it is', async () => {
  const { postJson, asked } = await startConsole();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), async (said) => {
      fc.pre(said.trim() !== '');
      expect((await postJson('/console/command', { text: said })).status).toBe(200);
      expect(asked.at(-1)?.text).toBe(said.trim());
    }),
    { numRuns: 50 },
  );
});

test('the page scripts use nothing that turns text into markup or code', () => {
  const folder = new URL('../../src/platforms/console/page/', import.meta.url);
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(scripts).toEqual(['composer.js', 'console.js', 'message.js']);
  for (const name of scripts) {
    const source = readFileSync(new URL(name, folder), 'utf8');
    expect(source).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|srcdoc|DOMParser|createContextualFragment|\beval\b|new Function/,
    );
  }
});

test('the page loads nothing from elsewhere and has nothing inline', () => {
  const html = readFileSync(new URL('../../src/platforms/console/page/index.html', import.meta.url), 'utf8');
  expect(html).not.toMatch(/(src|href)="(?!\/console|data:)|<style|\son\w+=|\sstyle=|<script(?![^>]*src=)/);
});
