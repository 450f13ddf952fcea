import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotProcess, cleanUp, startBot } from './bot-process.ts';
import { errorOf } from './error-of.ts';

afterAll(cleanUp);

const TOKEN = 'let-me-in-please';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
/** 2025-11-21T04:26:40.123Z */
const AT = 1_763_699_200_123;

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
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      body: `Payment gateway refused ${name}`,
      attributes: { 'exception.type': 'GatewayError', 'exception.message': 'refused', order: { id: 7 } },
    });
    await provider.forceFlush();
    const { row, sample } = await errorOf(bot, service);
    expect(row).toMatchObject({ count: 1, services: [service] });
    expect(sample).toMatchObject({ service });
    expect(JSON.parse(sample.text)).toMatchObject({
      timestamp: AT,
      severityNumber: 17,
      message: `Payment gateway refused ${name}`,
    });
    await provider.shutdown();
  });
});
