import { Client } from '@elastic/elasticsearch';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import * as Sentry from '@sentry/node';
import pino from 'pino';
import { pinoLoki } from 'pino-loki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from 'winston';
import LokiTransport from 'winston-loki';
import { type BotProcess, cleanUp, startBot } from './bot-process.ts';
import { errorOf } from './error-of.ts';

afterAll(cleanUp);

const TOKEN = 'let_me_in_please';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
/** 2025-11-21T04:26:40.123Z */
const AT = 1_763_699_200_123;
const TRACE = '5b8efff798038103d269b633813fc60c';

let bot: BotProcess;
beforeAll(async () => {
  bot = await startBot({ TOCSIN_INGEST_TOKEN: TOKEN });
});
afterAll(() => bot.kill('SIGTERM'));

describe('the OpenTelemetry SDK', () => {
  it.each([
    ['JSON', JsonExporter, 'none'],
    ['JSON, gzip', JsonExporter, 'gzip'],
    ['protobuf', ProtobufExporter, 'none'],
    ['protobuf, gzip', ProtobufExporter, 'gzip'],
  ])('sends an error in %s', async (name, Exporter, compression) => {
    const service = `otel-${name.replace(/\W+/g, '-')}`.toLowerCase();
    const exporter = new Exporter({
      url: `${bot.http}/v1/logs`,
      headers: AUTHORIZATION,
      compression: compression as never,
    });
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'host.name': 'web1' }),
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger('shop').emit({
      timestamp: AT,
      context: trace.setSpanContext(ROOT_CONTEXT, {
        traceId: TRACE,
        spanId: 'eee19b7ec3c1b174',
        traceFlags: 1,
      }),
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      body: `Payment gateway refused ${name}`,
      attributes: { 'exception.type': 'GatewayError', 'exception.message': 'refused', order: { id: 7 } },
    });
    await provider.forceFlush();
    const { row, sample } = await errorOf(bot, service);
    expect(row).toMatchObject({ count: 1, services: [service] });
    expect(sample).toMatchObject({ service, traceId: TRACE });
    expect(JSON.parse(sample.text)).toMatchObject({
      timestamp: AT,
      severityNumber: 17,
      message: `Payment gateway refused ${name}`,
    });
    await provider.shutdown();
  });
});

describe('Loki clients', () => {
  it('pino-loki sends an error in JSON, with the token as the password of Basic auth', async () => {
    const stream = pinoLoki({
      host: bot.http,
      basicAuth: { username: 'tocsin', password: TOKEN },
      labels: { app: 'pino-loki-shop' },
      batching: false,
    });
    const log = pino({ base: { hostname: 'web1' } }, stream);
    log.error({ trace_id: TRACE }, 'Warehouse unreachable through pino-loki');
    const { row, sample } = await errorOf(bot, 'pino-loki-shop');
    expect(row).toMatchObject({ count: 1, services: ['pino-loki-shop'] });
    expect(sample).toMatchObject({ traceId: TRACE });
    expect(sample.text).toContain('Warehouse unreachable through pino-loki');
    stream.end();
  });

  it.each([
    ['protobuf under snappy', false],
    ['JSON', true],
  ])('winston-loki sends an error in %s', async (_, json) => {
    const service = `winston-loki-${json ? 'json' : 'protobuf'}`;
    const transport = new LokiTransport({
      host: bot.http,
      basicAuth: `tocsin:${TOKEN}`,
      labels: { app: service },
      json,
      batching: false,
      gracefulShutdown: false,
    });
    createLogger({ transports: [transport] }).error('Warehouse on fire', { labels: { trace_id: TRACE } });
    const { row, sample } = await errorOf(bot, service);
    expect(row).toMatchObject({ count: 1, services: [service] });
    expect(sample).toMatchObject({ traceId: TRACE });
  });
});

describe('the Elasticsearch client', () => {
  const document = (service: string) => ({
    '@timestamp': new Date(AT).toISOString(),
    message: 'Shard allocation failed in the shop',
    log: { level: 'error' },
    service: { name: service },
    trace: { id: TRACE },
  });

  it.each([
    ['at the root', ''],
    ['below /elasticsearch', '/elasticsearch'],
  ])('sends errors in bulk %s', async (_, prefix) => {
    const service = `elastic${prefix.replace('/', '-')}`;
    const client = new Client({ node: bot.http + prefix, auth: { username: 'elastic', password: TOKEN } });
    expect((await client.info()).tagline).toBe('You Know, for Search');
    const result = await client.helpers.bulk({
      datasource: [document(service), document(service)],
      onDocument: () => ({ create: { _index: 'logs-shop' } }),
    });
    expect(result).toMatchObject({ total: 2, successful: 2, failed: 0 });
    await client.index({ index: 'logs-shop', document: document(service) });
    const { row, sample } = await errorOf(bot, service);
    expect(row).toMatchObject({ count: 3, services: [service] });
    expect(sample).toMatchObject({ traceId: TRACE });
    expect(JSON.parse(sample.text)).toMatchObject(document(service));
    await client.close();
  });

  it('without the token is refused in its own form, and GET / stays the page of browsers', async () => {
    const client = new Client({ node: bot.http, auth: { apiKey: 'wrong' } });
    await expect(client.bulk({ operations: [{ index: {} }, { message: 'x' }] })).rejects.toMatchObject({
      statusCode: 401,
    });
    await client.close();
    const page = await fetch(bot.http, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/html/);
  });
});

describe('@sentry/node', () => {
  it('sends an exception with its stack, release, environment and breadcrumbs', async () => {
    Sentry.init({
      dsn: bot.http.replace('://', `://${TOKEN}@`).concat('/1'),
      release: 'sentry-shop@1.2.3',
      environment: 'staging',
      serverName: 'web1',
      defaultIntegrations: false,
    });
    Sentry.addBreadcrumb({ category: 'cart', message: 'opened the cart' });
    Sentry.captureException(new TypeError('cannot charge the card'));
    expect(await Sentry.flush(5_000)).toBe(true);
    const { row, sample } = await errorOf(bot, 'sentry-shop');
    expect(row).toMatchObject({ count: 1, services: ['sentry-shop'] });
    expect(sample.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(sample.text)).toMatchObject({
      level_name: 'error',
      'exception.type': 'TypeError',
      'exception.message': 'cannot charge the card',
      'exception.stacktrace': expect.stringContaining('senders.test.ts'),
      release: 'sentry-shop@1.2.3',
      environment: 'staging',
      breadcrumbs: [{ category: 'cart', message: 'opened the cart' }],
    });
    await Sentry.close();
  });
});
