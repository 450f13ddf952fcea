import { expect, test } from 'vitest';
import { startConsole } from './console-server.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const ROUTES = [
  ['GET', '/'],
  ['GET', '/console.css'],
  ['GET', '/console.js'],
  ['GET', '/console/composer.js'],
  ['GET', '/console/message.js'],
  ['GET', '/console/events'],
  ['POST', '/console/command'],
  ['POST', '/console/press'],
] as const;

test('every answer carries the strict headers', async () => {
  const { ask } = await startConsole();
  for (const path of ['/', '/console.js']) {
    const { headers } = await ask('GET', path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(headers['content-security-policy']).toContain(rule);
    }
  }
});

test.each(['127.0.0.1', '127.0.0.1:8790', 'localhost', 'LOCALHOST:1', '[::1]', '[::1]:8790'])(
  'the loopback Host %s is answered',
  async (host) => {
    const { ask } = await startConsole();
    expect((await ask('GET', '/', { Host: host })).status).toBe(200);
  },
);

test.each([
  'evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example:8790',
  'evil.example#localhost',
  'user@localhost',
  '127.0.0.1:8790:1',
  '0.0.0.0',
  '10.0.0.5:8790',
])('the Host "%s" is refused on every route', async (host) => {
  const { ask, asked } = await startConsole();
  for (const [method, path] of ROUTES) {
    const json = { Host: host, 'Content-Type': 'application/json' };
    expect((await ask(method, path, json, method === 'POST' ? '{"text":"x"}' : undefined)).status).toBe(403);
  }
  expect(asked).toEqual([]);
});

test.each([
  ['the own Origin', 'http://localhost:8790', 200],
  ['no Origin (curl)', undefined, 200],
  ['a foreign Origin', 'https://evil.example', 403],
  ['an Origin that only begins alike', 'http://localhost:8790.evil.example', 403],
  ['the own host at another port', 'http://localhost:3000', 403],
  ['another name of loopback', 'http://127.0.0.1:8790', 403],
  ['Origin null (sandboxed frame, file)', 'null', 403],
  ['an extension', 'moz-extension://localhost:8790', 403],
])('%s: POST answers as it should', async (_rule, origin, status) => {
  const { postJson, asked } = await startConsole();
  const headers = { Host: 'localhost:8790', ...(origin === undefined ? {} : { Origin: origin }) };
  expect((await postJson('/console/press', { action: 'mute' }, headers)).status).toBe(status);
  expect(asked).toHaveLength(status === 200 ? 1 : 0);
});

test('a foreign Origin cannot read the events either', async () => {
  const { ask } = await startConsole();
  expect((await ask('GET', '/console/events', { Origin: 'https://evil.example' })).status).toBe(403);
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/jsonp',
  '',
])('a POST of type "%s", which a foreign form could send, is refused', async (type) => {
  const { ask, asked } = await startConsole();
  const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
  expect((await ask('POST', '/console/command', headers, '{"text":"/errors"}')).status).toBe(415);
  expect(asked).toEqual([]);
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['null', 'null'],
  ['an array', '["/errors"]'],
  ['no text', '{}'],
  ['an empty text', '{"text":"  "}'],
  ['a number', '{"text":7}'],
  ['an inherited key', '{"__proto__":{"text":"x"}}'],
  ['a text longer than a chat message', JSON.stringify({ text: 'x'.repeat(4097) })],
])('%s is a bad request', async (_what, body) => {
  const { ask, asked } = await startConsole();
  const { status, body: said } = await ask(
    'POST',
    '/console/command',
    { 'Content-Type': 'application/json' },
    body,
  );
  expect([status, Object.keys(JSON.parse(said))]).toEqual([400, ['error']]);
  expect(asked).toEqual([]);
});

test.each([
  ['announced', { 'Content-Length': String(65_537) }],
  ['chunked', { 'Transfer-Encoding': 'chunked' }],
])('more than 64 KB (%s) is refused', async (_how, headers) => {
  const { ask } = await startConsole();
  const body = `{"action":"${'x'.repeat(65_537 - 13)}"}`;
  const type = { 'Content-Type': 'application/json' };
  expect(body).toHaveLength(65_537);
  expect((await ask('POST', '/console/press', { ...type, ...headers }, body)).status).toBe(413);
});

test('64 KB exactly is taken', async () => {
  const { postJson } = await startConsole();
  expect((await postJson('/console/press', { action: 'x'.repeat(65_536 - 13) })).status).toBe(200);
});

test('with a token every route asks for it, at any Host', async () => {
  const { ask, asked } = await startConsole({ token: 'geheim' });
  for (const [method, path] of ROUTES) {
    const { status } = await ask(method, path, { Host: 'ops.example' }, method === 'POST' ? '{}' : undefined);
    expect(status).toBe(401);
  }
  expect(asked).toEqual([]);
  const page = await ask('GET', '/', { Host: 'ops.example' });
  expect(page.body).toContain('action="/console/login"');
  expect(page.headers['content-security-policy']).toMatch(/style-src 'sha256-[^']+'.*form-action 'self'/);
});

test('the right token opens the console with a cookie that does not contain it', async () => {
  const { ask, postJson } = await startConsole({ token: 'geheim' });
  const login = await ask('POST', '/console/login', FORM, 'token=geheim');
  expect([login.status, login.headers.location]).toEqual([303, '/']);
  const set = login.headers['set-cookie']?.[0] ?? '';
  expect(set).toMatch(/^tocsin_console=[0-9a-f]{64}; .*HttpOnly; SameSite=Strict$/);
  expect(set).not.toContain('geheim');
  const Cookie = `other=1; ${set.split(';')[0]}`;
  expect((await ask('GET', '/', { Cookie })).body).toContain('id="feed"');
  expect((await postJson('/console/command', { text: 'errors' }, { Cookie })).status).toBe(200);
});

test('behind TLS the cookie is Secure', async () => {
  const { ask } = await startConsole({ token: 'geheim' });
  const headers = { ...FORM, 'X-Forwarded-Proto': 'https' };
  const login = await ask('POST', '/console/login', headers, 'token=geheim');
  expect(login.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
});

test.each(['token=falsch', 'token=', '', 'token=geheim1', 'token=gehei', `token=${'x'.repeat(70_000)}`])(
  'a wrong token (%.20s) is refused',
  async (body) => {
    const { ask } = await startConsole({ token: 'geheim' });
    const login = await ask('POST', '/console/login', FORM, body);
    expect(login.status).toBe(401);
    expect(login.headers['set-cookie']).toBeUndefined();
    expect(login.body).toContain('<p id="wrong" role="alert">');
  },
);

test.each(['tocsin_console=', 'tocsin_console=geheim', `tocsin_console=${'0'.repeat(64)}`, 'x=1'])(
  'the cookie "%s" opens nothing',
  async (Cookie) => {
    const { ask } = await startConsole({ token: 'geheim' });
    expect((await ask('GET', '/console/events', { Cookie })).status).toBe(401);
  },
);

test('the cookie of another token opens nothing, and no foreign site can log in or press', async () => {
  const other = await startConsole({ token: 'anders' });
  const set = (await other.ask('POST', '/console/login', FORM, 'token=anders')).headers['set-cookie']?.[0];
  const Cookie = set?.split(';')[0] ?? expect.fail();
  const { ask } = await startConsole({ token: 'geheim' });
  expect((await ask('GET', '/', { Cookie })).status).toBe(401);
  const foreign = { Cookie, Origin: 'https://evil.example' };
  expect((await other.postJson('/console/press', { action: 'x' }, foreign)).status).toBe(403);
  expect((await ask('POST', '/console/login', { ...FORM, Origin: 'null' }, 'token=geheim')).status).toBe(403);
});

test('after five wrong tokens within a minute none is looked at for a minute; who is in stays in', async () => {
  let now = 1_700_000_000_000;
  const { ask } = await startConsole({ token: 'geheim', now: () => now });
  const login = (token: string) => ask('POST', '/console/login', FORM, `token=${token}`);
  const cookie = (await login('geheim')).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  for (let n = 0; n < 4; n += 1) expect((await login('falsch')).status).toBe(401);
  now += 60_000;
  for (let n = 0; n < 5; n += 1) expect((await login('falsch')).status).toBe(401);
  const refused = await login('geheim');
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60']);
  expect(refused.body).toContain('too many wrong tokens');
  expect((await ask('GET', '/', { Cookie: cookie })).status).toBe(200);
  now += 59_500;
  expect((await login('geheim')).headers['retry-after']).toBe('1');
  now += 500;
  expect((await login('geheim')).status).toBe(303);
});
