import { afterAll, expect, it } from 'vitest';
import { startBotHere } from './bot-in-process.ts';
import { cleanUp, eventually, tempDir } from './bot-process.ts';

const TOKEN = 'let_me_in_please';
const CONFIG = `
sources: {api: {silence_minutes: 0.02}}
heartbeats: {backup: {every: 1s, grace: 200ms}, nightly: {every: 1d}}
`;
afterAll(cleanUp);

it('a service that goes silent and a heartbeat that is missed ring once, also over a restart, and are told to be back', async () => {
  const env = { TOCSIN_DATA: tempDir(), TOCSIN_INGEST_TOKEN: TOKEN };
  const authorization = `Bearer ${TOKEN}`;
  let bot = await startBotHere({ env, config: CONFIG });
  const post = (path: string, body = '') =>
    fetch(bot.http + path, { method: 'POST', body, headers: { authorization } });
  const rings = () =>
    bot.db
      .prepare('SELECT g.signature_id AS id FROM alerts a JOIN groups g ON g.id = a.group_id ORDER BY 1')
      .pluck()
      .all();
  const notices = () =>
    (bot.db.prepare("SELECT notice FROM outbox WHERE kind = 'notice'").pluck().all() as string[]).join('\n');

  expect((await post('/ingest', '{"msg":"hello","service":"api"}')).status).toBe(200);
  expect((await fetch(`${bot.http}/heartbeat/backup`, { method: 'POST' })).status).toBe(401);
  expect((await fetch(`${bot.http}/heartbeat/backup`, { headers: { authorization } })).status).toBe(405);
  const unknown = await post('/heartbeat/bakcup');
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ reason: expect.stringContaining('backup') });
  expect(await (await post('/heartbeat/backup')).json()).toMatchObject({ ok: true });
  expect((await post('/heartbeat/nightly/fail', 'exit 3')).status).toBe(200);

  const missed = ['HEARTBEAT_FAILED', 'HEARTBEAT_MISSED', 'SOURCE_SILENT'];
  await eventually(() => rings().length === 3, 10_000);
  expect(rings()).toEqual(missed);
  expect(await bot.ask('why', 'SOURCE_SILENT')).toContain('Rang (alert');
  expect(await bot.ask('sources')).toContain('SOURCE_SILENT');
  expect(await bot.ask('observe', '-v')).toContain('source tocsin');

  await bot.stop();
  bot = await startBotHere({ env, config: CONFIG });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(rings()).toEqual(missed);
  await post('/ingest', '{"msg":"hello","service":"api"}');
  await post('/heartbeat/backup');
  await post('/heartbeat/nightly');
  await eventually(() => /api.*is back/.test(notices()) && /backup.*is back/.test(notices()), 5_000);
  expect(notices()).toMatch(/nightly.*is good again/);
  await bot.stop();
});
