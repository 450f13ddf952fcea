import { describe, expect, it } from 'vitest';
import { decodeAlerts } from '../../src/sources/formats/alert-webhook.ts';
import { CONTEXT, fuzz } from './fuzz.ts';

/** As Alertmanager 0.28 writes it. */
const FIRING = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', service: 'shop', instance: 'web1:9090', severity: 'critical' },
  annotations: { summary: 'Too many 500s', description: '5 % of all requests fail' },
  startsAt: '2025-11-21T04:26:40.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
  fingerprint: 'a1b2c3d4e5f60718',
};
const webhook = (alerts: unknown, more = {}) =>
  Buffer.from(JSON.stringify({ version: '4', receiver: 'tocsin', status: 'firing', alerts, ...more }));
const decode = (body: Buffer) => {
  const result = decodeAlerts(body, CONTEXT);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};

describe('an alert of another system', () => {
  it('that fires is a record with service, host, severity, time and where it comes from', () => {
    expect(decode(webhook([FIRING])).records).toMatchObject([
      {
        timestamp: Date.parse(FIRING.startsAt),
        severityNumber: 21,
        body: 'HighErrorRate: Too many 500s',
        resource: { service: 'shop', host: 'web1:9090' },
        attributes: {
          status: 'firing',
          generatorURL: FIRING.generatorURL,
          description: '5 % of all requests fail',
          receiver: 'tocsin',
          labels: FIRING.labels,
        },
      },
    ]);
  });

  it('that is resolved is INFO, with the event resolved', () => {
    const endsAt = '2025-11-21T05:00:00Z';
    expect(decode(webhook([{ ...FIRING, status: 'resolved', endsAt }])).records).toMatchObject([
      {
        timestamp: Date.parse(endsAt),
        severityNumber: 9,
        event: 'resolved',
        body: 'HighErrorRate: Too many 500s',
      },
    ]);
  });

  it.each([
    ['without a severity', {}, 17],
    ['with a warning', { severity: 'warning' }, 13],
    ['with a page', { severity: 'page' }, 21],
    ['with a priority', { priority: 'P2' }, 17],
    ['with a word of its own', { severity: 'banana' }, 17],
  ])('%s', (_, labels, severityNumber) => {
    const alert = { ...FIRING, labels: { alertname: 'X', ...labels } };
    expect(decode(webhook([alert])).records).toMatchObject([{ severityNumber }]);
  });

  it('that was left out or cannot be read is counted', () => {
    const { records, dropped } = decode(webhook([FIRING, 5, {}], { truncatedAlerts: 3 }));
    expect(records).toHaveLength(1);
    expect(dropped).toEqual(
      new Map([
        ['malformed', 2],
        ['sender_lost', 3],
      ]),
    );
  });

  it.each(['nope', '[]', '{}'])('is none: %s', (text) => {
    expect(decodeAlerts(Buffer.from(text), CONTEXT)).toHaveProperty('unreadable');
  });

  it('takes hostile bytes', () => fuzz((bytes) => decodeAlerts(bytes, CONTEXT), webhook([FIRING])));
});
