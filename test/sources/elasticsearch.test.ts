import { describe, expect, it } from 'vitest';
import { decodeBulk } from '../../src/sources/formats/elasticsearch-bulk.ts';
import { CONTEXT, counted, fuzz } from './fuzz.ts';

const bulk = (...lines: (object | string)[]) => {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  return decodeBulk(Buffer.from(text), 'logs', CONTEXT);
};
const good = (...lines: (object | string)[]) => {
  const result = bulk(...lines);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};

/** As Filebeat 8 writes it. */
const FILEBEAT = {
  '@timestamp': '2025-11-21T04:26:40.123Z',
  message: 'ERROR payment refused',
  log: { offset: 1, file: { path: '/var/log/shop.log' } },
  service: { name: 'shop' },
  host: { name: 'web1' },
  agent: { name: 'web1', type: 'filebeat', version: '8.17.0' },
  trace: { id: '5b8efff798038103d269b633813fc60c' },
};

describe('_bulk', () => {
  it("takes Filebeat's document with service, host, severity, time and trace", () => {
    expect(good({ create: { _index: 'filebeat' } }, FILEBEAT).records).toMatchObject([
      {
        timestamp: Date.parse(FILEBEAT['@timestamp']),
        severityNumber: 17,
        body: 'ERROR payment refused',
        resource: { service: 'shop', host: 'web1' },
        traceId: FILEBEAT.trace.id,
      },
    ]);
  });

  it('answers each action in its place', () => {
    const result = good(
      { index: {} },
      { message: 'a' },
      { create: { _index: 'other', _id: 'x' } },
      '{broken',
      { delete: { _id: 1 } },
      { update: { _id: 'u' } },
      { doc: { message: 'b' } },
      { index: {} },
      '[]',
    );
    expect(result.records.map(({ body }) => body)).toEqual(['a', 'b']);
    expect(result.dropped).toEqual(
      new Map([
        ['malformed', 2],
        ['not_a_log', 1],
      ]),
    );
    expect(result.items).toMatchObject([
      { action: 'index', index: 'logs' },
      { action: 'create', index: 'other', id: 'x', refused: expect.any(String) },
      { action: 'delete', id: '1' },
      { action: 'update', id: 'u' },
      { action: 'index', refused: expect.any(String) },
    ]);
  });

  it.each([
    ['nothing', []],
    ['an unknown action', [{ upsert: {} }, { a: 1 }]],
    ['two actions in a line', [{ index: {}, create: {} }, { a: 1 }]],
    ['an action that is no JSON', ['nope']],
    ['an action without its document', [{ index: {} }]],
  ])('is unreadable: %s', (_, lines) => {
    expect(bulk(...lines)).toHaveProperty('unreadable');
  });

  it('takes hostile bytes', () => {
    const text = `{"index":{}}\n${JSON.stringify(FILEBEAT)}\n{"delete":{"_id":"1"}}\n{"create":{}}\n{"message":"x"}\n`;
    fuzz(
      counted((bytes) => decodeBulk(bytes, 'logs', CONTEXT)),
      text,
    );
  });
});
