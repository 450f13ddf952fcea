import { afterEach, describe, expect, it } from 'vitest';
import type { Submission } from '../../src/pipeline/submission.ts';
import { createBodyBudget } from '../../src/sources/body-budget.ts';
import { createHarvest } from '../../src/sources/formats/harvest.ts';
import { authorizationSecrets, isToken } from '../../src/sources/http-credentials.ts';
import { protocolRoutes } from '../../src/sources/http-protocols.ts';
import type { ReceiverOptions } from '../../src/sources/http-receiver.ts';
import { HttpServer } from '../../src/sources/http-server.ts';
import { CONTEXT } from './fuzz.ts';

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** The routes on a real server; what they submit is collected. */
async function start(options: Partial<ReceiverOptions> & { fails?: boolean; overloaded?: boolean } = {}) {
  const submitted: Submission[] = [];
  const pipeline = {
    overloaded: options.overloaded ?? false,
    submit: async (submission: Submission) => {
      if (options.fails) throw new Error('disk full');
      submitted.push(submission);
    },
  };
  const base = { token: undefined, maxBodyBytes: 1000, maxLineBytes: 1000, now: () => CONTEXT.observedAt };
  const routes = protocolRoutes({ ...base, ...options, pipeline });
  server = new HttpServer({ at: { host: '127.0.0.1', port: 0 }, routes, setting: 'TOCSIN_HTTP' });
  await server.start();
  const { address } = server;
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`http://${address}${path}`, {
      method: 'POST',
      body: body as never,
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { post, submitted, address };
}

const LOKI = JSON.stringify({ streams: [{ stream: { app: 'a' }, values: [['1763699990123000000', 'x']] }] });
const GOOD = [
  ['/ingest', '{"msg":"x"}', 200],
  ['/v1/logs', '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}', 200],
  ['/loki/api/v1/push', LOKI, 204],
  ['/_bulk', '{"index":{}}\n{"message":"x"}\n', 200],
  ['/logs/_doc', '{"message":"x"}', 201],
  ['/api/1/store/', '{"message":"x"}', 200],
  ['/api/1/envelope/', '{}\n{"type":"event"}\n{"message":"x"}\n', 200],
  ['/logplex', '13 <40>1 - - - x', 204],
  ['/alertmanager', '{"alerts":[{"labels":{"alertname":"x"}}]}', 200],
  ['/grafana', '{"alerts":[{"labels":{"alertname":"x"}}]}', 200],
] as const;

describe.each(GOOD)('%s', (path, body, status) => {
  it('answers after the commit', async () => {
    const { post, submitted } = await start();
    expect((await post(path, body)).status).toBe(status);
    expect(submitted.map(({ records }) => records.length)).toEqual([1]);
  });

  it('asks an overloaded bot nothing: 429, and come again', async () => {
    const { post, submitted } = await start({ overloaded: true });
    const response = await post(path, body);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(submitted).toEqual([]);
  });

  it('says 503 when nothing could be stored', async () => {
    const { post } = await start({ fails: true });
    expect((await post(path, body)).status).toBe(503);
  });

  it('counts a body that is too large, and says 413', async () => {
    const { post, submitted } = await start();
    expect((await post(path, 'x'.repeat(1001))).status).toBe(413);
    expect(submitted).toMatchObject([{ records: [], dropped: new Map([['too_large', 1]]) }]);
  });

  it('takes no body when all requests together hold too much', async () => {
    const { post } = await start({ budget: createBodyBudget(5) });
    expect((await post(path, body)).status).toBe(429);
  });

  it('gives back what it held', async () => {
    const { post } = await start({ budget: createBodyBudget(body.length) });
    for (const _ of [1, 2, 3]) expect((await post(path, body)).status).toBe(status);
  });
});

describe('the answer of OTLP', () => {
  const partly = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}},5,6]}]}]}';
  it('names how many records were rejected', async () => {
    const { post } = await start();
    const response = await post('/v1/logs', partly);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedLogRecords: '2', errorMessage: '2 log records could not be read' },
    });
  });

  it('is protobuf to a request in protobuf', async () => {
    const { post } = await start();
    // ResourceLogs with ScopeLogs with a log record that is cut off.
    const broken = Buffer.from([0x0a, 0x05, 0x12, 0x03, 0x12, 0x01, 0xff]);
    const type = { 'content-type': 'application/x-protobuf' };
    const response = await post('/v1/logs', broken, type);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0x0a, bytes.length - 2, 0x08, 1]));
    const refused = await post('/v1/logs', Buffer.from([0xff]), type);
    expect(refused.status).toBe(400);
    expect(Buffer.from(await refused.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x08, 3]));
  });
});

describe('a token', () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
  it.each([
    ['Bearer secret', true],
    ['bearer  secret', true],
    [basic('anyone:secret'), true],
    [basic('secret:'), true],
    [`ApiKey ${Buffer.from('id:secret').toString('base64')}`, true],
    ['ApiKey secret', true],
    ['Bearer secret2', false],
    [basic('secret:other'), false],
    ['secret', false],
    ['', false],
  ])('given as "%s": %s', (authorization, expected) => {
    expect(isToken(authorizationSecrets({ authorization }), 'secret')).toBe(expected);
  });

  it.each([
    ['in the query', '/api/1/store/?sentry_key=secret', {}],
    ['in X-Sentry-Auth', '/api/1/store/', { 'x-sentry-auth': 'Sentry sentry_version=7, sentry_key=secret' }],
    ['in Authorization', '/api/1/store/', { authorization: 'Sentry sentry_key=secret, sentry_version=7' }],
  ])("is the key of Sentry's DSN: %s", async (_, path, headers) => {
    const { post } = await start({ token: 'secret' });
    expect((await post(path, '{"message":"x"}', headers as Record<string, string>)).status).toBe(200);
    expect((await post('/api/1/store/', '{"message":"x"}')).status).toBe(401);
    expect((await post('/ingest?sentry_key=secret', '{}')).status).toBe(401);
  });
});

it('more records than one request may have are refused whole', () => {
  const harvest = createHarvest(CONTEXT);
  const record = { observedAt: 1, severityNumber: 0, body: '', attributes: {}, resource: {}, raw: '' };
  for (let n = 0; n < 50_000; n++) harvest.add(record);
  expect(harvest.add(record)).toBe(false);
  expect(harvest.dropped).toEqual(new Map([['too_many', 1]]));
});

it('a browser may ask whether it may send to Sentry', async () => {
  const { address } = await start({ token: 'secret' });
  const response = await fetch(`http://${address}/api/1/envelope/`, { method: 'OPTIONS' });
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
});
